#include "tools/help/roff.h"

#include <gtest/gtest.h>

namespace libheap::tools {
namespace {

TEST(Roff, LeavesNothingInALineThatRoffWouldObey) {
  EXPECT_EQ(roff_line(".mpheap"), "\\&.mpheap\n");
  EXPECT_EQ(roff_line("'tis"), "\\&'tis\n");
  EXPECT_EQ(roff_line("a\\b --top"), "a\\eb \\-\\-top\n");
  EXPECT_EQ(roff_argument("label(\"x\")"), "\"label(\\(dqx\\(dq)\"");
}

TEST(Roff, TellsParagraphsTermsAndLinesAsTheyAre) {
  EXPECT_EQ(roff_text("one\ntwo\n\nthree\n"), "one\ntwo\n.PP\nthree\n");
  EXPECT_EQ(
      roff_text("block\n    16 bytes\n    of memory\ntick\n    a round\n"),
      ".TP\nblock\n16 bytes\nof memory\n.TP\ntick\na round\n");
  EXPECT_EQ(roff_text("Say:\n\n    mpheap help\n"),
            "Say:\n.PP\n.EX\n    mpheap help\n.EE\n");
}

}  // namespace
}  // namespace libheap::tools
