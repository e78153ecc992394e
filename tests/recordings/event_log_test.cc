// Every recording through the text event log's reader and writer: nothing is
// damaged, nothing is lost, and damage done on purpose never does harm.

#include <fstream>
#include <random>

#include <gtest/gtest.h>

#include "libheap/base/error.h"
#include "libheap/trace/byte_source.h"
#include "tests/support/golden_files.h"
#include "tests/support/log_reading.h"

namespace libheap {
namespace {

using testing::read_all;
using testing::read_log;
using testing::ReadLog;

std::string content(const std::filesystem::path& path) {
  return read_all(*open_byte_source(path.string()));
}

std::string behind_first_line(const std::string& text) {
  return text.substr(text.find('\n') + 1);
}

// The head and the first events of a recording that has some of everything.
std::string small_sample(size_t bytes) {
  for (const auto& path : testing::golden_logs("events"))
    if (path.filename().string().find("auto__memerr") != std::string::npos) {
      const std::string text = content(path);
      return text.substr(0, text.find('\n', bytes) + 1);
    }
  return "";
}

class RecordedLog : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(RecordedLog, IsWrittenAsItWasReadButForTheFirstLine) {
  const std::string text = content(GetParam());
  const std::string ours = testing::rewritten(text);
  EXPECT_TRUE(ours.starts_with("MPHEAP-EVENTS 1\n"));
  EXPECT_TRUE(behind_first_line(ours) == behind_first_line(text));
  EXPECT_TRUE(testing::rewritten(ours) == ours);
}

std::string test_name(
    const ::testing::TestParamInfo<std::filesystem::path>& info) {
  return testing::test_name_of(info.param);
}

INSTANTIATE_TEST_SUITE_P(Events, RecordedLog,
                         ::testing::ValuesIn(testing::golden_logs("events")),
                         test_name);
INSTANTIATE_TEST_SUITE_P(
    Thresholds, RecordedLog,
    ::testing::ValuesIn(testing::golden_logs("thresholds")), test_name);

TEST(DamagedLog, OpensAtEveryPrefix) {
  const std::string text = small_sample(20'000);
  ASSERT_FALSE(text.empty());
  const size_t header = text.find("BEGIN\n") + 6;
  const size_t events = read_log(text).events.size();
  for (size_t size = 0; size < text.size(); ++size) {
    const std::string prefix = text.substr(0, size);
    if (size < header) {
      EXPECT_NE(testing::error_of(prefix), "") << size;
    } else {
      const ReadLog log = read_log(prefix);
      EXPECT_EQ(log.damage_count, 1u) << size;
      EXPECT_LE(log.events.size(), events);
    }
  }
}

// Flips, drops and doubles bytes; what is read must end, and be an Error, or
// events that can be written and read again.
TEST(DamagedLog, NeverCrashesTheReader) {
  const std::string text = small_sample(30'000);
  std::mt19937 random(20240229);
  for (int round = 0; round < 2000; ++round) {
    std::string damaged = text;
    for (int i = 0; i < 1 + round % 20; ++i) {
      const size_t at = random() % damaged.size();
      switch (random() % 3) {
        case 0:
          damaged[at] = static_cast<char>(damaged[at] ^ 1 << random() % 8);
          break;
        case 1:
          damaged.erase(at, random() % 8);
          break;
        default:
          damaged.insert(at, damaged.substr(at, random() % 8));
      }
    }
    if (!testing::error_of(damaged).empty()) continue;
    const std::string once = testing::rewritten(damaged);
    EXPECT_TRUE(testing::rewritten(once) == once) << "round " << round;
  }
}

TEST(DamagedLog, NeverCrashesTheDecompressor) {
  std::mt19937 random(7);
  std::string stored;
  for (const auto& path : testing::golden_logs("events"))
    if (std::filesystem::file_size(path) < 20'000) {
      std::ifstream file(path, std::ios::binary);
      stored.assign(std::istreambuf_iterator<char>(file), {});
      break;
    }
  ASSERT_FALSE(stored.empty());
  for (int round = 0; round < 500; ++round) {
    std::string damaged = stored;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
    const std::string error = testing::error_of(damaged);
    if (error.empty()) {
      EXPECT_GE(read_log(damaged).damage_count, 1u) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace libheap
