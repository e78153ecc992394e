#include "libheap/trace/line_reader.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/log_reading.h"

namespace libheap {
namespace {

using ::testing::ElementsAre;
using Found = LineReader::Found;

// A stream of one byte repeated, with a line end after every `period` bytes.
class LongLines final : public ByteStream {
 public:
  LongLines(uint64_t total, uint64_t period) : left_(total), period_(period) {}

  size_t read(std::span<char> to) override {
    size_t count = 0;
    for (; count < to.size() && left_ > 0; ++count, --left_)
      to[count] = ++at_ % period_ == 0 ? '\n' : 'x';
    return count;
  }

 private:
  uint64_t left_;
  uint64_t period_;
  uint64_t at_ = 0;
};

std::vector<std::string> lines_of(LineReader reader) {
  std::vector<std::string> all;
  TextLine line;
  while (true) {
    switch (reader.next(line)) {
      case Found::kLine:
        all.emplace_back(line.text());
        break;
      case Found::kTooLong:
        all.emplace_back("too long");
        break;
      case Found::kCutOff:
        all.push_back("cut: " + std::string(line.text()));
        break;
      case Found::kEnd:
        return all;
    }
  }
}

std::vector<std::string> lines_of(const std::string& text) {
  return lines_of(LineReader(memory_byte_source(text, "text")));
}

TEST(LineReader, CutsAtLineEndsOfBothKinds) {
  EXPECT_THAT(lines_of("a\nbc\r\n\n\r\nd\re\n"),
              ElementsAre("a", "bc", "", "", "d\re"));
}

TEST(LineReader, TellsALastLineWithoutItsEnd) {
  EXPECT_THAT(lines_of("a\nbc"), ElementsAre("a", "cut: bc"));
  EXPECT_THAT(lines_of(""), ElementsAre());
}

TEST(LineReader, GivesTheSameLinesHoweverTheBytesCome) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::to_string(i * i) + "\r\n";
  for (const uint32_t at_once : {1u, 2u, 7u, 1000u}) {
    EXPECT_EQ(lines_of(LineReader(testing::dripping_source(text, at_once))),
              lines_of(text));
  }
}

TEST(LineReader, CountsLinesAndBytes) {
  const std::string text = "a\nbc\r\nd";
  LineReader reader(memory_byte_source(text, "text"));
  TextLine line;
  ASSERT_EQ(reader.next(line), Found::kLine);
  ASSERT_EQ(reader.next(line), Found::kLine);
  EXPECT_EQ(line.number, 2u);
  EXPECT_EQ(line.offset, 2u);
  EXPECT_EQ(line.bytes, 4u);
  ASSERT_EQ(reader.next(line), Found::kCutOff);
  EXPECT_EQ(line.number, 3u);
  EXPECT_EQ(line.offset, 6u);
  EXPECT_EQ(line.bytes, 1u);
}

TEST(LineReader, GrowsForALongLine) {
  const std::string text = std::string(5'000'000, 'x') + "\nshort\n";
  const std::vector<std::string> lines = lines_of(text);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].size(), 5'000'000u);
  EXPECT_EQ(lines[1], "short");
}

TEST(LineReader, TakesTheLongestLineAndSkipsALongerOne) {
  constexpr uint64_t kLongest = LineReader::kLongestLine;
  LineReader fits(std::make_unique<ByteSource>(
      std::make_unique<LongLines>(kLongest, kLongest), "long"));
  TextLine line;
  EXPECT_EQ(fits.next(line), Found::kLine);
  EXPECT_EQ(line.bytes, kLongest);

  const uint64_t period = kLongest + 10;
  LineReader skips(std::make_unique<ByteSource>(
      std::make_unique<LongLines>(2 * period + 3, period), "longer"));
  EXPECT_EQ(skips.next(line), Found::kTooLong);
  EXPECT_EQ(line.bytes, period);
  EXPECT_EQ(skips.next(line), Found::kTooLong);
  EXPECT_EQ(line.offset, period);
  EXPECT_EQ(line.number, 2u);
  EXPECT_EQ(skips.next(line), Found::kCutOff);
  EXPECT_EQ(line.text(), "xxx");
}

TEST(LineReader, SkipsTheRestAndSaysHowMuchItWas) {
  const std::string text = "a\nb\nc\nd";
  LineReader reader(testing::dripping_source(text, 3));
  TextLine line;
  ASSERT_EQ(reader.next(line), Found::kLine);
  const TextLine rest = reader.skip_rest();
  EXPECT_EQ(rest.number, 2u);
  EXPECT_EQ(rest.offset, 2u);
  EXPECT_EQ(rest.bytes, 5u);
  EXPECT_EQ(reader.next(line), Found::kEnd);
}

}  // namespace
}  // namespace libheap
