#include "libheap/trace/event_log_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libheap/base/error.h"
#include "libheap/trace/event_log_reader.h"
#include "tests/support/log_reading.h"

namespace libheap {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::Pair;

constexpr char kArea[] =
    "AREA 0 9698300 969a300 9698320 124 969839d 62 - - 9698400 969a300\n";

// A log whose header is these settings, an AREA and BEGIN.
std::string with_settings(const std::string& settings,
                          const std::string& format = "MPHEAP-EVENTS 1") {
  return format + "\n" + settings + kArea + "BEGIN\n";
}

TraceHeader header_of(const std::string& text) {
  return EventLogReader(memory_byte_source(text, "log")).header();
}

std::string written(const TraceHeader& header) {
  std::string out;
  append_event_log_header(out, header);
  return out;
}

const std::string kFull =
    "H version v1.24.1\nH workload fuzz(12000, 30)\nH word 8\nH block 32\n"
    "H finaliser 0\nH weakref 1\nH split auto\nH lockshift 1\nH gcstack 32\n"
    "H objrepr A\nH float single\nH areahdr 32\nH checkevery 5\n"
    "H board pico w\n";
const std::string kLeast = "H version v1.20.0\nH word 4\nH block 16\n";

TEST(EventLogHeader, ReadsEverySetting) {
  const TraceHeader header = header_of(with_settings(kFull, "GOLDEN 1"));
  EXPECT_EQ(header.format, "GOLDEN 1");
  EXPECT_EQ(header.release, "v1.24.1");
  EXPECT_EQ(header.workload, "fuzz(12000, 30)");
  EXPECT_EQ(header.word_bytes, 8u);
  EXPECT_EQ(header.block_bytes, 32u);
  EXPECT_FALSE(header.finaliser);
  EXPECT_TRUE(header.weakref);
  EXPECT_EQ(header.split, SplitKind::kAuto);
  EXPECT_EQ(header.mark_stack_entries, 32u);
  EXPECT_EQ(header.area_record_bytes, 32u);
  EXPECT_THAT(header.extra,
              ElementsAre(Pair("lockshift", "1"), Pair("objrepr", "A"),
                          Pair("float", "single"), Pair("checkevery", "5"),
                          Pair("board", "pico w")));
}

TEST(EventLogHeader, ReadsTheArea) {
  const AreaRecord area = header_of(with_settings(kLeast)).area;
  EXPECT_EQ(area.id, 0u);
  EXPECT_EQ(area.start, 0x9698300u);
  EXPECT_EQ(area.end, 0x969a300u);
  EXPECT_EQ(area.table, 0x9698320u);
  EXPECT_EQ(area.table_bytes, 124u);
  EXPECT_EQ(area.finaliser_table, 0x969839du);
  EXPECT_EQ(area.finaliser_table_bytes, 62u);
  EXPECT_EQ(area.weakref_table, 0u);
  EXPECT_EQ(area.weakref_table_bytes, 0u);
  EXPECT_EQ(area.pool, 0x9698400u);
  EXPECT_EQ(area.pool_end, 0x969a300u);
}

TEST(EventLogHeader, HasDefaultsForWhatMayBeLeftOut) {
  const TraceHeader header = header_of(with_settings(kLeast));
  EXPECT_EQ(header.workload, "");
  EXPECT_TRUE(header.finaliser);
  EXPECT_FALSE(header.weakref);
  EXPECT_EQ(header.split, SplitKind::kNone);
  EXPECT_EQ(header.mark_stack_entries, 64u);
  EXPECT_EQ(header.area_record_bytes, 0u);
  EXPECT_TRUE(header.extra.empty());
}

TEST(EventLogHeader, WritesWhatItRead) {
  EXPECT_EQ(written(header_of(with_settings(kFull))), with_settings(kFull));
}

TEST(EventLogHeader, WritesAlwaysOurOwnFormat) {
  EXPECT_EQ(written(header_of(with_settings(kFull, "GOLDEN 1"))),
            with_settings(kFull));
}

TEST(EventLogHeader, KeepsAnyTextInValues) {
  TraceHeader header = header_of(with_settings(kLeast));
  header.workload = "100% \n\x1b[2J é";
  header.extra = {{"note", ""}, {"a key", "-"}, {"float", "none"}};
  const TraceHeader again = header_of(written(header));
  EXPECT_EQ(again.workload, header.workload);
  EXPECT_THAT(again.extra, ElementsAre(Pair("float", "none"), Pair("note", ""),
                                       Pair("a key", "-")));
}

TEST(EventLogHeader, TakesValuesOfRecordingsLiterally) {
  const TraceHeader header =
      header_of(with_settings(kLeast + "H workload 10%25\n", "GOLDEN 1"));
  EXPECT_EQ(header.workload, "10%25");
  EXPECT_EQ(header_of(written(header)).workload, "10%25");
}

TEST(EventLogHeader, ReadsHeadersWithCarriageReturns) {
  std::string text = with_settings(kFull);
  for (size_t at = 0; (at = text.find('\n', at)) != text.npos; at += 2)
    text.replace(at, 1, "\r\n");
  EXPECT_EQ(written(header_of(text)), with_settings(kFull));
}

TEST(EventLogHeader, KnowsAnEventLogByItsFirstBytes) {
  EXPECT_TRUE(is_event_log("GOLDEN 1\nH"));
  EXPECT_TRUE(is_event_log("MPHEAP-EVENTS 9"));
  EXPECT_FALSE(is_event_log("GOLDENROD"));
  EXPECT_FALSE(is_event_log("MPHEAP"));
  EXPECT_FALSE(is_event_log(""));
}

TEST(EventLogHeader, RefusesWhatIsNoTrace) {
  EXPECT_EQ(error_of("hello\nworld\n"),
            "log: not a heap trace (first line is \"hello\")");
  EXPECT_EQ(error_of("\n"), "log: not a heap trace (first line is \"\")");
  EXPECT_EQ(error_of("\xc3\x84rger\n"),
            "log: not a heap trace (first line is \"\\xc3\\x84rger\")");
  EXPECT_EQ(error_of(std::string(100, '\x01') + "\n").substr(0, 30),
            "log: not a heap trace: no text");
  EXPECT_EQ(error_of(""), "log: empty file");
}

TEST(EventLogHeader, RefusesOtherVersions) {
  EXPECT_EQ(error_of("GOLDEN 2\n"),
            "log: event log of version \"2\"; this mpheap reads version 1");
  EXPECT_EQ(error_of("MPHEAP-EVENTS 9\n"),
            "log: event log of version \"9\"; this mpheap reads version 1");
}

TEST(EventLogHeader, SaysWhyCompressedDataHasNoFirstLine) {
  EXPECT_EQ(error_of("\x28\xb5\x2f\xfd"), "log: the zstd data is cut off");
}

struct BadHeader {
  std::string text;
  std::string error;
};

class EventLogHeaderErrors : public ::testing::TestWithParam<BadHeader> {};

TEST_P(EventLogHeaderErrors, NameTheLineAndTheFault) {
  EXPECT_EQ(error_of(GetParam().text), GetParam().error);
}

const std::string kStart = "GOLDEN 1\n" + kLeast;  // four lines

INSTANTIATE_TEST_SUITE_P(
    Endings, EventLogHeaderErrors,
    ::testing::Values(
        BadHeader{"GOLDEN 1", "log: line 1: the header ends without BEGIN"},
        BadHeader{kStart, "log: line 4: the header ends without BEGIN"},
        BadHeader{kStart + kArea + "BEGI",
                  "log: line 6: the header ends without BEGIN"},
        BadHeader{kStart + kArea + "A 16 0 1\n",
                  "log: line 6: expected H, AREA or BEGIN, not \"A 16 0 1\""},
        BadHeader{kStart + "BEGIN\n",
                  "log: line 5: BEGIN, but no AREA before it"},
        BadHeader{
            std::string("GOLDEN 1\nH word 4\nH block 16\n") + kArea + "BEGIN\n",
            "log: line 5: BEGIN, but no \"H version\" before it"},
        BadHeader{kStart + "H note " + std::string(5000, 'x') + "\n",
                  "log: line 5: line too long for a header"}));

INSTANTIATE_TEST_SUITE_P(
    Settings, EventLogHeaderErrors,
    ::testing::Values(
        BadHeader{with_settings("H version \n"),
                  "log: line 2: \"H version\" must be a release such as "
                  "v1.22.2, not \"\""},
        BadHeader{with_settings("H word 5\n"),
                  "log: line 2: \"H word\" must be 4 or 8, not \"5\""},
        BadHeader{with_settings("H word 4x\n"),
                  "log: line 2: \"H word\" must be 4 or 8, not \"4x\""},
        BadHeader{with_settings("H block 24\n"),
                  "log: line 2: \"H block\" must be a power of two from 8 to "
                  "4096, not \"24\""},
        BadHeader{with_settings("H finaliser yes\n"),
                  "log: line 2: \"H finaliser\" must be 0 or 1, not \"yes\""},
        BadHeader{with_settings("H weakref 2\n"),
                  "log: line 2: \"H weakref\" must be 0 or 1, not \"2\""},
        BadHeader{with_settings("H split some\n"),
                  "log: line 2: \"H split\" must be none, manual or auto, not "
                  "\"some\""},
        BadHeader{with_settings("H gcstack 0\n"),
                  "log: line 2: \"H gcstack\" must be a number from 1, not "
                  "\"0\""},
        BadHeader{with_settings("H areahdr -\n"),
                  "log: line 2: \"H areahdr\" must be a number of bytes, not "
                  "\"\""},
        BadHeader{with_settings("H word 4\nH word 8\n"),
                  "log: line 3: a second \"H word\""},
        BadHeader{with_settings("H note 100%\n"),
                  "log: line 2: \"100%\" is not text as this format has it"},
        BadHeader{with_settings("H note a\tb\n", "GOLDEN 1"),
                  "log: line 2: \"a\\x09b\" is not text as this format has "
                  "it"}));

INSTANTIATE_TEST_SUITE_P(
    Areas, EventLogHeaderErrors,
    ::testing::Values(
        BadHeader{kStart + kArea + kArea, "log: line 6: a second AREA"},
        BadHeader{kStart + "AREA 0 100 200\n",
                  "log: line 5: AREA: table address is missing"},
        BadHeader{kStart + "AREA x\n",
                  "log: line 5: AREA: area \"x\" is not a number"},
        BadHeader{kStart + "AREA 0 200 300 200 4 - 2 - - 220 300\n",
                  "log: line 5: AREA: table length \"-\" has no second \"-\""},
        BadHeader{kStart + "AREA 0 300 200 200 4 - - - - 220 300\nBEGIN\n",
                  "log: line 6: AREA: the end is not behind the start"},
        BadHeader{kStart + "AREA 0 200 300 200 4 - - - - 220 301\nBEGIN\n",
                  "log: line 6: AREA: the pool is not inside the area"},
        BadHeader{kStart + "AREA 0 200 300 200 4 - - - - 2f0 220\nBEGIN\n",
                  "log: line 6: AREA: the pool ends before it starts"},
        BadHeader{kStart + "AREA 0 200 123456789 200 4 - - - - 2f0 300\n"
                           "BEGIN\n",
                  "log: line 6: AREA: an address has more than 32 bits"}));

TEST(EventLogHeader, RefusesEndlessSettings) {
  std::string settings;
  for (int i = 0; i < 300; ++i) settings += "H k" + std::to_string(i) + " 1\n";
  EXPECT_EQ(error_of(with_settings(settings)),
            "log: line 258: too many settings");
}

}  // namespace
}  // namespace libheap
