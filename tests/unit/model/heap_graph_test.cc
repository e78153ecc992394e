#include "libheap/model/heap_graph.h"

#include <gtest/gtest.h>

#include "tests/support/small_snapshot.h"

namespace libheap {
namespace {

using testing::SmallSnapshot;

TEST(HeapGraph, HasEveryChainOfTheTable) {
  SmallSnapshot heap(16);
  heap.object(1);
  heap.gap(2);
  heap.object(5);
  heap.object(1);
  const HeapGraph graph = heap.graph();
  ASSERT_EQ(graph.objects.size(), 3U);
  EXPECT_EQ(graph.objects[1].head, 3U);
  EXPECT_EQ(graph.objects[1].blocks, 5U);
  EXPECT_EQ(graph.objects[2].head, 8U);
}

TEST(HeapGraph, HasAnObjectThatEndsWithThePool) {
  SmallSnapshot heap(4);
  heap.gap(1);
  heap.object(3);
  EXPECT_EQ(heap.graph().objects.at(0).blocks, 3U);
}

TEST(HeapGraph, FindsTheObjectOfAnyBlock) {
  SmallSnapshot heap(8);
  heap.gap(1);
  heap.object(3);
  heap.object(1);
  const HeapGraph graph = heap.graph();
  EXPECT_EQ(graph.object_at(0), HeapGraph::kNoObject);
  EXPECT_EQ(graph.object_at(1), 0U);
  EXPECT_EQ(graph.object_at(3), 0U);
  EXPECT_EQ(graph.object_at(4), 1U);
  EXPECT_EQ(graph.object_at(5), HeapGraph::kNoObject);
}

TEST(HeapGraph, CountsWordsByTheirWayThroughThePointerTest) {
  SmallSnapshot heap(4);
  const BlockIndex object = heap.object(2);
  heap.object(1);
  heap.put(object, 0, 0x10000000);                 // below
  heap.put(object, 1, SmallSnapshot::kPool + 4);   // unaligned
  heap.put(object, 2, SmallSnapshot::address(4));  // just behind
  heap.put(object, 3, SmallSnapshot::address(3));  // free
  heap.put(object, 4, SmallSnapshot::address(1));  // a tail
  heap.put(object, 5, SmallSnapshot::address(2));  // a head
  const HeapGraph graph = heap.graph();
  EXPECT_EQ(graph.objects[0].words,
            (WordCounts{.unaligned = 1, .below = 3, .above = 1, .in_pool = 3}));
  ASSERT_EQ(graph.edges_of(0).size(), 1U);
  EXPECT_EQ(graph.edges_of(0)[0].word, 5U);
  EXPECT_EQ(graph.edges_of(0)[0].target, 1U);
  EXPECT_EQ(graph.objects[0].first_word, 0x10000000U);
}

// The second area lies below the first one, the third behind it.
TEST(HeapGraph, NumbersTheBlocksOfAllAreasThrough) {
  SmallSnapshot heap({8, 4, 4}, 64);
  const BlockIndex first = heap.object(1);
  heap.gap(7);
  const BlockIndex second = heap.object(2);
  heap.gap(2);
  const BlockIndex third = heap.object(4);
  EXPECT_EQ(second, 8U);
  EXPECT_EQ(third, 12U);
  heap.point(first, 0, third);
  heap.point(first, 1, second);
  heap.put(first, 2, heap.snapshot().facts.address_of(second) - 16);  // below
  heap.put(first, 3, SmallSnapshot::address(8));                      // between
  heap.point(third, 0, first);
  const HeapGraph graph = heap.graph();
  ASSERT_EQ(graph.objects.size(), 3U);
  ASSERT_EQ(graph.edges_of(0).size(), 2U);
  EXPECT_EQ(graph.edges_of(0)[0].target, 2U);
  EXPECT_EQ(graph.edges_of(0)[1].target, 1U);
  EXPECT_EQ(graph.edges_of(2)[0].target, 0U);
  EXPECT_EQ(graph.objects[0].words,
            (WordCounts{.unaligned = 0, .below = 1, .above = 1, .in_pool = 2}));
  EXPECT_EQ(graph.facts.ref_of(9), (BlockRef{1, 1}));
  EXPECT_EQ(graph.facts.number_of({2, 3}), 15U);
  EXPECT_EQ(graph.facts.number_of({2, 4}), std::nullopt);
  EXPECT_EQ(graph.facts.number_of({3, 0}), std::nullopt);
  EXPECT_EQ(graph.object_at(9), 1U);
  EXPECT_EQ(graph.object_at(10), HeapGraph::kNoObject);
}

TEST(HeapGraph, KeepsRootsInMarkingOrder) {
  SmallSnapshot heap(4);
  heap.object(1);
  heap.object(1);
  heap.root_word(RootKind::kStatic, 7);
  heap.root(RootKind::kStatic, 1);
  heap.root(RootKind::kStack, 0);
  const HeapGraph graph = heap.graph();
  ASSERT_EQ(graph.roots.size(), 2U);
  EXPECT_EQ(graph.roots[0].target, 1U);
  EXPECT_EQ(graph.roots[0].word, 1U);
  EXPECT_EQ(graph.roots[1].array, 1U);
  EXPECT_EQ(graph.root_arrays[1], RootKind::kStack);
  EXPECT_EQ(graph.root_words,
            (WordCounts{.unaligned = 1, .below = 0, .above = 0, .in_pool = 2}));
}

}  // namespace
}  // namespace libheap
