#include "libheap/trace/percent_text.h"

#include <gtest/gtest.h>

namespace libheap {
namespace {

using namespace std::string_literals;

std::string encoded(std::string_view text) {
  std::string out;
  append_percent_encoded(out, text);
  return out;
}

TEST(PercentText, EncodesWhatWouldEndOrChangeAField) {
  EXPECT_EQ(encoded("loop start"), "loop%20start");
  EXPECT_EQ(encoded("100%"), "100%25");
  EXPECT_EQ(encoded("a\nb\r\t\0\x7f"s), "a%0ab%0d%09%00%7f");
  EXPECT_EQ(encoded("<module>,=:é"), "<module>,=:é");
}

TEST(PercentText, GivesNoTextADash) {
  EXPECT_EQ(encoded(""), "-");
  EXPECT_EQ(encoded("-"), "%2d");
  EXPECT_EQ(encoded("--"), "--");
}

TEST(PercentText, LeavesSpacesInTheLastFieldOfALine) {
  std::string out;
  append_percent_encoded_line(out, "a b%\n");
  EXPECT_EQ(out, "a b%25%0a");
}

TEST(PercentText, DecodesWhatItEncodes) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& text : {""s, "-"s, "%"s, "%2d"s, all}) {
    std::string decoded = "left from before";
    EXPECT_TRUE(percent_decode(encoded(text), decoded));
    EXPECT_EQ(decoded, text);
  }
}

TEST(PercentText, TakesDigitsOfEitherCase) {
  std::string out;
  EXPECT_TRUE(percent_decode("%4A%4a", out));
  EXPECT_EQ(out, "JJ");
}

TEST(PercentText, RefusesHalfCodesAndPlainControls) {
  std::string out;
  for (const char* bad : {"%", "a%2", "%zz", "%2g", "a\tb", "\x7f"})
    EXPECT_FALSE(percent_decode(bad, out)) << bad;
}

}  // namespace
}  // namespace libheap
