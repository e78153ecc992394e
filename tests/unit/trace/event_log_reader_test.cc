#include "libheap/trace/event_log_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libheap/trace/byte_sink.h"
#include "tests/support/log_reading.h"

namespace libheap {
namespace {

using testing::dripping_source;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::golden_log;
using ::testing::IsEmpty;
using testing::own_log;
using testing::read_log;
using testing::ReadLog;

const std::string kWhole = golden_log("A 16 0 4\nF 4\nEND 2 complete\n");

std::string with_carriage_returns(std::string text) {
  for (size_t at = 0; (at = text.find('\n', at)) != text.npos; at += 2)
    text.replace(at, 1, "\r\n");
  return text;
}

TEST(EventLogReader, ReadsALogToItsEnd) {
  const ReadLog log = read_log(kWhole);
  EXPECT_THAT(log.events, ElementsAre("A 16 0 4", "F 4", "END 2 complete"));
  EXPECT_THAT(log.reasons(), IsEmpty());
}

TEST(EventLogReader, ReadsLinesWithCarriageReturns) {
  const ReadLog log = read_log(with_carriage_returns(kWhole));
  EXPECT_EQ(log.events, read_log(kWhole).events);
  EXPECT_THAT(log.reasons(), IsEmpty());
}

TEST(EventLogReader, ReadsTheSameFromASlowPipe) {
  for (const uint32_t at_once : {1u, 3u, 64u})
    EXPECT_EQ(read_log(dripping_source(kWhole, at_once)).events,
              read_log(kWhole).events);
}

TEST(EventLogReader, SaysWhereEachEventStands) {
  EventLogReader reader(memory_byte_source(kWhole, "log"));
  Event event;
  ASSERT_TRUE(reader.next(event));
  ASSERT_TRUE(reader.next(event));
  EXPECT_EQ(event.line, 13u);
  EXPECT_EQ(event.offset, golden_log("A 16 0 4\n").size());
}

TEST(EventLogReader, GoesOnBehindDamage) {
  const ReadLog log =
      read_log(golden_log("A 16 0 4\nA x 0 5\n\nF 4\nEND 2 complete\n"));
  EXPECT_THAT(log.events, ElementsAre("A 16 0 4", "F 4", "END 2 complete"));
  EXPECT_THAT(log.reasons(),
              ElementsAre("\"A\" record: size \"x\" is not a number",
                          "unknown record \"\""));
}

TEST(EventLogReader, StaysAtItsEnd) {
  EventLogReader reader(memory_byte_source(golden_log("F 1\n"), "log"));
  Event event;
  EXPECT_TRUE(reader.next(event));
  EXPECT_FALSE(reader.next(event));
  EXPECT_FALSE(reader.next(event));
  EXPECT_EQ(reader.damage().count(), 1u);
}

TEST(EventLogReader, ReportsAMissingEnd) {
  const std::string text = golden_log("A 16 0 4\n");
  const ReadLog log = read_log(text);
  EXPECT_THAT(log.events, ElementsAre("A 16 0 4"));
  ASSERT_EQ(log.damage_count, 1u);
  EXPECT_EQ(log.damage[0].reason, "the log ends without its END record");
  EXPECT_EQ(log.damage[0].offset, text.size());
  EXPECT_EQ(log.damage[0].length, 0u);
  EXPECT_EQ(log.damage[0].line, 13u);
}

TEST(EventLogReader, TakesNothingFromALineThatIsCutOff) {
  const ReadLog log = read_log(golden_log("A 16 0 4\nA 16 0 5"));
  EXPECT_THAT(log.events, ElementsAre("A 16 0 4"));
  ASSERT_EQ(log.damage_count, 1u);
  EXPECT_EQ(log.damage[0].reason, "the last line is cut off");
  EXPECT_EQ(log.damage[0].offset, golden_log("A 16 0 4\n").size());
  EXPECT_EQ(log.damage[0].length, 8u);
  EXPECT_EQ(log.damage[0].line, 13u);
}

TEST(EventLogReader, NeedsNoLineEndBehindTheEndRecord) {
  const ReadLog log = read_log(golden_log("F 4\nEND 2 complete"));
  EXPECT_THAT(log.events, ElementsAre("F 4", "END 2 complete"));
  EXPECT_THAT(log.reasons(), IsEmpty());
  for (const char* cut : {"END 2 complet", "END 2", "END x complete"})
    EXPECT_THAT(read_log(golden_log(cut)).reasons().back(),
                "the last line is cut off");
  // This time may have had more digits.
  EXPECT_THAT(read_log(own_log("END 2 complete t=12")).reasons(),
              ElementsAre("the last line is cut off"));
}

TEST(EventLogReader, ReportsWhatFollowsTheEnd) {
  const ReadLog log =
      read_log(golden_log("END 0 complete\nA 16 0 4\nEND 1 complete\nx"));
  EXPECT_THAT(log.events, ElementsAre("END 0 complete"));
  ASSERT_EQ(log.damage_count, 1u);
  EXPECT_EQ(log.damage[0].reason, "data after the END record");
  EXPECT_EQ(log.damage[0].offset, golden_log("END 0 complete\n").size());
  EXPECT_EQ(log.damage[0].length, 25u);
  EXPECT_EQ(log.damage[0].line, 13u);
}

TEST(EventLogReader, SaysThatTheCompressedDataIsWhatIsCutOff) {
  std::string body;
  for (int i = 0; i < 200'000; ++i)
    body += "F " + std::to_string(i * 7919 % 65536) + "\n";
  std::string stored;
  const auto sink =
      compressed_sink(std::make_unique<StringSink>(stored), Compression::kZstd);
  sink->write(golden_log(body));
  sink->finish();
  stored.resize(stored.size() / 2);
  const ReadLog log = read_log(memory_byte_source(stored, "log"));
  EXPECT_GT(log.events.size(), 1000u);
  EXPECT_THAT(log.reasons(), ElementsAre("the zstd data is cut off"));
}

TEST(EventLogReader, ReportsCompressedDataThatIsWrongAfterTheEnd) {
  std::string stored;
  const auto sink =
      compressed_sink(std::make_unique<StringSink>(stored), Compression::kGzip);
  sink->write(kWhole);
  sink->finish();
  const ReadLog log = read_log(memory_byte_source(stored + "more", "log"));
  EXPECT_EQ(log.events.size(), 3u);
  EXPECT_THAT(log.reasons(),
              ElementsAre("bytes that follow the compressed data"));
}

TEST(EventLogReader, CountsAllDamageButKeepsTheFirst) {
  std::string noise;
  for (int i = 0; i < 5000; ++i) noise += "noise\n";
  const ReadLog log = read_log(golden_log(noise + "END 0 complete\n"));
  EXPECT_EQ(log.damage_count, 5000u);
  EXPECT_EQ(log.damage.size(), DamageLog::kKept);
  EXPECT_THAT(log.reasons(), Each("unknown record \"noise\""));
}

TEST(EventLogReader, ReportsALineTooLongToBeARecord) {
  std::string text = golden_log("LABEL ");
  text.append(LineReader::kLongestLine, 'x');
  text += "\nEND 0 complete\n";
  const ReadLog log = read_log(text);
  EXPECT_THAT(log.events, ElementsAre("END 0 complete"));
  EXPECT_THAT(log.reasons(), ElementsAre("the line is longer than 16 MiB"));
}

TEST(EventLogReader, NeverCrashesOnAnyPrefix) {
  const std::string text = own_log(
      "SITE 1 42 main.py <module> mp_obj_new_float\nA 16 0 4 t=17 s=1\n"
      "(A 16 0\n(C x 12 t=18\n)C 0 59 0 0 2 1 31 0=5956a5 t=30 m=25\n"
      ")A 1:5\nK 2 02f342f9 7a75e7b6 - 0 0 1 0 8768 16 8752 1 0 1 547\n"
      "TEXT hello%20world\nEND 2 complete\n");
  const std::vector<std::string> all = read_log(text).events;
  for (size_t size = 0; size < text.size() - 1; ++size) {
    const std::string prefix = text.substr(0, size);
    const std::string error = testing::error_of(prefix);
    if (!error.empty()) {
      EXPECT_LT(size, own_log("").size()) << error;
      continue;
    }
    const ReadLog log = read_log(prefix);
    EXPECT_EQ(log.damage_count, 1u) << size;
    ASSERT_LE(log.events.size(), all.size());
    EXPECT_TRUE(std::equal(log.events.begin(), log.events.end(), all.begin()));
  }
}

}  // namespace
}  // namespace libheap
