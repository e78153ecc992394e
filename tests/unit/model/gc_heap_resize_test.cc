#include <vector>

#include <gtest/gtest.h>

#include "libheap/base/check.h"
#include "libheap/model/gc_heap.h"
#include "tests/support/heap_program.h"

namespace libheap {
namespace {

using Causes = std::vector<CollectCause>;

// --- Freeing -----------------------------------------------------------------

TEST(GcHeap, FreesNothingForNull) {
  HeapProgram program(40);
  EXPECT_TRUE(program.heap.free(kNullBlock));
}

TEST(GcHeap, KeepsTheAmountWhenFreeing) {
  HeapProgram program(40);
  program.heap.free(program.alloc_blocks(5));
  EXPECT_EQ(program.heap.amount(), 5U);
  EXPECT_EQ(program.heap.used_blocks(), 0U);
}

TEST(GcHeap, TellsWhenWhatIsFreedIsNoObject) {
  HeapProgram program(40);
  program.alloc_blocks(2);
  EXPECT_FALSE(program.heap.free(block(1)));
  EXPECT_FALSE(program.heap.free(block(2)));
  EXPECT_FALSE(program.heap.free(block(40)));
  EXPECT_FALSE(program.heap.free(block(UINT32_MAX)));
  EXPECT_FALSE(program.heap.free(block(0, 7)));
  EXPECT_EQ(program.heap.used_blocks(), 2U);
}

TEST(GcHeap, ResizesInPlaceWhereItCanAndChangesNothingWhereNot) {
  HeapProgram program(40);
  const BlockRef object = program.alloc_blocks(3);
  program.alloc_blocks(1);
  uint64_t before = 0;
  EXPECT_TRUE(program.heap.resize_in_place(object, 2 * kBlock, before));
  EXPECT_EQ(before, 3U);
  EXPECT_EQ(program.heap.chain_blocks(object), 2U);
  EXPECT_TRUE(program.heap.resize_in_place(object, 3 * kBlock, before));
  EXPECT_EQ(before, 2U);
  EXPECT_FALSE(program.heap.resize_in_place(object, 4 * kBlock, before));
  EXPECT_FALSE(program.heap.resize_in_place(object, 40 * kBlock, before));
  program.heap.lock();
  EXPECT_FALSE(program.heap.resize_in_place(object, kBlock, before));
  EXPECT_EQ(before, 3U);
  EXPECT_EQ(program.heap.chain_blocks(object), 3U);
}

TEST(GcHeap, SilentlyKeepsWhatIsFreedUnderTheLock) {
  HeapProgram program(40);
  const BlockRef object = program.alloc(1);
  program.heap.lock();
  EXPECT_TRUE(program.heap.free(object));
  EXPECT_TRUE(program.heap.is_head(object));
  program.heap.unlock();
  EXPECT_TRUE(program.heap.free(object));
  EXPECT_FALSE(program.heap.is_head(object));
}

// What a finaliser frees in a collect that another object survives.
bool freed_by_finaliser(const Release& release, bool locked) {
  HeapProgram program(40, config_of(release));
  program.alloc(1, /*finaliser=*/true);
  const BlockRef buffer = program.alloc_blocks(3);
  if (locked) program.heap.lock();
  bool freed = false;
  program.in_collect = [&] {
    EXPECT_TRUE(program.heap.free(buffer));
    freed = !program.heap.is_head(buffer);
    if (!freed) program.kept = {buffer};
  };
  const CollectResult result = program.collect();
  EXPECT_EQ(result.heads_after, freed ? 0U : 1U);
  return freed;
}

TEST(GcHeap, IgnoresWhatFinalisersFreeUpToV1x24) {
  EXPECT_FALSE(freed_by_finaliser(kV1x19, /*locked=*/false));
  EXPECT_FALSE(freed_by_finaliser(kV1x24, /*locked=*/false));
}

TEST(GcHeap, FreesWhatFinalisersFreeSinceV1x25) {
  EXPECT_TRUE(freed_by_finaliser(kV1x25, /*locked=*/false));
  EXPECT_TRUE(freed_by_finaliser(kV1x28, /*locked=*/false));
}

TEST(GcHeap, IgnoresWhatFinalisersFreeUnderTheLock) {
  EXPECT_FALSE(freed_by_finaliser(kV1x24, /*locked=*/true));
  EXPECT_FALSE(freed_by_finaliser(kV1x25, /*locked=*/true));
}

// --- Resizing ----------------------------------------------------------------

TEST(GcHeap, AllocatesWhenNothingIsResized) {
  HeapProgram program(40);
  EXPECT_EQ(program.realloc(kNullBlock, 20), block(0));
  EXPECT_EQ(program.heap.amount(), 2U);
  EXPECT_TRUE(program.realloc(kNullBlock, 0).is_null());
  EXPECT_EQ(program.realloc(kNullBlock, 1, /*may_move=*/false), block(2));
}

TEST(GcHeap, FreesWhenResizedToNoBytes) {
  HeapProgram program(40);
  const BlockRef object = program.alloc_blocks(3);
  EXPECT_TRUE(program.realloc(object, 0).is_null());
  EXPECT_FALSE(program.heap.is_head(object));
}

TEST(GcHeap, KeepsWhatIsResizedToNoBytesUnderTheLock) {
  HeapProgram program(40);
  const BlockRef object = program.alloc_blocks(3);
  program.heap.lock();
  EXPECT_TRUE(program.realloc(object, 0).is_null());
  EXPECT_TRUE(program.heap.is_head(object));
}

TEST(GcHeap, ResizesNothingUnderTheLock) {
  HeapProgram program(40);
  const BlockRef object = program.alloc_blocks(3);
  program.heap.lock();
  for (const uint64_t blocks : {1U, 2U, 3U, 4U, 30U}) {
    EXPECT_TRUE(program.realloc(object, blocks * kBlock).is_null());
    EXPECT_EQ(program.heap.chain_blocks(object), 3U);
  }
}

TEST(GcHeap, ChangesNothingForAsManyBlocks) {
  HeapProgram program(40);
  const BlockRef object = program.alloc(33);
  EXPECT_EQ(program.realloc(object, 48), object);
  EXPECT_EQ(program.realloc(object, 34), object);
  EXPECT_EQ(program.heap.amount(), 3U);
  EXPECT_EQ(program.first_area().last_used_block, 2U);
}

TEST(GcHeap, ShrinksInPlace) {
  HeapProgram program(40);
  program.fill(4);
  EXPECT_EQ(program.realloc(block(20), 17, /*may_move=*/true), block(20));
  EXPECT_EQ(program.heap.chain_blocks(block(20)), 2U);
  EXPECT_EQ(program.first_area().last_free_byte, 0U);
  EXPECT_EQ(program.heap.amount(), 40U);
  EXPECT_EQ(program.alloc_blocks(2), block(22));
}

TEST(GcHeap, ShrinksToNothingForASizeThatWraps) {
  HeapProgram program(40);
  program.alloc(1);
  const BlockRef object = program.alloc(40, /*finaliser=*/true);
  EXPECT_EQ(program.realloc(object, UINT32_MAX), object);
  EXPECT_EQ(program.heap.used_blocks(), 1U);
  EXPECT_TRUE(program.first_area().finaliser_map().test(1));
}

TEST(GcHeap, GrowsInPlaceWhereThereIsRoom) {
  HeapProgram program(40);
  const BlockRef object = program.alloc(1);
  EXPECT_EQ(program.realloc(object, 3 * kBlock), object);
  EXPECT_EQ(program.realloc(object, 40 * kBlock, /*may_move=*/false), object);
  EXPECT_EQ(program.heap.used_blocks(), 40U);
  EXPECT_EQ(program.heap.amount(), 1U) << "growth in place is not counted";
}

TEST(GcHeap, GrowsInPlaceUpToTheNextObject) {
  HeapProgram program(40);
  program.alloc_blocks(2);
  program.alloc_blocks(3);
  program.alloc_blocks(1);
  program.heap.free(block(2));
  EXPECT_EQ(program.realloc(block(0), 5 * kBlock), block(0));
  EXPECT_EQ(program.heap.chain_blocks(block(0)), 5U);
  EXPECT_EQ(program.realloc(block(0), 6 * kBlock), block(6));
}

TEST(GcHeap, DoesNotMoveWhatMayNot) {
  HeapProgram program(40);
  program.alloc_blocks(2);
  program.alloc_blocks(1);
  EXPECT_TRUE(program.realloc(block(0), 48, /*may_move=*/false).is_null());
  EXPECT_EQ(program.heap.chain_blocks(block(0)), 2U);
}

TEST(GcHeap, CountsAllOfAnObjectThatMoves) {
  HeapProgram program(40);
  program.alloc_blocks(2);
  program.alloc_blocks(1);
  EXPECT_EQ(program.realloc(block(0), 3 * kBlock), block(3));
  EXPECT_EQ(program.heap.amount(), 6U);
  EXPECT_FALSE(program.heap.is_head(block(0)));
  EXPECT_EQ(program.first_area().last_free_byte, 0U);
}

TEST(GcHeap, KeepsOldAndNewSideBySideWhileMoving) {
  HeapProgram program(8);
  program.alloc_blocks(1);
  program.alloc_blocks(3);
  program.alloc_blocks(1);
  // 0 and 5 to 7 are free, 1 to 3 the object: with its own room it would fit.
  program.heap.free(block(0));
  program.kept = {block(1), block(4)};
  EXPECT_TRUE(program.realloc(block(1), 4 * kBlock).is_null());
  EXPECT_EQ(program.heap.chain_blocks(block(1)), 3U);
  EXPECT_EQ(program.causes, Causes{CollectCause::kExhausted});
}

TEST(GcHeap, CollectsForAnObjectThatMoves) {
  HeapProgram program(40);
  program.fill(4);
  program.kept = {block(8), block(12)};
  EXPECT_EQ(program.realloc(block(8), 5 * kBlock), block(0));
  EXPECT_EQ(program.causes, Causes{CollectCause::kExhausted});
  EXPECT_FALSE(program.heap.is_head(block(8)));
  EXPECT_TRUE(program.heap.is_head(block(12)));
}

TEST(GcHeap, MovesTheFinaliserFlagAlong) {
  HeapProgram program(40);
  const BlockRef object = program.alloc(1, /*finaliser=*/true);
  program.alloc(1);
  const BlockRef moved = program.realloc(object, 3 * kBlock);
  EXPECT_EQ(moved, block(2));
  EXPECT_TRUE(program.first_area().has_finaliser(2));
  EXPECT_FALSE(program.first_area().finaliser_map().test(0));
}

TEST(GcHeap, RefusesToResizeWhatIsNoObject) {
  HeapProgram program(40);
  program.alloc_blocks(2);
  EXPECT_THROW((void)program.heap.realloc_request(block(1), 5, true),
               InternalError);
}

}  // namespace
}  // namespace libheap
