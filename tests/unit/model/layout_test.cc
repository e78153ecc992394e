#include "libheap/model/layout.h"

#include <optional>

#include <gtest/gtest.h>

#include "libheap/base/error.h"

namespace libheap {
namespace {

constexpr Release kBeforeGap{1, 19, 1, true};
constexpr Release kWithGap{1, 22, 2, true};
constexpr uint64_t kStart = 0x20000000;

HeapConfig config_of(const Release& release, uint32_t block_bytes = 16) {
  HeapConfig config;
  config.release = release;
  config.traits = traits_of(release);
  config.block_bytes = block_bytes;
  config.word_bytes = block_bytes / 4;
  return config;
}

AreaLayout lay_out(const HeapConfig& config, uint64_t bytes,
                   uint64_t skew = 0) {
  return layout_area(config, kStart + skew, kStart + bytes, false);
}

uint64_t pool_bytes(const AreaLayout& layout) {
  return layout.pool_end - layout.pool;
}

// What lies between the last table and the pool.
uint64_t slack(const AreaLayout& layout) {
  const uint64_t tables_end =
      layout.weakref_table != 0
          ? layout.weakref_table + layout.weakref_table_bytes
          : layout.finaliser_table + layout.finaliser_table_bytes;
  return layout.pool - tables_end;
}

struct Row {
  uint64_t bytes;
  uint64_t skew;  // start past a block boundary
  uint64_t table_bytes;
  uint64_t finaliser_bytes;
  uint64_t blocks;
  uint64_t pool_bytes;
  uint64_t pool_offset;  // from start
  uint64_t slack_without_gap;
  uint64_t slack_with_gap;
  uint64_t blocks_with_weakrefs;
  uint64_t pool_bytes_with_weakrefs;
};

// Sizes real boards have, worked out by hand. Blocks of 16 bytes.
constexpr Row kRows[] = {
    {65536, 0, 1000, 500, 4000, 64000, 1536, 36, 35, 3968, 63488},
    {131072, 0, 2001, 1001, 8004, 128064, 3008, 6, 5, 7940, 127040},
    {169984, 0, 2595, 1298, 10380, 166080, 3904, 11, 10, 10300, 164800},
    {169984, 12, 2594, 1297, 10376, 166016, 3956, 65, 64, 10300, 164800},
    {196608, 0, 3001, 1501, 12004, 192064, 4544, 42, 41, 11912, 190592},
    {238592, 0, 3642, 1821, 14568, 233088, 5504, 41, 40, 14460, 231360},
    {1048576, 0, 16008, 8004, 64032, 1024512, 24064, 52, 51, 63548, 1016768},
};

TEST(Layout, IsThatOfRealBoardsBeforeTheGapByte) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.bytes);
    const AreaLayout layout =
        lay_out(config_of(kBeforeGap), row.bytes, row.skew);
    EXPECT_EQ(layout.table, kStart + row.skew);
    EXPECT_EQ(layout.table_bytes, row.table_bytes);
    EXPECT_EQ(layout.finaliser_table, layout.table + row.table_bytes);
    EXPECT_EQ(layout.finaliser_table_bytes, row.finaliser_bytes);
    EXPECT_EQ(layout.weakref_table, 0U);
    EXPECT_EQ(layout.blocks(), row.blocks);
    EXPECT_EQ(pool_bytes(layout), row.pool_bytes);
    // The row with a skew counts from the skewed start.
    EXPECT_EQ(layout.pool - layout.start, row.pool_offset);
    EXPECT_EQ(slack(layout), row.slack_without_gap);
  }
}

TEST(Layout, IsThatOfRealBoardsWithTheGapByte) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.bytes);
    const AreaLayout layout = lay_out(config_of(kWithGap), row.bytes, row.skew);
    EXPECT_EQ(layout.table_bytes, row.table_bytes);
    EXPECT_EQ(layout.finaliser_table, layout.table + row.table_bytes + 1);
    EXPECT_EQ(layout.finaliser_table_bytes, row.finaliser_bytes);
    EXPECT_EQ(layout.pool - layout.start, row.pool_offset);
    EXPECT_EQ(slack(layout), row.slack_with_gap);
  }
}

TEST(Layout, MakesRoomForWeakReferences) {
  HeapConfig config = config_of({1, 28, 0, true});
  config.weakref = true;
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.bytes);
    const AreaLayout layout = lay_out(config, row.bytes, row.skew);
    EXPECT_EQ(layout.blocks(), row.blocks_with_weakrefs);
    EXPECT_EQ(pool_bytes(layout), row.pool_bytes_with_weakrefs);
    EXPECT_EQ(layout.weakref_table,
              layout.finaliser_table + layout.finaliser_table_bytes);
    EXPECT_EQ(layout.weakref_table_bytes, layout.finaliser_table_bytes);
  }
}

TEST(Layout, LosesATableByteToTheGapNowAndThen) {
  const AreaLayout before = lay_out(config_of(kBeforeGap), 134144);
  EXPECT_EQ(before.table_bytes, 2048U);
  EXPECT_EQ(before.finaliser_table_bytes, 1024U);
  EXPECT_EQ(before.blocks(), 8192U);
  EXPECT_EQ(pool_bytes(before), 131072U);
  const AreaLayout since = lay_out(config_of(kWithGap), 134144);
  EXPECT_EQ(since.table_bytes, 2047U);
  EXPECT_EQ(since.finaliser_table_bytes, 1024U);
  EXPECT_EQ(since.blocks(), 8188U);
  EXPECT_EQ(pool_bytes(since), 131008U);
}

struct WideRow {
  uint64_t bytes;
  uint64_t table_bytes;
  uint64_t blocks;
  uint64_t pool_bytes;
};

TEST(Layout, IsThatOfSixtyFourBitHeaps) {
  constexpr WideRow kWideRows[] = {
      {65536, 506, 2024, 64768},
      {196608, 1518, 6072, 194304},
      {1048576, 8097, 32388, 1036416},
      {2097152, 16194, 64776, 2072832},
  };
  for (const WideRow& row : kWideRows) {
    SCOPED_TRACE(row.bytes);
    const AreaLayout layout = lay_out(config_of(kWithGap, 32), row.bytes);
    EXPECT_EQ(layout.table_bytes, row.table_bytes);
    EXPECT_EQ(layout.blocks(), row.blocks);
    EXPECT_EQ(pool_bytes(layout), row.pool_bytes);
  }
}

TEST(Layout, WithoutFlagTablesHasOnlyTheTable) {
  HeapConfig config = config_of(kWithGap);
  config.finaliser = false;
  const AreaLayout layout = lay_out(config, 6501);
  EXPECT_EQ(layout.table_bytes, 99U);  // (6496 - 1) / 65
  EXPECT_EQ(layout.finaliser_table, 0U);
  EXPECT_EQ(layout.finaliser_table_bytes, 0U);
  EXPECT_EQ(layout.weakref_table, 0U);
  EXPECT_EQ(layout.pool_end, kStart + 6496);
}

TEST(Layout, RoundsTheEndDownAndTheStartNotAtAll) {
  const HeapConfig config = config_of(kWithGap);
  const AreaLayout layout =
      layout_area(config, kStart + 5, kStart + 5000, false);
  EXPECT_EQ(layout.start, kStart + 5);
  EXPECT_EQ(layout.end, kStart + 5000);
  EXPECT_EQ(layout.table, kStart + 5);
  EXPECT_EQ(layout.pool_end, kStart + 4992);
  EXPECT_EQ(layout.pool % 16, 0U);
}

TEST(Layout, PutsTheRecordOfAnAddedAreaFirst) {
  HeapConfig config = config_of(kWithGap);
  config.area_record_bytes = 32;
  const AreaLayout first = layout_area(config, kStart, kStart + 5000, false);
  const AreaLayout added = layout_area(config, kStart, kStart + 5000, true);
  EXPECT_EQ(first.table, kStart);
  EXPECT_EQ(added.table, kStart + 32);
  EXPECT_EQ(added, [&] {
    AreaLayout same = layout_area(config, kStart + 32, kStart + 5000, false);
    same.start = kStart;
    return same;
  }());
}

TEST(Layout, FillsTheRegionToWithinATableByte) {
  for (const Release& release : {kBeforeGap, kWithGap}) {
    const HeapConfig config = config_of(release);
    for (uint64_t bytes = 200; bytes < 3000; ++bytes) {
      const AreaLayout layout = lay_out(config, bytes, bytes % 7);
      ASSERT_LE(slack(layout), 66U) << bytes;
      ASSERT_EQ(layout.finaliser_table_bytes, (layout.blocks() + 7) / 8);
    }
  }
}

TEST(Layout, NeedsMemoryForOneTableByte) {
  const HeapConfig config = config_of(kBeforeGap);
  // 1 byte of table, half a byte of flags, 4 blocks.
  EXPECT_THROW((void)lay_out(config, 64), Error);
  EXPECT_EQ(lay_out(config, 80).blocks(), 4U);
}

TEST(Layout, RefusesMemoryThatEndsBeforeItBegins) {
  const HeapConfig config = config_of(kWithGap);
  EXPECT_THROW((void)layout_area(config, kStart, kStart - 1, false), Error);
  EXPECT_THROW((void)layout_area(config, kStart, kStart, false), Error);
  EXPECT_THROW((void)layout_area(config, kStart + 15, kStart + 20, false),
               Error);
  EXPECT_THROW((void)layout_area(config, UINT64_MAX - 3, UINT64_MAX, false),
               Error);
}

TEST(Layout, RefusesMoreMemoryThanAnyBoardHas) {
  const HeapConfig config = config_of(kWithGap);
  EXPECT_EQ(layout_area(config, 0, 0x02000000, false).pool_end, 0x02000000U);
  EXPECT_THROW((void)layout_area(config, 0, 0x04000000, false), Error);
  EXPECT_THROW((void)layout_area(config, 0, UINT64_MAX, false), Error);
  EXPECT_THROW((void)layout_area(config, 0, uint64_t{1} << 60, false), Error);
  EXPECT_THROW((void)layout_area(config, 16, uint64_t{1} << 32, false), Error);
}

TEST(Layout, TakesARecordThatLeavesNoRoomAsAnError) {
  HeapConfig config = config_of(kWithGap);
  config.area_record_bytes = 4096;
  EXPECT_THROW((void)layout_area(config, kStart, kStart + 4000, true), Error);
}

}  // namespace
}  // namespace libheap
