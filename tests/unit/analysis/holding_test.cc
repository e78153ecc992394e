#include "libheap/analysis/holding.h"

#include <gtest/gtest.h>

#include "libheap/analysis/retained.h"
#include "libheap/model/mark_replay.h"
#include "tests/support/small_snapshot.h"

namespace libheap {
namespace {

using testing::SmallSnapshot;

constexpr uint64_t kStr = 0x10010000;
constexpr uint64_t kFloat = 0x10010040;
constexpr uint64_t kList = 0x10010080;

ElfSymbols symbols() {
  ElfSymbols symbols;
  symbols.add(kStr, "mp_type_str");
  symbols.add(kFloat, "mp_type_float");
  symbols.add(kList, "mp_type_list");
  symbols.add(0x100100c0, "mp_const_none_obj");
  return symbols;
}

std::vector<HeldBy> held(const HeapGraph& graph, const ElfSymbols& symbols) {
  const ObjectTypes types(graph, symbols);
  std::vector<HeldBy> result;
  for (const Hold& hold : find_holds(graph, types)) result.push_back(hold.held);
  return result;
}

TEST(Holding, ByStaticRootsIsStrongerThanByTheStack) {
  SmallSnapshot heap(8);
  const BlockIndex both = heap.object(1);
  const BlockIndex stack = heap.object(1);
  heap.object(1);
  heap.root(RootKind::kStatic, both);
  heap.root(RootKind::kStack, both);
  heap.root(RootKind::kStack, stack);
  EXPECT_EQ(
      held(heap.graph(), {}),
      (std::vector<HeldBy>{HeldBy::kStatic, HeldBy::kStack, HeldBy::kNothing}));
}

TEST(Holding, TheOtherCoresRootsCountAsStaticOnes) {
  SmallSnapshot heap(8);
  heap.root(RootKind::kOtherCore, heap.object(1));
  EXPECT_EQ(held(heap.graph(), {}), std::vector<HeldBy>{HeldBy::kStatic});
}

TEST(Holding, AFloatThatLooksLikeAPointerIsSaidToBeOne) {
  SmallSnapshot heap(8);
  const BlockIndex number = heap.object(1);
  const BlockIndex victim = heap.object(1);
  const BlockIndex below = heap.object(1);
  heap.root(RootKind::kStatic, number);
  heap.put(number, 0, kFloat);
  heap.point(number, 1, victim);
  heap.point(victim, 0, below);
  const HeapGraph graph = heap.graph();
  EXPECT_EQ(held(graph, symbols()),
            (std::vector<HeldBy>{HeldBy::kStatic, HeldBy::kLookAlike,
                                 HeldBy::kLookAlike}));
  // Without types it is a pointer like any other, and to the collector always.
  EXPECT_EQ(held(graph, {})[1], HeldBy::kStatic);
  EXPECT_TRUE(replay_mark(graph).marked[1]);
}

TEST(Holding, TheTextOfAStringHoldsNothing) {
  SmallSnapshot heap(8);
  const BlockIndex string = heap.object(1);
  const BlockIndex text = heap.object(2);
  const BlockIndex victim = heap.object(1);
  heap.root(RootKind::kStatic, string);
  heap.put(string, 0, kStr);
  heap.point(string, 3, text);
  heap.point(text, 5, victim);
  EXPECT_EQ(held(heap.graph(), symbols()),
            (std::vector<HeldBy>{HeldBy::kStatic, HeldBy::kStatic,
                                 HeldBy::kLookAlike}));
}

TEST(Holding, ARealPointerFoundLaterIsTheStrongerOne) {
  SmallSnapshot heap(8);
  const BlockIndex number = heap.object(1);
  const BlockIndex shared = heap.object(1);
  heap.root(RootKind::kStatic, number);
  heap.root(RootKind::kStack, shared);
  heap.put(number, 0, kFloat);
  heap.point(number, 1, shared);
  EXPECT_EQ(held(heap.graph(), symbols())[1], HeldBy::kStack);
}

TEST(Holding, TheWayIsAShortestOne) {
  SmallSnapshot heap(8);
  const BlockIndex a = heap.object(1);
  const BlockIndex b = heap.object(1);
  const BlockIndex c = heap.object(1);
  heap.root(RootKind::kStatic, a);
  heap.point(a, 0, b);
  heap.point(b, 2, c);
  heap.point(a, 3, c);
  const HeapGraph graph = heap.graph();
  const std::vector<Hold> holds = find_holds(graph, ObjectTypes(graph, {}));
  EXPECT_EQ(way_to(holds, 2), (std::vector<uint32_t>{0, 2}));
  EXPECT_EQ(holds[2].word, 3U);
  EXPECT_EQ(holds[0].from, HeapGraph::kNoObject);
}

TEST(Holding, WhatIsHeldIsWhatIsMarked) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const HeapGraph graph = graph_of(testing::random_snapshot(seed, 300, 8));
    const std::vector<bool> marked = replay_mark(graph).marked;
    const std::vector<HeldBy> holds = held(graph, symbols());
    for (uint32_t i = 0; i < marked.size(); ++i) {
      ASSERT_EQ(marked[i], holds[i] != HeldBy::kNothing) << "seed " << seed;
    }
  }
}

TEST(ObjectTypes, NameContentsAfterTheirOwner) {
  SmallSnapshot heap(16);
  const BlockIndex list = heap.object(1);
  const BlockIndex items = heap.object(2);
  heap.put(list, 0, kList);
  heap.point(list, 3, items);
  heap.put(items, 0, 0x100100c0);  // its first item is None
  heap.object(1);
  const HeapGraph graph = heap.graph();
  const ObjectTypes types(graph, symbols());
  EXPECT_EQ(types.name_of(0), "list");
  EXPECT_EQ(types.name_of(1), "items of list");
  EXPECT_EQ(types.name_of(2), "data without a type");
}

TEST(ObjectTypes, KnowInstancesOfTheProgramsOwnClasses) {
  ElfSymbols symbols;
  symbols.add(0x10020000, "mp_type_type");
  SmallSnapshot heap(8);
  const BlockIndex instance = heap.object(1);
  const BlockIndex made = heap.object(4);
  heap.put(made, 0, 0x10020000);
  heap.point(instance, 0, made);
  const HeapGraph graph = heap.graph();
  const ObjectTypes types(graph, symbols);
  EXPECT_EQ(types.name_of(0), "instance of class at block 1");
  EXPECT_EQ(types.name_of(1), "type");
}

TEST(ObjectTypes, WithoutSymbolsAreFirstWordsIntoTheFirmware) {
  SmallSnapshot heap(8);
  for (const uint64_t word : {kStr, kStr, uint64_t{0x646c6568}, uint64_t{0}}) {
    heap.put(heap.object(1), 0, word);
  }
  const HeapGraph graph = heap.graph();
  const ObjectTypes types(graph, {});
  EXPECT_EQ(types.name_of(0), "type at 0x10010000");
  EXPECT_EQ(types.type_of(0), types.type_of(1));
  EXPECT_EQ(types.name_of(2), "data without a type");  // "held", as text
  EXPECT_EQ(types.type_of(3), types.type_of(2));
}

// What would go if an object went: by definition, marking without it.
uint64_t blocks_lost(HeapSnapshot snapshot, const HeapObject& object) {
  const auto live = [&] {
    const HeapGraph graph = graph_of(snapshot);
    return count_sweep(graph, replay_mark(graph).marked).live_blocks();
  };
  const uint64_t before = live();
  snapshot.free.set_range(object.head, object.head + object.blocks);
  snapshot.tail.clear_range(object.head, object.head + object.blocks);
  return before - live();
}

TEST(Retained, IsWhatWouldGo) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    const HeapSnapshot snapshot = testing::random_snapshot(seed, 120, 64);
    const HeapGraph graph = graph_of(snapshot);
    const RetainedSizes sizes = retained_sizes(graph);
    for (uint32_t i = 0; i < graph.objects.size(); ++i) {
      ASSERT_EQ(sizes.blocks[i], blocks_lost(snapshot, graph.objects[i]))
          << "seed " << seed << ", object " << i;
    }
  }
}

TEST(Retained, ByARootArrayIsWhatOnlyItHolds) {
  SmallSnapshot heap(16);
  const BlockIndex a = heap.object(1);
  const BlockIndex b = heap.object(2);
  const BlockIndex both = heap.object(4);
  heap.root(RootKind::kStatic, a);
  heap.root(RootKind::kStack, b);
  heap.point(a, 0, both);
  heap.point(b, 0, both);
  const RetainedSizes sizes = retained_sizes(heap.graph());
  EXPECT_EQ(sizes.root_array,
            (std::vector<uint32_t>{0, 1, RetainedSizes::kNoArray}));
  EXPECT_EQ(sizes.blocks, (std::vector<uint64_t>{1, 2, 4}));
}

TEST(Retained, PerTypeCountsNothingTwice) {
  // A chain of three lists, the last one holding a float.
  SmallSnapshot heap(16);
  BlockIndex before = heap.object(1);
  heap.put(before, 0, kList);
  heap.root(RootKind::kStatic, before);
  for (int i = 0; i < 2; ++i) {
    const BlockIndex next = heap.object(1);
    heap.put(next, 0, kList);
    heap.point(before, 2, next);
    before = next;
  }
  const BlockIndex number = heap.object(1);
  heap.put(number, 0, kFloat);
  heap.point(before, 2, number);
  const HeapGraph graph = heap.graph();
  const ObjectTypes types(graph, symbols());
  const std::vector<uint64_t> by_type = retained_by_group(
      retained_sizes(graph), types.types(), types.names().size());
  EXPECT_EQ(by_type[types.type_of(0)], 4U);
  EXPECT_EQ(by_type[types.type_of(3)], 1U);
}

}  // namespace
}  // namespace libheap
