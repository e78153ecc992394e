// Layout for terminals: units, tables, charts, maps.

#include <gtest/gtest.h>

#include "libheap/report/heap_map.h"
#include "libheap/report/text_chart.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"

namespace libheap {
namespace {

TEST(Units, AreWhatPeopleRead) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
  EXPECT_EQ(counted(1, "block"), "1 block");
  EXPECT_EQ(counted(0, "block"), "0 blocks");
  EXPECT_EQ(human_number(0.25), "0.25");
  EXPECT_EQ(human_number(61.04), "61.04");
  EXPECT_EQ(human_number(10714.3), "10,714");
  EXPECT_EQ(human_bytes(1023), "1023 B");
  EXPECT_EQ(human_bytes(166080), "162.2 KB");
  EXPECT_EQ(human_bytes(3 << 20), "3.0 MB");
  EXPECT_EQ(human_time(250), "250 us");
  EXPECT_EQ(human_time(8200), "8.20 ms");
  EXPECT_EQ(human_time(61000000), "61.0 s");
}

TEST(Units, NeverRoundToAllOrNothing) {
  EXPECT_EQ(percent(1.0), "100.0 %");
  EXPECT_EQ(percent(0.99999), "99.9 %");
  EXPECT_EQ(percent(0.00001), "0.1 %");
  EXPECT_EQ(percent(0.0), "0.0 %");
  EXPECT_EQ(percent_of(1, 0), "-");
}

TEST(TextTable, AlignsNumbersRightAndLeavesNoBlanksBehind) {
  const std::string text =
      text_table({{"kind", Align::kLeft}, {"count"}},
                 {{"alloc", "12"}, {"free", "3,456"}}, 2, TextStyle());
  EXPECT_EQ(text,
            "  kind   count\n"
            "  alloc     12\n"
            "  free   3,456\n");
}

TEST(TextTable, CutsWhatMayBeCutToFitTheWidth) {
  const std::vector<std::vector<std::string>> rows = {
      {"a/long/path/main.py:12 loop", "1,234", "a remark of some length"},
      {"main.py:1", "5", "-"}};
  const auto table = [&](size_t width) {
    TextStyle style;
    style.width = width;
    return text_table({{"line", Align::kLeft, Cut::kBegin},
                       {"count"},
                       {"", Align::kLeft, Cut::kEnd}},
                      rows, 0, style);
  };
  EXPECT_EQ(table(40),
            "line             count\n"
            "..in.py:12 loop  1,234  a remark of so..\n"
            "main.py:1            5  -\n");
  // No narrower than one can read.
  EXPECT_EQ(table(10).find("a remark o.."), table(20).find("a remark o.."));
  EXPECT_NE(table(80).find("a/long/path/main.py:12 loop"), std::string::npos);
}

TEST(TextTable, WrapsAtBlanks) {
  TextStyle style;
  style.width = 12;
  EXPECT_EQ(wrapped("one two three fourteen-long", 2, style),
            "  one two\n  three\n  fourteen-long\n");
}

TEST(TextTable, KeepsNumbersWithTheirUnits) {
  TextStyle style;
  style.width = 12;
  EXPECT_EQ(wrapped("free are 12.5 KB, or so", 0, style),
            "free are\n12.5 KB, or\nso\n");
}

TEST(ColumnChart, ShowsLittleAsLittleAndNearlyFullAsNotFull) {
  const std::vector<uint64_t> values = {0, 1, 50, 99, 100};
  const auto lines = column_chart(values, 100, 2, TextStyle());
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], "   ▇█");
  EXPECT_EQ(lines[1], " ▁███");
}

TEST(ColumnChart, HasAPlainForm) {
  TextStyle style;
  style.unicode = false;
  const std::vector<uint64_t> values = {0, 10, 100};
  EXPECT_EQ(column_chart(values, 100, 2, style),
            (std::vector<std::string>{"  #", " ##"}));
}

TEST(HeapMap, DrawsBlocksAndFoldsFreeLines) {
  GcHeap heap(HeapConfig(), 0x20000000, 0x20000000 + 6300);
  AllocRequest request = heap.alloc_request(48, false);
  heap.advance(request);
  request = heap.alloc_request(8, false);
  heap.advance(request);
  const std::string text = heap_map_text(picture_of(heap), TextStyle());
  EXPECT_NE(text.find("\n00000000: h==h" + std::string(60, '.') + "\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(" lines all free)\n"), std::string::npos) << text;
}

TEST(HeapMap, FitsNarrowTerminals) {
  GcHeap heap(HeapConfig(), 0x20000000, 0x20000000 + 6300);
  AllocRequest request = heap.alloc_request(16, false);
  heap.advance(request);
  TextStyle style;
  style.width = 50;
  const std::string text = heap_map_text(picture_of(heap), style);
  EXPECT_NE(text.find("00000000: h" + std::string(31, '.') + "\n"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace libheap
