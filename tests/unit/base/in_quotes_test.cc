#include "libheap/base/in_quotes.h"

#include <gtest/gtest.h>

namespace libheap {
namespace {

using namespace std::string_literals;

TEST(InQuotes, LeavesPrintableTextAsItIs) {
  EXPECT_EQ(in_quotes("A 16 0 2x"), "\"A 16 0 2x\"");
  EXPECT_EQ(in_quotes(""), "\"\"");
}

TEST(InQuotes, ShowsBytesNoTerminalShouldSee) {
  EXPECT_EQ(in_quotes("\0\x1b[2J\x7f\xff"s), R"("\x00\x1b[2J\x7f\xff")");
}

TEST(InQuotes, EscapesItsOwnMarks) {
  EXPECT_EQ(in_quotes(R"(say "a\b")"), R"("say \"a\\b\"")");
}

TEST(InQuotes, CutsLongTextAndSaysSo) {
  EXPECT_EQ(in_quotes("abcdef", 6), "\"abcdef\"");
  EXPECT_EQ(in_quotes("abcdefg", 6), "\"abcdef...\"");
}

}  // namespace
}  // namespace libheap
