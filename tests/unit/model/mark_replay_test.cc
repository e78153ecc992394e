#include "libheap/model/mark_replay.h"

#include <gtest/gtest.h>

#include "tests/support/small_snapshot.h"

namespace libheap {
namespace {

using testing::SmallSnapshot;

// A list object, its items, and `children` of one block, all fresh.
SmallSnapshot list_of(uint32_t children, uint32_t entries) {
  SmallSnapshot heap(2 * children + 8, entries);
  const BlockIndex list = heap.object(1);
  const BlockIndex items = heap.object((children + 3) / 4);
  heap.root(RootKind::kStatic, list);
  heap.point(list, 3, items);
  for (uint32_t i = 0; i < children; ++i) heap.point(items, i, heap.object(1));
  return heap;
}

TEST(MarkReplay, MarksWhatRootsReach) {
  SmallSnapshot heap(8);
  const BlockIndex a = heap.object(2);
  const BlockIndex b = heap.object(1);
  heap.object(1);  // nobody's
  heap.root(RootKind::kStack, a);
  heap.point(a, 7, b);
  heap.point(b, 0, a);  // and back
  const MarkResult mark = replay_mark(heap.graph());
  EXPECT_EQ(mark.marked, (std::vector<bool>{true, true, false}));
  EXPECT_EQ(mark.counts.root_heads, 1U);
  EXPECT_EQ(mark.counts.pushed, 1U);
  EXPECT_EQ(mark.counts.scanned_objects, 2U);
  EXPECT_EQ(mark.counts.scanned_words(), 12U);
  EXPECT_EQ(mark.counts.deepest, 1U);
}

TEST(MarkReplay, AnInteriorPointerKeepsNothing) {
  SmallSnapshot heap(8);
  heap.object(3);
  heap.root(RootKind::kStack, 1);
  EXPECT_EQ(replay_mark(heap.graph()).marked, std::vector<bool>{false});
}

TEST(MarkReplay, AFullStackIsNoOverflow) {
  const MarkResult mark = replay_mark(list_of(64, 64).graph());
  EXPECT_EQ(mark.counts.rescan_passes, 0U);
  EXPECT_EQ(mark.counts.deepest, 64U);
}

TEST(MarkReplay, OneTooManyCostsARescan) {
  const HeapGraph graph = list_of(65, 64).graph();
  const MarkResult mark = replay_mark(graph);
  EXPECT_EQ(mark.counts.overflowed, 1U);
  EXPECT_EQ(mark.overflows[1], 1U);
  EXPECT_EQ(mark.counts.rescan_passes, 1U);
  EXPECT_EQ(mark.counts.rescan_blocks, graph.facts.blocks());
  // 66 before the pass (one child stays unscanned), all 67 in it.
  EXPECT_EQ(mark.before_rescans.scanned_objects, 66U);
  EXPECT_EQ(mark.counts.rescan_objects, 67U);
  EXPECT_EQ(mark.counts.scanned_objects, 66U + 67U);
  EXPECT_EQ(mark.marked, std::vector<bool>(67, true));
  EXPECT_EQ(smallest_mark_stack(graph), 65U);
}

TEST(MarkReplay, APassThatOverflowsIsFollowedByAnother) {
  // The list's last child, unscanned until the pass comes to it, is below the
  // pass's place and has two children of its own: with one entry, one of them
  // overflows in the pass.
  SmallSnapshot heap(16, 1);
  const BlockIndex list = heap.object(1);
  const BlockIndex first = heap.object(1);
  const BlockIndex second = heap.object(1);
  heap.root(RootKind::kStatic, list);
  heap.point(list, 0, first);
  heap.point(list, 1, second);
  const BlockIndex third = heap.object(1);
  const BlockIndex fourth = heap.object(1);
  heap.point(second, 0, third);
  heap.point(second, 1, fourth);
  const MarkResult mark = replay_mark(heap.graph());
  EXPECT_EQ(mark.counts.rescan_passes, 2U);
  EXPECT_EQ(mark.counts.overflowed, 2U);
  EXPECT_EQ(mark.marked, std::vector<bool>(5, true));
}

TEST(CountSweep, TellsLiveFromFreed) {
  SmallSnapshot heap(32);
  heap.object(3);
  heap.gap(1);
  heap.object(2);
  const SweepCounts counts = count_sweep(heap.graph(), {false, true});
  EXPECT_EQ(counts, (SweepCounts{.swept_blocks = 6,
                                 .live_objects = 1,
                                 .live_tails = 1,
                                 .freed_objects = 1,
                                 .freed_tails = 2}));
}

TEST(CountSweep, GoesAsFarAsTheReleaseDoes) {
  SmallSnapshot heap(32);
  heap.object(32);
  HeapSnapshot& snapshot = heap.snapshot();
  std::optional<uint32_t>& bound = snapshot.facts.pools[0].last_used_block;
  const auto counts_of = [&] { return count_sweep(heap.graph(), {true}); };
  bound = 16;
  EXPECT_EQ(counts_of().swept_blocks, 17U);
  EXPECT_EQ(counts_of().finaliser_bytes, 0U);
  bound = 32;  // one past the pool
  EXPECT_EQ(counts_of().swept_blocks, 32U);
  snapshot.facts.release = {1, 25, 0, true};
  EXPECT_EQ(counts_of().finaliser_bytes, 5U);
  snapshot.facts.release = {1, 20, 0, true};
  bound.reset();
  EXPECT_EQ(counts_of().swept_blocks, 32U);
}

TEST(CountSweep, GoesUpToTheBoundOfEachArea) {
  SmallSnapshot heap({32, 16, 8}, 64);
  heap.object(20);
  heap.gap(12);
  heap.object(4);  // of the second area; the third one is empty
  heap.snapshot().facts.release = {1, 25, 0, true};
  const SweepCounts counts = count_sweep(heap.graph(), {true, false});
  EXPECT_EQ(counts.swept_blocks, 20U + 4U + 1U);
  EXPECT_EQ(counts.finaliser_bytes, 3U + 1U + 1U);
  EXPECT_EQ(counts.live_blocks(), 20U);
  EXPECT_EQ(counts.freed_tails, 3U);
}

}  // namespace
}  // namespace libheap
