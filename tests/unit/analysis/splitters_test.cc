// Splitters on heaps written as letters.

#include "libheap/analysis/splitters.h"

#include <gtest/gtest.h>

#include "libheap/analysis/free_runs.h"

namespace libheap {
namespace {

HeapTable heap(const std::vector<std::string>& areas) {
  MemInfoDump dump;
  for (const std::string& letters : areas) {
    MemInfoArea area;
    area.letters = letters;
    for (const char letter : letters) area.lost_blocks += letter == kLostBlock;
    dump.areas.push_back(area);
  }
  return table_of(dump);
}

TEST(FreeRuns, AreCountedByPowersOfTwo) {
  const FreeRuns runs = free_runs_of(heap({"h...h.......h=", "..h."}));
  EXPECT_EQ(runs.total_blocks, 18u);
  EXPECT_EQ(runs.free_blocks, 13u);
  EXPECT_EQ(runs.runs, 4u);
  EXPECT_EQ(runs.largest, 7u);
  EXPECT_EQ(runs.runs_of_power, (std::vector<uint64_t>{1, 2, 1}));
  EXPECT_EQ(runs.fitting, (std::vector<uint64_t>{13, 1 + 3 + 1, 1}));
  EXPECT_DOUBLE_EQ(runs.fragmentation(), 1 - 7.0 / 13);
}

TEST(Splitters, AreRankedByTheRunThatWouldJoin) {
  //                                  0    5      12   17  21
  const SplitterFindings found =
      splitters_of(heap({"....Th=.....h....h===.h"}), 100, 8);
  ASSERT_EQ(found.ranked.size(), 2u);
  EXPECT_EQ(found.count, 2u);
  EXPECT_EQ(found.ranked[0].object.head.block, 12u);
  EXPECT_EQ(found.ranked[0].free_before, 5u);
  EXPECT_EQ(found.ranked[0].free_after, 4u);
  EXPECT_EQ(found.ranked[0].joined(), 10u);
  EXPECT_EQ(found.ranked[1].object.blocks, 4u);
  EXPECT_EQ(found.ranked[1].joined(), 9u);
}

TEST(Splitters, TheSmallerOfEqualsComesFirst) {
  const SplitterFindings found = splitters_of(heap({"..h=..hh...h.."}), 99, 8);
  ASSERT_EQ(found.ranked.size(), 2u);
  EXPECT_EQ(found.ranked[0].object.head.block, 11u);
  EXPECT_EQ(found.ranked[1].object.head.block, 2u);
}

TEST(Splitters, RunsDoNotCrossAreas) {
  const SplitterFindings found =
      splitters_of(heap({"..h..", "..h....."}), 9, 8);
  ASSERT_EQ(found.ranked.size(), 2u);
  EXPECT_EQ(found.ranked[0].object.head, (BlockRef{1, 2}));
  EXPECT_EQ(found.ranked[0].joined(), 8u);
  EXPECT_FALSE(fewest_in_the_way(heap({"....", "...."}), 8));
}

TEST(Splitters, PairsHelpOnlyTogether) {
  const HeapTable table = heap({"...hh...h...."});
  const SplitterFindings found = splitters_of(table, 8, 8);
  // h3 h4 together make 8; so does none alone. h8 alone makes 8, so it is in
  // no pair.
  ASSERT_EQ(found.pairs.size(), 1u);
  EXPECT_EQ(found.pairs[0].joined, 8u);
  EXPECT_EQ(found.pairs[0].objects[1].head.block, 4u);
}

TEST(Splitters, FewestInTheWayThenSmallest) {
  const HeapTable table = heap({"..h==...hh...h..."});
  const auto one = fewest_in_the_way(table, 7);
  ASSERT_TRUE(one);
  ASSERT_EQ(one->objects.size(), 1u);  // 13 (1 block) rather than 2 (3 blocks)
  EXPECT_EQ(one->objects[0].head.block, 13u);
  const auto two = fewest_in_the_way(table, 8);
  ASSERT_TRUE(two);
  EXPECT_EQ(two->objects.size(), 1u);  // only h== makes 8 alone
  EXPECT_EQ(two->objects[0].head.block, 2u);
  EXPECT_EQ(fewest_in_the_way(table, 9)->objects.size(), 2u);
  EXPECT_EQ(fewest_in_the_way(table, 17)->objects.size(), 4u);
  EXPECT_FALSE(fewest_in_the_way(table, 18));
}

TEST(Splitters, WhatADumpDoesNotShowCannotGo) {
  const HeapTable table = heap({"...??...h..."});
  EXPECT_EQ(splitters_of(table, 4, 8).ranked.size(), 1u);
  EXPECT_FALSE(fewest_in_the_way(table, 8));
  EXPECT_EQ(census_of(table).objects, 1u);
  EXPECT_EQ(census_of(table).used_blocks, 1u);
}

TEST(Splitters, FullAndEmptyHeapsHaveNone) {
  EXPECT_TRUE(splitters_of(heap({"hhhh"}), 2, 8).ranked.empty());
  EXPECT_TRUE(splitters_of(heap({"...."}), 2, 8).ranked.empty());
  EXPECT_TRUE(splitters_of(heap({}), 2, 8).ranked.empty());
}

}  // namespace
}  // namespace libheap
