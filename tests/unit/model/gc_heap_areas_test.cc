#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "libheap/base/error.h"
#include "libheap/model/gc_heap.h"
#include "libheap/model/heap_limits.h"
#include "tests/support/heap_program.h"

namespace libheap {
namespace {

using Causes = std::vector<CollectCause>;

// --- Several areas -----------------------------------------------------------

TEST(GcHeap, SearchesAreasInTheOrderTheyWereAdded) {
  HeapProgram program = split_program();
  EXPECT_EQ(program.alloc_blocks(6), block(0));
  EXPECT_EQ(program.alloc_blocks(6), block(0, 1));
  EXPECT_EQ(program.alloc_blocks(6), block(0, 2));
  EXPECT_EQ(program.alloc_blocks(2), block(6));
}

TEST(GcHeap, NeverPlacesAnObjectAcrossAreas) {
  HeapProgram program = split_program();
  EXPECT_EQ(program.heap.total_blocks(), 24U);
  EXPECT_EQ(program.heap.largest_free_run(), 8U);
  EXPECT_TRUE(program.alloc_blocks(9).is_null());
}

TEST(GcHeap, GrowsAnObjectOnlyInsideItsArea) {
  HeapProgram program = split_program();
  const BlockRef object = program.alloc_blocks(8);
  EXPECT_TRUE(program.realloc(object, 9 * kBlock, false).is_null());
}

TEST(GcHeap, TakesNoMoreThanTheLargestHeapInAllItsAreas) {
  HeapProgram program = split_program();
  const uint64_t half = kMostHeapBlocks / 2 * kBlock;
  uint64_t start = 0x40000000;
  program.heap.add_area(start, start + half);
  start += half;
  program.heap.add_area(start, start + half);
  start += half;
  EXPECT_THROW(program.heap.add_area(start, start + half), Error);
  EXPECT_LE(program.heap.total_blocks(), kMostHeapBlocks);
}

TEST(GcHeap, MovesTheAreaItSearchesFirstOnlyForOneBlock) {
  HeapProgram program = split_program();
  program.alloc_blocks(8);
  program.alloc_blocks(4);
  EXPECT_EQ(program.heap.last_free_area(), 0U);
  EXPECT_EQ(program.alloc(1), block(4, 1));
  EXPECT_EQ(program.heap.last_free_area(), 1U);
}

TEST(GcHeap, StartsOverWhenFreeingInAnotherArea) {
  HeapProgram program = split_program();
  program.alloc_blocks(8);
  program.alloc(1);
  program.alloc(1);
  program.heap.free(block(1, 1));
  EXPECT_EQ(program.heap.last_free_area(), 1U) << "freed where it searches";
  program.heap.free(block(0));
  EXPECT_EQ(program.heap.last_free_area(), 0U);
}

TEST(GcHeap, StartsOverWhenShrinkingInAnotherArea) {
  HeapProgram program = split_program();
  program.alloc_blocks(8);
  program.alloc(1);
  EXPECT_EQ(program.heap.last_free_area(), 1U);
  program.realloc(block(0), kBlock);
  EXPECT_EQ(program.heap.last_free_area(), 0U);
  EXPECT_EQ(program.alloc(1), block(1));
}

TEST(GcHeap, StartsOverAfterACollect) {
  HeapProgram program = split_program();
  program.alloc_blocks(8);
  program.alloc(1);
  program.collect();
  EXPECT_EQ(program.heap.last_free_area(), 0U);
}

TEST(GcHeap, StoresAQuarterOfTheTableForAFullArea) {
  HeapProgram program(40, config_of(kV1x25, SplitMode::kManual));
  program.add_area(8, kHeapStart + 0x1000);
  program.alloc_blocks(40);
  program.alloc(1);
  // 10 table bytes: (10 + 1) / 4.
  EXPECT_EQ(program.first_area().last_free_byte, 2U);
  EXPECT_EQ(program.heap.last_free_area(), 1U);
}

TEST(GcHeap, NeverGivesBackAreasThatThePortAdded) {
  HeapProgram program = split_program();
  program.alloc(1);
  EXPECT_TRUE(program.collect().dropped_areas.empty());
  EXPECT_EQ(program.heap.areas().size(), 3U);
}

TEST(GcHeap, SweepsAreasWithoutNamedSurvivorsWhole) {
  HeapProgram program = split_program();
  program.alloc_blocks(8);
  program.alloc_blocks(8);
  program.heap.begin_collect();
  SurvivorMap in_first(8);
  in_first.set(0);
  const std::vector<AreaSurvivors> named = {{0, in_first}};
  const CollectResult result = program.heap.end_collect(named);
  EXPECT_EQ(result.heads_before, 2U);
  EXPECT_EQ(result.heads_after, 1U);
  EXPECT_TRUE(program.heap.is_head(block(0)));
}

TEST(GcHeap, RefusesMemoryThatHoldsNoArea) {
  HeapProgram program = split_program();
  EXPECT_THROW(program.heap.add_area(kHeapStart, kHeapStart + 40), Error);
  EXPECT_EQ(program.heap.areas().size(), 3U);
}

TEST(GcHeap, RefusesMoreAreasThanAnyPortAdds) {
  HeapProgram program(4, config_of(kV1x25, SplitMode::kManual));
  const auto add_thousands = [&] {
    for (int i = 0; i < 5000; ++i) program.add_area(4, kHeapStart);
  };
  EXPECT_THROW(add_thousands(), Error);
}

TEST(GcHeap, FindsAreasByTheirNumber) {
  HeapProgram program = split_program();
  ASSERT_NE(program.heap.find_area(2), nullptr);
  EXPECT_EQ(program.heap.find_area(2)->id(), 2U);
  EXPECT_EQ(program.heap.find_area(3), nullptr);
  EXPECT_EQ(program.heap.find_area(BlockRef::kNullArea), nullptr);
}

// --- Growing heaps -----------------------------------------------------------

HeapProgram growing_program(const Release& release = kV1x24) {
  return HeapProgram(40, config_of(release, SplitMode::kAuto));
}

TEST(GcHeap, AsksForMemoryOnlyAfterACollect) {
  HeapProgram program = growing_program();
  program.fill();
  program.available = 4000;
  for (BlockIndex i = 0; i < 40; ++i) program.kept.push_back(block(i));
  program.grown.clear();
  const BlockRef object = program.alloc(1);
  EXPECT_EQ(program.causes, Causes{CollectCause::kExhausted});
  EXPECT_EQ(program.grown.size(), 1U);
  EXPECT_EQ(object.area, program.heap.areas().back()->id());
  EXPECT_EQ(object.block, 0U);
}

TEST(GcHeap, GrowsWithoutACollectWhenDisabled) {
  HeapProgram program = growing_program();
  program.available = 4000;
  program.heap.set_auto_collect(false);
  EXPECT_EQ(program.alloc_blocks(50), block(0, 1));
  EXPECT_EQ(program.causes, Causes{});
}

TEST(GcHeap, FailsWhenThereIsNoMemoryToGrowInto) {
  HeapProgram program = growing_program();
  program.available = 2000;
  EXPECT_TRUE(program.alloc_blocks(50).is_null());
  EXPECT_EQ(program.grown, (std::vector<uint64_t>{0}));
}

TEST(GcHeap, AsksForMemoryOnceForEachRequest) {
  HeapProgram program = growing_program();
  program.available = 4000;
  // A size for which the guess at the memory needed wraps: the new area is
  // far too small.
  EXPECT_TRUE(program.alloc(UINT32_MAX - 8180200).is_null());
  EXPECT_EQ(program.grown.size(), 1U);
  EXPECT_EQ(program.heap.areas().size(), 2U);
}

TEST(GcHeap, NeedsTwoThousandBytesOrAFortiethMoreThanTheRequest) {
  const HeapProgram program = growing_program();
  const auto growth = [&](uint64_t n_bytes, uint64_t available) {
    return program.heap.growth_bytes(program.heap.alloc_request(n_bytes, false),
                                     available);
  };
  EXPECT_EQ(growth(100, 2147), std::nullopt);
  EXPECT_EQ(growth(100, 2148), 2148U);
  EXPECT_EQ(growth(1024000, 1024000 + 25999), std::nullopt);
  EXPECT_EQ(growth(1024000, 1024000 + 26000), 1050000U);
}

TEST(GcHeap, AsksForAsMuchAsItHasSinceV1x22) {
  HeapConfig config = config_of(kV1x24, SplitMode::kAuto);
  const HeapProgram program(400, config);
  const AllocRequest request = program.heap.alloc_request(100, false);
  // 100 bytes of table, 50 of flags, 6400 of pool, gap and record: in blocks.
  EXPECT_EQ(program.heap.growth_bytes(request, 100000), 6592U);
  EXPECT_EQ(program.heap.growth_bytes(request, 5000), 5000U);
  config.weakref = true;
  const HeapProgram with_weakrefs(400, config);
  EXPECT_EQ(with_weakrefs.heap.growth_bytes(request, 100000), 6640U);
  config.finaliser = false;
  config.weakref = false;
  const HeapProgram without_flags(400, config);
  EXPECT_EQ(without_flags.heap.growth_bytes(request, 100000), 6544U);
}

TEST(GcHeap, AsksForAsMuchMemoryAsItsAreasTakeInV1x21) {
  const HeapProgram program(400, config_of(kV1x21, SplitMode::kAuto));
  const AreaLayout& layout = program.heap.areas().front()->layout();
  const AllocRequest request = program.heap.alloc_request(100, false);
  EXPECT_EQ(program.heap.growth_bytes(request, 100000),
            layout.pool_end - layout.table + 33);
}

// Two objects of so many blocks in an area of their own; the second survives
// at block `kept_at`, or the first at 0.
std::vector<uint32_t> dropped_with_survivor(uint32_t blocks, bool first) {
  HeapProgram program = growing_program();
  program.available = 4000;
  program.heap.set_auto_collect(false);
  const BlockRef filler = program.alloc_blocks(40);
  const BlockRef a = program.alloc_blocks(blocks);
  const BlockRef b = program.alloc_blocks(blocks);
  EXPECT_EQ(a, block(0, 1));
  EXPECT_EQ(b, block(blocks, 1));
  program.kept = {filler, first ? a : b};
  return program.collect().dropped_areas;
}

TEST(GcHeap, GivesBackAnAreaItGrewWhenItIsEmpty) {
  HeapProgram program = growing_program();
  program.available = 4000;
  program.heap.set_auto_collect(false);
  program.alloc_blocks(40);
  program.alloc(1);
  const CollectResult result = program.collect();
  EXPECT_EQ(result.dropped_areas, (std::vector<uint32_t>{1}));
  EXPECT_EQ(result.heads_before, 2U);
  EXPECT_EQ(program.heap.areas().size(), 1U) << "the first one stays";
  EXPECT_EQ(program.heap.find_area(1), nullptr);
}

TEST(GcHeap, KeepsAnAreaThatIsInUse) {
  EXPECT_TRUE(dropped_with_survivor(1, /*first=*/false).empty());
  EXPECT_TRUE(dropped_with_survivor(2, /*first=*/true).empty());
}

TEST(GcHeap, GivesBackAnAreaWhoseOnlyObjectIsItsFirstBlock) {
  EXPECT_EQ(dropped_with_survivor(1, /*first=*/true),
            (std::vector<uint32_t>{1}));
}

TEST(GcHeap, NeverGivesTwoAreasTheSameNumber) {
  HeapProgram program = growing_program();
  program.available = 4000;
  program.alloc_blocks(50);
  program.collect();
  EXPECT_EQ(program.alloc_blocks(50), block(0, 2));
}

TEST(GcHeap, SurvivesTheLossOfAnObjectBeingMoved) {
  HeapProgram program = growing_program();
  program.available = 4000;
  program.heap.set_auto_collect(false);
  program.alloc_blocks(40);
  const BlockRef object = program.alloc(1);
  EXPECT_EQ(object, block(0, 1));
  program.alloc(1);
  program.heap.set_auto_collect(true);
  program.heap.set_threshold(0);
  program.kept = {object};
  // Its area goes while it is being resized; the device would copy from there.
  EXPECT_EQ(program.realloc(object, 3 * kBlock), block(0));
  EXPECT_EQ(program.heap.used_blocks(), 3U);
}

}  // namespace
}  // namespace libheap
