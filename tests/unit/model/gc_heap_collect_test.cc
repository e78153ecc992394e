#include <vector>

#include <gtest/gtest.h>

#include "libheap/base/check.h"
#include "libheap/model/gc_heap.h"
#include "tests/support/heap_program.h"

namespace libheap {
namespace {

using Causes = std::vector<CollectCause>;

// --- Collects that requests cause --------------------------------------------

TEST(GcHeap, CollectsWhenNoRunIsLongEnough) {
  HeapProgram program(40);
  program.fill();
  program.kept = {block(0), block(39)};
  EXPECT_EQ(program.alloc_blocks(38), block(1));
  EXPECT_EQ(program.causes, Causes{CollectCause::kExhausted});
  EXPECT_EQ(program.heap.amount(), 38U);
}

TEST(GcHeap, FailsWhenTheCollectDidNotHelp) {
  HeapProgram program(40);
  program.fill();
  program.kept = {block(20)};
  EXPECT_TRUE(program.alloc_blocks(21).is_null());
  EXPECT_EQ(program.causes, Causes{CollectCause::kExhausted});
  EXPECT_EQ(program.heap.used_blocks(), 1U);
}

TEST(GcHeap, NeverCollectsByItselfWhenDisabled) {
  HeapProgram program(40);
  program.heap.set_auto_collect(false);
  EXPECT_FALSE(program.heap.auto_collect());
  program.heap.set_threshold(0);
  EXPECT_FALSE(program.alloc_blocks(40).is_null());
  EXPECT_TRUE(program.alloc(1).is_null());
  EXPECT_EQ(program.causes, Causes{});
  program.collect();
  EXPECT_FALSE(program.alloc(1).is_null());
}

TEST(GcHeap, GoesOnWithWhatIsLeftWhenCallbacksAllocate) {
  HeapProgram program(40);
  program.fill();
  BlockRef callback_got;
  program.after_collect = [&] {
    program.after_collect = nullptr;
    callback_got = program.alloc_blocks(39);
  };
  EXPECT_EQ(program.alloc(1), block(39));
  EXPECT_EQ(callback_got, block(0));
}

TEST(GcHeap, ClearsTheAmountWhenACollectBegins) {
  HeapProgram program(40);
  program.alloc_blocks(5);
  program.in_collect = [&] { EXPECT_EQ(program.heap.amount(), 0U); };
  program.collect();
  EXPECT_EQ(program.heap.amount(), 0U);
}

TEST(GcHeap, KeepsTheAmountWhenEverythingIsSwept) {
  HeapProgram program(40);
  program.alloc_blocks(5);
  program.heap.begin_sweep_all();
  const CollectResult result = program.heap.end_collect({});
  EXPECT_EQ(result.heads_before, 1U);
  EXPECT_EQ(result.heads_after, 0U);
  EXPECT_EQ(program.heap.used_blocks(), 0U);
  EXPECT_EQ(program.heap.amount(), 5U);
}

TEST(GcHeap, KeepsItsSettingsWhenEverythingIsSwept) {
  HeapProgram program(40);
  program.heap.set_threshold(7);
  program.heap.set_auto_collect(false);
  program.heap.begin_sweep_all();
  program.heap.end_collect({});
  EXPECT_EQ(program.heap.threshold(), 7U);
  EXPECT_FALSE(program.heap.auto_collect());
}

TEST(GcHeap, CollectsOnRequestEvenUnderTheLock) {
  HeapProgram program(40);
  program.alloc(1);
  program.heap.lock();
  const CollectResult result = program.collect();
  EXPECT_EQ(result.heads_before, 1U);
  EXPECT_EQ(result.heads_after, 0U);
}

TEST(GcHeap, SweepsWhatDoesNotSurvive) {
  HeapProgram program(40);
  program.alloc_blocks(3);
  program.alloc_blocks(2);
  program.alloc_blocks(1);
  program.kept = {block(3)};
  const CollectResult result = program.collect();
  EXPECT_EQ(result.heads_before, 3U);
  EXPECT_EQ(result.heads_after, 1U);
  EXPECT_EQ(program.heap.used_blocks(), 2U);
  EXPECT_TRUE(program.heap.is_head(block(3)));
  EXPECT_EQ(program.heap.chain_blocks(block(3)), 2U);
}

TEST(GcHeap, FailsRequestsInsideACollect) {
  for (const Release& release : {kV1x19, kV1x24, kV1x25}) {
    HeapProgram program(40, config_of(release));
    const BlockRef object = program.alloc_blocks(4);
    program.kept = {object};
    program.in_collect = [&] {
      EXPECT_TRUE(program.alloc(1).is_null());
      EXPECT_TRUE(program.realloc(kNullBlock, 1).is_null());
      EXPECT_TRUE(program.realloc(object, 1).is_null());
      EXPECT_TRUE(program.realloc(object, 4 * kBlock).is_null());
    };
    program.collect();
    EXPECT_EQ(program.heap.chain_blocks(object), 4U);
  }
}

TEST(GcHeap, RefusesToNestCollects) {
  HeapProgram program(40);
  EXPECT_THROW(program.heap.end_collect({}), InternalError);
  program.heap.begin_collect();
  EXPECT_TRUE(program.heap.collecting());
  EXPECT_THROW(program.heap.begin_collect(), InternalError);
  program.heap.end_collect({});
  EXPECT_FALSE(program.heap.collecting());
}

// --- Flags -------------------------------------------------------------------

TEST(GcHeap, KeepsNoFinaliserFlagsInABuildWithoutThem) {
  HeapConfig config;
  config.finaliser = false;
  HeapProgram program(40, config);
  const BlockRef object = program.alloc(1, /*finaliser=*/true);
  EXPECT_FALSE(program.first_area().has_finaliser(object.block));
  EXPECT_EQ(program.heap.digest().finalisers, 0U);
  program.collect();
}

TEST(GcHeap, ClearsFinaliserFlagsInTheSweep) {
  HeapProgram program(40);
  program.alloc(1, /*finaliser=*/true);
  program.alloc(1, /*finaliser=*/true);
  program.kept = {block(1)};
  program.collect();
  EXPECT_EQ(program.first_area().finaliser_map().count(), 1U);
  program.alloc(1);
  EXPECT_FALSE(program.first_area().has_finaliser(0));
}

TEST(GcHeap, MarksWeakReferencesToObjectsOnly) {
  HeapConfig config = config_of(kV1x28);
  EXPECT_FALSE(HeapProgram(40, config).heap.mark_weakref(block(0)));
  config.weakref = true;
  HeapProgram program(40, config);
  program.alloc_blocks(2);
  EXPECT_TRUE(program.heap.mark_weakref(block(0)));
  EXPECT_FALSE(program.heap.mark_weakref(block(1)));
  EXPECT_FALSE(program.heap.mark_weakref(block(2)));
  EXPECT_FALSE(program.heap.mark_weakref(block(0, 3)));
  EXPECT_EQ(program.first_area().weakref_map().count(), 1U);
  program.collect();
  EXPECT_EQ(program.first_area().weakref_map().count(), 0U);
}

TEST(GcHeap, ForgetsWeakReferencesToWhatAFinaliserFrees) {
  HeapConfig config = config_of(kV1x28);
  config.weakref = true;
  HeapProgram program(40, config);
  program.alloc(1);
  program.heap.mark_weakref(block(0));
  program.in_collect = [&] { program.heap.free(block(0)); };
  program.collect();
  EXPECT_EQ(program.first_area().weakref_map().count(), 0U);
}

// --- The lock field ----------------------------------------------------------

struct LockFields {
  Release release;
  bool finaliser;
  uint64_t locked_once;
  uint64_t collecting;
  uint64_t collecting_and_locked;
};

TEST(GcHeap, PacksItsLockFieldAsTheReleaseDoes) {
  for (const LockFields& row : {
           LockFields{kV1x19, true, 1, 1, 2},
           LockFields{kV1x24, true, 1, 1, 2},
           LockFields{kV1x24, false, 1, 1, 2},
           LockFields{kV1x25, true, 2, 1, 3},
           LockFields{kV1x25, false, 1, 0, 1},
       }) {
    HeapConfig config = config_of(row.release);
    config.finaliser = row.finaliser;
    SCOPED_TRACE(to_string(row.release));
    HeapProgram program(40, config);
    GcHeap& heap = program.heap;
    EXPECT_EQ(heap.lock_field(), 0U);
    heap.lock();
    EXPECT_EQ(heap.lock_field(), row.locked_once);
    heap.begin_collect();
    EXPECT_EQ(heap.lock_field(), row.collecting_and_locked);
    heap.unlock();
    EXPECT_EQ(heap.lock_field(), row.collecting);
    heap.end_collect({});
    EXPECT_EQ(heap.lock_field(), 0U);
    heap.set_lock_field(2 * row.locked_once);
    EXPECT_EQ(heap.lock_field(), 2 * row.locked_once);
    heap.unlock();
    EXPECT_EQ(heap.lock_field(), row.locked_once);
  }
}

}  // namespace
}  // namespace libheap
