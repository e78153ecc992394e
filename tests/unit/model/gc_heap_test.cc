#include "libheap/model/gc_heap.h"

#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "libheap/base/check.h"
#include "libheap/base/crc32.h"
#include "libheap/base/error.h"
#include "tests/support/heap_program.h"

namespace libheap {
namespace {

// --- Beginning, counting, forcing --------------------------------------------

TEST(GcHeap, StartsAfreshWhenInitialised) {
  HeapProgram program = split_program();
  program.fill(3);
  program.heap.set_threshold(5);
  program.heap.set_auto_collect(false);
  program.heap.lock();
  program.heap.init(kHeapStart, kHeapStart + 4096);
  EXPECT_EQ(program.heap.areas().size(), 1U);
  EXPECT_EQ(program.heap.last_free_area(), 0U);
  EXPECT_EQ(program.heap.used_blocks(), 0U);
  EXPECT_EQ(program.heap.amount(), 0U);
  EXPECT_EQ(program.heap.threshold(), std::nullopt);
  EXPECT_TRUE(program.heap.auto_collect());
  EXPECT_EQ(program.heap.lock_field(), 0U);
  EXPECT_EQ(program.add_area(8, kHeapStart + 0x1000), 1U);
}

TEST(GcHeap, RefusesSettingsThatCannotExist) {
  HeapConfig config;
  config.block_bytes = 24;
  EXPECT_THROW(GcHeap(config, kHeapStart, kHeapStart + 4096), Error);
  EXPECT_THROW(GcHeap(HeapConfig(), kHeapStart, kHeapStart + 10), Error);
}

TEST(GcHeap, CountsOverAllAreas) {
  HeapProgram program = split_program();
  program.alloc_blocks(7);
  program.alloc_blocks(2);
  program.alloc(1);
  const Census census = program.heap.census();
  EXPECT_EQ(census.total_blocks, 24U);
  EXPECT_EQ(census.used_blocks, 10U);
  EXPECT_EQ(census.free_blocks, 14U);
  EXPECT_EQ(census.objects, 3U);
  EXPECT_EQ(census.one_block_objects, 1U);
  EXPECT_EQ(census.two_block_objects, 1U);
  EXPECT_EQ(census.max_block, 7U);
  EXPECT_EQ(census.max_free, 8U);
  EXPECT_EQ(program.heap.largest_free_run(), 8U);
}

TEST(GcHeap, DigestsItsTablesInListOrder) {
  HeapProgram program = split_program();
  program.alloc_blocks(5);
  program.alloc(kBlock * 4, /*finaliser=*/true);
  const std::vector<uint8_t> tables = {0xA9, 0x02, 0xA9, 0x00, 0x00, 0x00};
  const std::vector<uint8_t> finalisers = {0x00, 0x01, 0x00};
  EXPECT_EQ(program.heap.digest(),
            (TableDigest{crc32(tables), crc32(finalisers), 0}));
}

TEST(GcHeap, PutsAnObjectWhereTheDeviceHadIt) {
  HeapProgram program(40);
  program.alloc_blocks(4);
  EXPECT_TRUE(program.heap.force_place(block(30), 10, true));
  EXPECT_EQ(program.heap.chain_blocks(block(30)), 10U);
  EXPECT_TRUE(program.first_area().has_finaliser(30));
  EXPECT_EQ(program.first_area().last_used_block, 39U);
  program.heap.check_invariants();
}

TEST(GcHeap, PutsNothingWhereThereIsNoRoom) {
  HeapProgram program(40);
  program.alloc_blocks(4);
  EXPECT_FALSE(program.heap.force_place(block(3), 2, false));
  EXPECT_FALSE(program.heap.force_place(block(31), 10, false));
  EXPECT_FALSE(program.heap.force_place(block(40), 1, false));
  EXPECT_FALSE(program.heap.force_place(block(10), 0, false));
  EXPECT_FALSE(program.heap.force_place(block(10), UINT64_MAX, false));
  EXPECT_FALSE(program.heap.force_place(block(10, 1), 1, false));
  EXPECT_EQ(program.heap.used_blocks(), 4U);
}

TEST(GcHeap, TakesAnObjectOutEvenUnderTheLock) {
  HeapProgram program(40);
  const BlockRef object = program.alloc_blocks(4);
  program.heap.lock();
  program.heap.retract(object);
  EXPECT_EQ(program.heap.used_blocks(), 0U);
  EXPECT_THROW(program.heap.retract(object), InternalError);
}

TEST(GcHeap, MeasuresObjectsFromTheirHeads) {
  HeapProgram program(40);
  program.alloc_blocks(4);
  EXPECT_EQ(program.heap.chain_blocks(block(0)), 4U);
  EXPECT_THROW((void)program.heap.chain_blocks(block(1)), InternalError);
  EXPECT_FALSE(program.heap.is_head(kNullBlock));
}

}  // namespace
}  // namespace libheap
