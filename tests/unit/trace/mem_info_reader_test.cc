// Dumps of mem_info() in whole, damaged and mixed texts.

#include "libheap/trace/mem_info_reader.h"

#include <gtest/gtest.h>

namespace libheap {
namespace {

std::vector<MemInfoDump> read(std::string_view text) {
  MemInfoReader reader(memory_byte_source(text, "text"));
  std::vector<MemInfoDump> dumps;
  MemInfoDump dump;
  while (reader.next(dump)) dumps.push_back(dump);
  return dumps;
}

std::string dots(size_t count) { return std::string(count, '.'); }

// A heap of 260 blocks as v1.20 and later print it.
const std::string kFigures =
    "stack: 700 out of 7936\n"
    "GC: total: 4160, used: 48, free: 4112\n"
    " No. of 1-blocks: 1, 2-blocks: 1, max blk sz: 2, max free sz: 257\n";
const std::string kMap =
    "GC memory layout; from 20007240:\n00000000: h=T" + dots(61) +
    "\n       (2 lines all free)\n00000c00: " + dots(64) + "\n00001000: ....\n";

TEST(MemInfoReader, ReadsFiguresAndMap) {
  const auto dumps = read(">>> micropython.mem_info(1)\n" + kFigures + kMap);
  ASSERT_EQ(dumps.size(), 1u);
  const MemInfoDump& dump = dumps[0];
  EXPECT_EQ(dump.line, 3u);
  EXPECT_EQ(dump.stack_bytes, 700u);
  ASSERT_TRUE(dump.figures);
  EXPECT_EQ(dump.figures->free_bytes, 4112u);
  EXPECT_EQ(dump.figures->max_free, 257u);
  EXPECT_EQ(dump.block_bytes, 16u);
  ASSERT_EQ(dump.areas.size(), 1u);
  EXPECT_EQ(dump.areas[0].pool, 0x20007240u);
  EXPECT_EQ(dump.areas[0].letters, "h=T" + dots(257));
  EXPECT_TRUE(dump.damage.empty());
}

TEST(MemInfoReader, ReadsFiguresAloneAndMapsAlone) {
  const auto dumps = read(kFigures + kFigures + kMap + "noise\n" + kMap);
  ASSERT_EQ(dumps.size(), 3u);
  EXPECT_TRUE(dumps[0].areas.empty());
  EXPECT_EQ(dumps[1].areas.size(), 1u);
  EXPECT_FALSE(dumps[2].figures);
  EXPECT_EQ(dumps[2].areas[0].letters, dumps[1].areas[0].letters);
}

TEST(MemInfoReader, JoinsTheAreasOfASplitHeap) {
  const auto dumps =
      read("GC: total: 2112, used: 48, free: 2064, max new split: 4096\n" +
           ("GC memory layout; from 1000:\n00000000: h=" + dots(62)) +
           "\n00000400: ....\n\nGC memory layout; from 9000:\n00000000: h" +
           dots(63) + "\n");
  ASSERT_EQ(dumps.size(), 1u);
  ASSERT_EQ(dumps[0].areas.size(), 2u);
  EXPECT_EQ(dumps[0].areas[0].letters.size(), 68u);
  EXPECT_EQ(dumps[0].areas[1].letters.size(), 64u);
  EXPECT_EQ(dumps[0].areas[1].pool, 0x9000u);
  EXPECT_EQ(dumps[0].figures->max_new_split_bytes, 4096u);
  EXPECT_TRUE(dumps[0].damage.empty());
}

TEST(MemInfoReader, KnowsBlocksOf32Bytes) {
  const auto dumps =
      read("GC: total: 4096, used: 32, free: 4064\n" +
           ("GC memory layout; from 7f00aa00:\n00000000: h" + dots(63)) +
           "\n00000800: " + dots(64) + "\n");
  ASSERT_EQ(dumps.size(), 1u);
  EXPECT_EQ(dumps[0].block_bytes, 32u);
  EXPECT_EQ(dumps[0].areas[0].letters.size(), 128u);
}

TEST(MemInfoReader, UnwrapsFiveDigitOffsets) {
  // 2 MiB: 131,072 blocks; the last line's offset 1ffc00 is printed ffc00.
  const auto dumps = read(
      "GC: total: 2097152, used: 48, free: 2097104\nGC memory layout; from "
      "8000:\n00000: h" +
      dots(63) + "\n       (1023 lines all free)\n00000: h" + dots(63) +
      "\n       (1022 lines all free)\nffc00: " + dots(63) + "h\n");
  ASSERT_EQ(dumps.size(), 1u);
  const std::string& letters = dumps[0].areas[0].letters;
  ASSERT_EQ(letters.size(), 131072u);
  EXPECT_EQ(letters[65536], 'h');
  EXPECT_EQ(letters.back(), 'h');
  EXPECT_TRUE(dumps[0].damage.empty());
}

TEST(MemInfoReader, ReadsBuildsWithoutALayoutLine) {
  const auto dumps = read(kFigures + kMap.substr(kMap.find('\n') + 1));
  ASSERT_EQ(dumps.size(), 1u);
  EXPECT_EQ(dumps[0].areas[0].letters, "h=T" + dots(257));
  EXPECT_FALSE(dumps[0].areas[0].pool);
}

TEST(MemInfoReader, MissingLinesAreUnknownBlocks) {
  std::string map = kMap;
  const size_t at = map.find("       (2 lines");
  map.erase(at, map.find('\n', at) + 1 - at);
  const auto dumps = read(kFigures + map);
  EXPECT_EQ(dumps[0].areas[0].letters,
            "h=T" + dots(61) + std::string(128, kLostBlock) + dots(68));
  ASSERT_EQ(dumps[0].damage.size(), 1u);
  EXPECT_EQ(dumps[0].damage[0].line, 6u);
  EXPECT_EQ(dumps[0].areas[0].lost_blocks, 128u);
}

TEST(MemInfoReader, GarbledLinesAreUnknownBlocks) {
  std::string map = kMap;
  map.erase(map.find("h=T"), 1);
  const auto dumps = read(kFigures + map);
  EXPECT_EQ(dumps[0].areas[0].letters.substr(0, 65),
            std::string(64, kLostBlock) + ".");
  EXPECT_EQ(dumps[0].damage.size(), 1u);
}

// However much of a dump arrived, what is known of it is true.
TEST(MemInfoReader, EveryPrefixTellsNothingWrong) {
  const std::string whole = kFigures + kMap;
  const std::string letters = "h=T" + dots(257);
  for (size_t length = 0; length <= whole.size(); ++length) {
    for (const MemInfoDump& dump : read(whole.substr(0, length))) {
      if (dump.figures) {
        EXPECT_EQ(dump.figures->total_bytes, 4160u);
      }
      for (const MemInfoArea& area : dump.areas) {
        ASSERT_EQ(area.letters.size(), letters.size()) << length;
        for (size_t b = 0; b < letters.size(); ++b) {
          ASSERT_TRUE(area.letters[b] == letters[b] ||
                      area.letters[b] == kLostBlock)
              << length << ": block " << b;
        }
      }
    }
  }
}

TEST(MemInfoReader, NoiseInAMapIsPassedOver) {
  std::string map = kMap;
  map.insert(map.find("       (2 lines"),
             "core1: still alive\ndeadbeef: abc\n\n");
  const auto dumps = read(kFigures + map);
  EXPECT_EQ(dumps[0].areas[0].letters, "h=T" + dots(257));
  EXPECT_TRUE(dumps[0].damage.empty());
}

TEST(MemInfoReader, FiguresThatDoNotAddUpAreLeftOut) {
  const auto dumps = read("GC: total: 4160, used: 48, free: 411\n");
  ASSERT_EQ(dumps.size(), 1u);
  EXPECT_FALSE(dumps[0].figures);
  EXPECT_EQ(dumps[0].damage.size(), 1u);
}

TEST(MemInfoReader, GarbledNumbersTakeNoMemory) {
  const auto dumps = read(
      "GC memory layout; from 0:\n       (4000000000 lines all free)\n"
      "       (99999999999999999999999 lines all free)\n00000000: h\n");
  ASSERT_EQ(dumps.size(), 1u);
  EXPECT_LE(dumps[0].areas[0].letters.size(), size_t{1} << 24);
}

}  // namespace
}  // namespace libheap
