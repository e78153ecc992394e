#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "libheap/model/gc_heap.h"
#include "tests/support/heap_program.h"

namespace libheap {
namespace {

using Causes = std::vector<CollectCause>;

// --- Requests ----------------------------------------------------------------

TEST(GcHeap, TakesWholeBlocks) {
  HeapProgram program(40);
  EXPECT_EQ(program.alloc(1), block(0));
  EXPECT_EQ(program.alloc(16), block(1));
  EXPECT_EQ(program.alloc(17), block(2));
  EXPECT_EQ(program.alloc(8), block(4));
  EXPECT_EQ(program.heap.used_blocks(), 5U);
  EXPECT_EQ(program.heap.amount(), 5U);
}

TEST(GcHeap, ServesAtOnceWhatNeedNotWait) {
  HeapProgram program(40);
  EXPECT_EQ(program.heap.alloc_at_once(2, false), block(0));
  EXPECT_EQ(program.heap.alloc_at_once(1, true), block(2));
  EXPECT_TRUE(program.first_area().has_finaliser(2));
  EXPECT_EQ(program.heap.amount(), 3U);
  EXPECT_EQ(program.alloc(16), block(3));
}

TEST(GcHeap, ServesNothingAtOnceThatMustWaitOrFail) {
  HeapProgram program(40);
  program.alloc_blocks(30);
  const TableDigest before = program.heap.digest();
  EXPECT_TRUE(program.heap.alloc_at_once(0, false).is_null());
  EXPECT_TRUE(program.heap.alloc_at_once(11, false).is_null());
  EXPECT_TRUE(program.heap.alloc_at_once(UINT64_MAX / 16, false).is_null());
  program.heap.set_threshold(30);
  EXPECT_TRUE(program.heap.alloc_at_once(1, false).is_null());
  program.heap.lock();
  program.heap.set_threshold(std::nullopt);
  EXPECT_TRUE(program.heap.alloc_at_once(1, false).is_null());
  program.heap.unlock();
  program.heap.begin_collect();
  EXPECT_TRUE(program.heap.alloc_at_once(1, false).is_null());
  program.heap.abandon_collect();
  EXPECT_EQ(program.heap.digest(), before);
  EXPECT_EQ(program.heap.alloc_at_once(1, false), block(30));
}

TEST(GcHeap, HasNoThresholdWhileAutomaticCollectsAreOff) {
  HeapProgram program(40);
  program.heap.set_threshold(0);
  EXPECT_TRUE(program.heap.alloc_at_once(1, false).is_null());
  program.heap.set_auto_collect(false);
  EXPECT_EQ(program.heap.alloc_at_once(1, false), block(0));
}

TEST(GcHeap, AnswersNullToNoBytesAtOnce) {
  HeapProgram program(40);
  program.heap.set_threshold(0);
  EXPECT_TRUE(program.alloc(0).is_null());
  program.heap.lock();
  EXPECT_TRUE(program.alloc(0).is_null());
  EXPECT_EQ(program.causes, Causes{});
  EXPECT_EQ(program.heap.amount(), 0U);
}

TEST(GcHeap, WrapsSizesNearTheLargestWordToNoBlocks) {
  HeapProgram program(40);
  EXPECT_EQ(program.heap.blocks_for(UINT32_MAX - 14), 0U);
  EXPECT_EQ(program.heap.blocks_for(UINT32_MAX), 0U);
  EXPECT_EQ(program.heap.blocks_for(UINT32_MAX - 15), 0x0FFFFFFFU);
  program.heap.set_threshold(0);
  EXPECT_TRUE(program.alloc(UINT32_MAX).is_null());
  EXPECT_EQ(program.causes, Causes{});
}

TEST(GcHeap, WrapsSizesWhereTheWordOfTheDeviceEnds) {
  HeapConfig config;
  config.word_bytes = 8;
  const HeapProgram program(40, config);
  EXPECT_EQ(program.heap.blocks_for(UINT32_MAX), 0x10000000U);
  EXPECT_EQ(program.heap.blocks_for(UINT64_MAX - 14), 0U);
  EXPECT_EQ(program.heap.blocks_for(UINT64_MAX - 15), UINT64_MAX / 16);
}

TEST(GcHeap, CollectsOnceForASizeNoHeapCanHold) {
  HeapConfig config;
  config.word_bytes = 8;
  HeapProgram program(40, config);
  EXPECT_TRUE(program.alloc(UINT64_MAX - 15).is_null());
  EXPECT_EQ(program.causes, Causes{CollectCause::kExhausted});
}

TEST(GcHeap, PlacesAtTheLowestRunThatIsLongEnough) {
  HeapProgram program(40);
  program.fill(4);
  program.heap.free(block(8));
  program.heap.free(block(20));
  program.heap.free(block(24));
  EXPECT_EQ(program.alloc_blocks(5), block(20));
  EXPECT_EQ(program.alloc_blocks(2), block(8));
  EXPECT_EQ(program.alloc_blocks(2), block(10));
}

TEST(GcHeap, FailsUnderTheLockWithoutCollecting) {
  HeapProgram program(40);
  program.heap.set_threshold(0);
  program.heap.lock();
  EXPECT_TRUE(program.alloc(1).is_null());
  EXPECT_EQ(program.causes, Causes{});
  program.heap.unlock();
  EXPECT_FALSE(program.alloc(1).is_null());
}

TEST(GcHeap, StaysLockedUntilEveryLockIsUndone) {
  HeapProgram program(40);
  program.heap.lock();
  program.heap.lock();
  program.heap.unlock();
  EXPECT_TRUE(program.alloc(1).is_null());
  program.heap.unlock();
  EXPECT_FALSE(program.alloc(1).is_null());
}

TEST(GcHeap, TestsTheLockBeforeACollectAndNotAgainAfter) {
  HeapProgram program(40);
  program.heap.set_threshold(0);
  program.after_collect = [&] { program.heap.lock(); };
  EXPECT_EQ(program.alloc(1), block(0));
}

// --- Thresholds --------------------------------------------------------------

TEST(GcHeap, TestsTheThresholdBeforeTheRequestIsCounted) {
  HeapProgram program(40);
  program.heap.set_threshold(3);
  for (int i = 0; i < 3; ++i) program.alloc(16);
  EXPECT_EQ(program.causes, Causes{});
  program.alloc(16);
  EXPECT_EQ(program.causes, Causes{CollectCause::kThreshold});
  EXPECT_EQ(program.heap.amount(), 1U);
}

TEST(GcHeap, LetsOneLargeRequestPassTheThreshold) {
  HeapProgram program(40);
  program.heap.set_threshold(3);
  EXPECT_FALSE(program.alloc_blocks(20).is_null());
  EXPECT_EQ(program.causes, Causes{});
  program.alloc(1);
  EXPECT_EQ(program.causes, Causes{CollectCause::kThreshold});
}

TEST(GcHeap, CollectsBeforeEveryAllocationAtAThresholdOfNothing) {
  HeapProgram program(40);
  program.heap.set_threshold(0);
  for (int i = 0; i < 3; ++i) program.alloc(16);
  EXPECT_EQ(program.causes, Causes(3, CollectCause::kThreshold));
}

TEST(GcHeap, CountsWhatWasAllocatedAndNotWhatIsLeft) {
  HeapProgram program(40);
  program.heap.set_threshold(3);
  for (int i = 0; i < 3; ++i) program.heap.free(program.alloc(16));
  EXPECT_EQ(program.heap.amount(), 3U);
  program.alloc(16);
  EXPECT_EQ(program.causes, Causes{CollectCause::kThreshold});
}

TEST(GcHeap, CollectsAtOnceWhenTheThresholdIsLoweredBelowTheAmount) {
  HeapProgram program(40);
  program.alloc_blocks(10);
  program.heap.set_threshold(10);
  EXPECT_EQ(program.heap.threshold(), 10U);
  program.alloc(1);
  EXPECT_EQ(program.causes, Causes{CollectCause::kThreshold});
}

TEST(GcHeap, NeverReachesAThresholdThatIsOff) {
  HeapProgram program(40);
  program.heap.set_threshold(1);
  program.heap.set_threshold(std::nullopt);
  EXPECT_EQ(program.heap.threshold(), std::nullopt);
  program.heap.set_amount(UINT64_MAX - 1);
  program.alloc(1);
  EXPECT_EQ(program.causes, Causes{});
}

TEST(GcHeap, DoesNotCollectTwiceForOneRequest) {
  HeapProgram program(40);
  program.fill();
  for (BlockIndex i = 0; i < 40; ++i) program.kept.push_back(block(i));
  program.heap.set_threshold(40);
  EXPECT_TRUE(program.alloc(1).is_null());
  EXPECT_EQ(program.causes, Causes{CollectCause::kThreshold});
}

TEST(GcHeap, TestsTheThresholdOnlyOnce) {
  HeapProgram program(40);
  program.heap.set_threshold(0);
  program.after_collect = [&] { program.heap.set_amount(100); };
  EXPECT_FALSE(program.alloc(1).is_null());
  EXPECT_EQ(program.causes, Causes{CollectCause::kThreshold});
}

// --- The search start and the sweep bound ------------------------------------

TEST(GcHeap, MovesItsSearchStartOnlyForOneBlock) {
  HeapProgram program(40);
  program.alloc_blocks(9);
  EXPECT_EQ(program.first_area().last_free_byte, 0U);
  program.alloc(1);  // block 9
  EXPECT_EQ(program.first_area().last_free_byte, 2U);
  program.alloc(1);
  program.alloc(1);  // block 11, the last of its byte
  EXPECT_EQ(program.first_area().last_free_byte, 3U);
  program.alloc_blocks(9);
  EXPECT_EQ(program.first_area().last_free_byte, 3U);
}

TEST(GcHeap, LowersItsSearchStartWhereBlocksAreFreed) {
  HeapProgram program(40);
  program.fill();
  EXPECT_EQ(program.first_area().last_free_byte, 10U);
  program.heap.free(block(23));
  EXPECT_EQ(program.first_area().last_free_byte, 5U);
  program.heap.free(block(30));
  EXPECT_EQ(program.first_area().last_free_byte, 5U);
  program.collect();
  EXPECT_EQ(program.first_area().last_free_byte, 0U);
}

TEST(GcHeap, KeepsItsSearchStartWhenASingleAreaIsFull) {
  HeapProgram program(40);
  program.fill();
  program.heap.set_auto_collect(false);
  EXPECT_TRUE(program.alloc(1).is_null());
  EXPECT_EQ(program.first_area().last_free_byte, 10U);
}

TEST(GcHeap, BoundsTheSweepByTheLastBlockTaken) {
  HeapProgram program(40);
  program.alloc_blocks(5);
  EXPECT_EQ(program.first_area().last_used_block, 4U);
  program.heap.free(block(0));
  EXPECT_EQ(program.first_area().last_used_block, 4U);
  program.alloc(1);
  EXPECT_EQ(program.first_area().last_used_block, 4U);
}

TEST(GcHeap, BoundsTheSweepOneFurtherAfterGrowthInPlace) {
  HeapProgram program(40);
  program.alloc(1);
  program.realloc(block(0), 5 * kBlock);
  EXPECT_EQ(program.first_area().last_used_block, 5U);
  program.realloc(block(0), 40 * kBlock);
  EXPECT_EQ(program.first_area().last_used_block, 40U);
}

TEST(GcHeap, RecomputesTheBoundInEverySweep) {
  HeapProgram program(40);
  program.fill(4);
  program.kept = {block(12)};
  program.collect();
  EXPECT_EQ(program.first_area().last_used_block, 15U);
  program.kept = {};
  program.collect();
  EXPECT_EQ(program.first_area().last_used_block, 0U);
}

}  // namespace
}  // namespace libheap
