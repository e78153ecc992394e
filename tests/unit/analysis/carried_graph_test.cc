#include "libheap/analysis/carried_graph.h"

#include <gtest/gtest.h>

#include "libheap/analysis/snapshot_content.h"
#include "libheap/model/collect_cycles.h"
#include "tests/support/small_snapshot.h"

namespace libheap {
namespace {

constexpr SiteIndex kTable = 1;
constexpr SiteIndex kItem = 2;

// A table of 100 blocks that a static root holds, with `items` items of a block
// each; object 0 is the table. An item holds a pointer to the table, three
// words of data.
CarriedFrom table_of_items(uint32_t items) {
  testing::SmallSnapshot heap(100 + 4 * items);
  const BlockIndex table = heap.object(100);
  heap.root(RootKind::kStatic, table);
  for (uint32_t i = 0; i < items; ++i) {
    const BlockIndex item = heap.object(1);
    heap.point(table, i, item);
    heap.point(item, 0, table);
    for (uint32_t word = 1; word < 4; ++word) heap.put(item, word, 1);
  }
  CarriedFrom from;
  from.graph = heap.graph();
  from.mark = replay_mark(from.graph);
  for (uint32_t i = 0; i < from.graph.objects.size(); ++i) {
    from.kinds.push_back(AllocationKind::of(i == 0 ? kTable : kItem,
                                            from.graph.objects[i].blocks));
    from.born_event.push_back(i + 1);
  }
  from.habits = ObjectHabits(from.graph, from.mark, from.kinds);
  return from;
}

// The objects of the snapshot, unmoved.
std::vector<CarriedObject> unchanged(const CarriedFrom& from) {
  std::vector<CarriedObject> now;
  for (uint32_t i = 0; i < from.graph.objects.size(); ++i) {
    now.push_back({.head = from.graph.objects[i].head,
                   .blocks = from.graph.objects[i].blocks,
                   .before = i,
                   .born_event = from.born_event[i],
                   .kind = from.kinds[i]});
  }
  return now;
}

void add_items(std::vector<CarriedObject>& now, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    const CarriedObject& last = now.back();
    now.push_back({.head = last.head + last.blocks,
                   .blocks = 1,
                   .born_event = last.born_event + 1,
                   .kind = AllocationKind::of(kItem, 1)});
  }
}

TEST(CarriedGraph, WithoutAChangeMarkingIsThatOfTheSnapshot) {
  const CarriedFrom from = table_of_items(90);
  const CarriedGraph carried = carry_graph(from, unchanged(from));
  EXPECT_EQ(carried.changed_share, 0);
  EXPECT_EQ(replay_mark(carried.graph).counts, from.mark.counts);
}

TEST(CarriedGraph, WhatIsGoneIsNotMarked) {
  const CarriedFrom from = table_of_items(90);
  ASSERT_EQ(from.mark.counts.rescan_passes, 1U);
  std::vector<CarriedObject> now = unchanged(from);
  now.resize(51);
  const CarriedGraph carried = carry_graph(from, now);
  const MarkResult mark = replay_mark(carried.graph);
  EXPECT_EQ(mark.counts.scanned_objects, 51U);
  EXPECT_EQ(mark.counts.rescan_passes, 0U);
  // 40 of 490 blocks went.
  EXPECT_NEAR(carried.changed_share, 40 / 190.0, 1e-9);
}

TEST(CarriedGraph, NewObjectsHangWhereTheirKindHangs) {
  const CarriedFrom from = table_of_items(40);
  ASSERT_EQ(from.mark.counts.rescan_passes, 0U);
  std::vector<CarriedObject> now = unchanged(from);
  add_items(now, 30);
  const CarriedGraph carried = carry_graph(from, now);
  EXPECT_EQ(carried.graph.objects[0].edges, 70U);
  const MarkResult mark = replay_mark(carried.graph);
  EXPECT_EQ(mark.counts.rescan_passes, 1U);
  EXPECT_EQ(mark.counts.overflowed, 6U);
  // What they hold is as usual for their kind.
  EXPECT_EQ(carried.graph.objects.back().words, from.graph.objects[1].words);
  EXPECT_NEAR(carried.changed_share, 30 / 170.0, 1e-9);
}

TEST(CarriedGraph, AnObjectThatReplacesAHolderTakesWhatItHeld) {
  const CarriedFrom from = table_of_items(90);
  std::vector<CarriedObject> now = unchanged(from);
  // A longer table, allocated after the old one and all items; that is gone.
  now.erase(now.begin());
  now.push_back({.head = 400,
                 .blocks = 120,
                 .born_event = 1000,
                 .kind = AllocationKind::of(kTable, 120)});
  const CarriedGraph carried = carry_graph(from, now);
  EXPECT_EQ(carried.graph.objects.back().edges, 90U);
  const MarkResult mark = replay_mark(carried.graph);
  EXPECT_EQ(mark.counts.overflowed, 26U);
}

TEST(CarriedGraph, NoObjectIsGivenMoreThanItsKindHolds) {
  // Each item holds nothing but the table, so a new kind that hung on items
  // would not fit on one.
  testing::SmallSnapshot heap(64);
  const BlockIndex first = heap.object(1);
  heap.root(RootKind::kStatic, first);
  heap.point(first, 0, heap.object(2));
  heap.point(first, 1, heap.object(2));
  CarriedFrom from;
  from.graph = heap.graph();
  from.mark = replay_mark(from.graph);
  for (uint32_t i = 0; i < 3; ++i) {
    from.kinds.push_back(AllocationKind::of(i == 0 ? kTable : kItem,
                                            from.graph.objects[i].blocks));
    from.born_event.push_back(i + 1);
  }
  from.habits = ObjectHabits(from.graph, from.mark, from.kinds);
  std::vector<CarriedObject> now = unchanged(from);
  for (uint32_t i = 0; i < 3; ++i) {
    now.push_back({.head = 10 + 2 * i,
                   .blocks = 2,
                   .born_event = 10 + i,
                   .kind = AllocationKind::of(kItem, 2)});
  }
  const CarriedGraph carried = carry_graph(from, now);
  EXPECT_EQ(carried.graph.objects[0].edges, 2U);
  // They survived, so something holds them.
  EXPECT_EQ(replay_mark(carried.graph).counts.scanned_objects, 6U);
}

TEST(CarriedGraph, ObjectsOfALineNobodySawHoldWhatProgramsHoldOnAverage) {
  const CarriedFrom from = table_of_items(40);
  std::vector<CarriedObject> now = unchanged(from);
  add_items(now, 100);
  for (size_t i = 41; i < now.size(); ++i) now[i].kind.site = 7;
  const CarriedGraph carried = carry_graph(from, now);
  WordCounts words;
  for (size_t i = 41; i < now.size(); ++i) {
    words += carried.graph.objects[i].words;
    EXPECT_EQ(carried.graph.objects[i].words.total(), 4U);
  }
  // 73 % aligned, 0.89 pointers for each 6 words: over all, not rounded for
  // each.
  EXPECT_NEAR(static_cast<double>(words.in_pool), 400 * 0.894437 / 6, 1.5);
  EXPECT_NEAR(static_cast<double>(words.unaligned), 400 * (1 - 0.726931), 1.5);
  EXPECT_EQ(words.above, 0U);
}

TEST(SnapshotContent, IsWhatTheObjectsOfTheSnapshotsHold) {
  const CarriedFrom from = table_of_items(90);
  SnapshotContent content;
  HeapContent start;
  start.second_pass_chance = 0.25;
  EXPECT_EQ(content.content(start), start);
  content.add(from.graph, from.mark);
  const HeapContent found = content.content(start);
  // 100 blocks of zeros and 90 pointers, 90 items of one pointer and 3 odd
  // words each.
  EXPECT_DOUBLE_EQ(found.aligned_share, 490 / 760.0);
  EXPECT_DOUBLE_EQ(found.pointers_per_object, 180 / 91.0);
  EXPECT_EQ(found.root_words, 1);
  EXPECT_EQ(found.root_pointers, 1);
  EXPECT_DOUBLE_EQ(found.overflow_chance, 0.75);
  // The table and 64 items are scanned before the pass, of 91.
  EXPECT_DOUBLE_EQ(found.first_round_objects, 1 / 27.0);
  EXPECT_DOUBLE_EQ(found.first_round_words, (400 + 4 * 64) / 760.0);
  EXPECT_EQ(found.second_pass_chance, 0.25);
}

TEST(SnapshotContent, TellsWithHowManyObjectsTheStackOverflows) {
  SnapshotContent content;
  for (const uint32_t items : {40U, 50U, 90U}) {
    const CarriedFrom from = table_of_items(items);
    content.add(from.graph, from.mark);
  }
  const HeapContent found = content.content({});
  EXPECT_EQ(found.fits_up_to, 51);
  EXPECT_EQ(found.overflows_from, 91);
  PauseProfile profile;
  profile.content = found;
  profile.cost.rescan_entry = 1;
  PauseState state;
  state.total_blocks = 1000;
  const auto us = [&](uint64_t objects) {
    state.live_objects = objects;
    return predict_pause(profile, state).us;
  };
  EXPECT_EQ(us(90 - 20), 0.475 * 1000);
  EXPECT_EQ(us(91), 1000);
  EXPECT_EQ(us(200), 1000);
  // A stack of 64 cannot overflow with fewer.
  EXPECT_EQ(us(64), 0);
  // Not where as many objects fit as overflow.
  CarriedFrom other = table_of_items(90);
  other.mark.counts.rescan_passes = 0;
  content.add(other.graph, other.mark);
  EXPECT_EQ(content.content({}).overflows_from, 0);
}

TEST(CollectCycles, PartsOfMarkingAddUp) {
  const CarriedFrom from = table_of_items(90);
  const CollectCycles& price = collect_cycles({1, 23, 0, true});
  const PauseParts parts = marking_parts(price, from.mark);
  EXPECT_DOUBLE_EQ(parts.total(), marking_cycles(price, from.mark.counts));
  EXPECT_DOUBLE_EQ(parts.roots, 183 + 48);
  EXPECT_GT(parts.rescans, 0);
}

}  // namespace
}  // namespace libheap
