// Mark replay against the naive one, on random heaps of one area and of
// several: the same survivors, the same passes, the same counts, with mark
// stacks from one entry on.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "libheap/model/mark_replay.h"
#include "tests/oracle/naive_mark.h"
#include "tests/support/small_snapshot.h"

namespace libheap {
namespace {

std::string table_of(const HeapGraph& graph, const MarkResult& mark) {
  std::string table(graph.facts.blocks(), '.');
  for (uint32_t i = 0; i < graph.objects.size(); ++i) {
    const HeapObject& object = graph.objects[i];
    table.replace(object.head, object.blocks, std::string(object.blocks, 't'));
    table[object.head] = mark.marked[i] ? 'm' : 'h';
  }
  return table;
}

// One area, then up to four.
std::vector<uint32_t> areas_of(uint64_t seed) {
  const auto blocks = static_cast<uint32_t>(4 + seed * 7 % 300);
  if (seed % 2 == 0) return {blocks};
  std::vector<uint32_t> areas;
  for (uint64_t i = 0; i < 2 + seed / 2 % 3; ++i) {
    areas.push_back(1 + static_cast<uint32_t>((seed + i * 31) % blocks));
  }
  return areas;
}

TEST(MarkReplay, DoesWhatTheNaiveOneDoes) {
  uint64_t with_rescans = 0;
  uint64_t with_garbage = 0;
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    const auto entries = static_cast<uint32_t>(1 + seed / 2 % 8);
    const HeapSnapshot snapshot =
        testing::random_snapshot(seed, areas_of(seed), entries);
    const NaiveMarks naive = naive_mark(snapshot);
    const HeapGraph graph = graph_of(snapshot);
    const MarkResult mark = replay_mark(graph);
    const MarkCounts& counts = mark.counts;
    ASSERT_EQ(table_of(graph, mark), naive.table) << "seed " << seed;
    ASSERT_EQ(counts.rescan_passes, naive.passes) << "seed " << seed;
    ASSERT_EQ(counts.scanned_objects, naive.scanned_objects);
    ASSERT_EQ(counts.scanned_words(), naive.scanned_words);
    ASSERT_EQ(counts.words.unaligned, naive.unaligned_words);
    ASSERT_EQ(counts.words.in_pool, naive.pool_words);
    ASSERT_EQ(counts.overflowed, naive.overflowed);
    with_rescans += naive.passes != 0;
    with_garbage += naive.table.find('h') != std::string::npos;
  }
  // Both kinds of heap must have come up, or nothing was tested.
  EXPECT_GT(with_rescans, 300U);
  EXPECT_GT(with_garbage, 300U);
}

TEST(MarkReplay, FindsTheSmallestStackThatNeedsNoRescan) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    HeapSnapshot snapshot = testing::random_snapshot(seed, 400, 64);
    const uint32_t smallest = smallest_mark_stack(graph_of(snapshot));
    snapshot.facts.mark_stack_entries = smallest;
    ASSERT_EQ(naive_mark(snapshot).passes, 0U) << "seed " << seed;
    if (smallest == 1) continue;
    snapshot.facts.mark_stack_entries = smallest - 1;
    ASSERT_GT(naive_mark(snapshot).passes, 0U) << "seed " << seed;
  }
}

}  // namespace
}  // namespace libheap
