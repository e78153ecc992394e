// Lines of mem_info() output as serial terminals hand them over.

#include "libheap/trace/mem_info_line.h"

#include <gtest/gtest.h>

namespace libheap {
namespace {

using Kind = MemInfoLineKind;

struct LineCase {
  const char* text;
  Kind kind;
  std::vector<uint64_t> figures;
  const char* letters = "";
};

TEST(MemInfoLine, IsRecognisedWhateverIsAroundIt) {
  const LineCase cases[] = {
      {"stack: 820 out of 7936", Kind::kStack, {820, 7936}},
      {"stack: 820", Kind::kStack, {820}},
      {"GC: total: 4160, used: 272, free: 3888\r",
       Kind::kTotals,
       {4160, 272, 3888}},
      {"GC: total: 64, used: 32, free: 32, max new split: 110592",
       Kind::kTotals,
       {64, 32, 32, 110592}},
      {"12:01:02.345 -> GC: total: 64, used: 32, free: 32",
       Kind::kTotals,
       {64, 32, 32}},
      {" No. of 1-blocks: 8, 2-blocks: 3, max blk sz: 4, max free sz: 243",
       Kind::kSizes,
       {8, 3, 4, 243}},
      {"GC memory layout; from 20007240:", Kind::kLayout, {0x20007240}},
      {"GC memory layout; from 0x7f0012345680:\r\r",
       Kind::kLayout,
       {0x7f0012345680}},
      {"       (4 lines all free)", Kind::kFree, {4}},
      {"[pico] (4 lines all free)  ", Kind::kFree, {4}},
      {"00000400: h=.T", Kind::kMap, {0x400}, "h=.T"},
      {"fc000: h=.T", Kind::kMap, {0xfc000}, "h=.T"},
      {"2024-01-02 03:04:05: 00000400: h=.T\r\r", Kind::kMap, {0x400}, "h=.T"},
      {"\x1b[32m00000400: h=\x1b[0m.T", Kind::kMap, {0x400}, "h=.T"},
  };
  MemInfoLineParser parser;
  for (const LineCase& one : cases) {
    const MemInfoLine line = parser.parse(one.text);
    EXPECT_EQ(line.kind, one.kind) << one.text;
    ASSERT_EQ(line.count, one.figures.size()) << one.text;
    for (size_t i = 0; i < line.count; ++i) {
      EXPECT_EQ(line.figures[i], one.figures[i]) << one.text;
    }
    EXPECT_EQ(line.letters, one.letters);
  }
}

TEST(MemInfoLine, OtherTextIsNone) {
  MemInfoLineParser parser;
  for (const char* text :
       {"", ">>> micropython.mem_info(1)", "GC: total: 4160, used: 27",
        "0400: h=.T", "00000400: h= .T", "00000400:", "12:01:02: hello there",
        "(x lines all free)", "( lines all free)", "\x1b", "\x1b["}) {
    EXPECT_EQ(parser.parse(text).kind, Kind::kOther) << text;
  }
}

}  // namespace
}  // namespace libheap
