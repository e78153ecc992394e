// What a device sends of its heap gives the graph that the heap's memory gives.

#include "libheap/replay/snapshot_graph.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "firmware-tracer/tracer_format.h"
#include "libheap/model/mark_replay.h"
#include "libheap/report/snapshot_file.h"
#include "tests/support/golden_files.h"
#include "tests/support/small_snapshot.h"
#include "tests/support/snapshot_bytes.h"

namespace libheap {
namespace {

using testing::SmallSnapshot;

SnapshotRecord sent(const HeapSnapshot& snapshot, bool contents = false) {
  return testing::snapshot_bytes(
      snapshot, testing::heap_with(snapshot)->digest().table, contents);
}

std::string read(const SnapshotRecord& record, const HeapSnapshot& snapshot,
                 HeapGraph& graph) {
  return read_snapshot_graph(record, testing::header_of(snapshot),
                             *testing::heap_with(snapshot), graph);
}

// First words that are data are not told.
uint64_t told_kind(uint64_t word, const SnapshotFacts& facts) {
  const bool in_pool =
      word % facts.block_bytes == 0 && facts.pool_at(word) != nullptr;
  return word % facts.word_bytes != 0 || in_pool ? 0 : word;
}

void expect_same(const HeapGraph& got, const HeapGraph& want) {
  ASSERT_EQ(got.facts.pools.size(), want.facts.pools.size());
  for (size_t i = 0; i < want.facts.pools.size(); ++i) {
    EXPECT_EQ(got.facts.pools[i].area, want.facts.pools[i].area);
    EXPECT_EQ(got.facts.pools[i].start, want.facts.pools[i].start);
    EXPECT_EQ(got.facts.pools[i].blocks, want.facts.pools[i].blocks);
    EXPECT_EQ(got.facts.pools[i].last_used_block,
              want.facts.pools[i].last_used_block);
  }
  EXPECT_EQ(got.facts.clock_hz, want.facts.clock_hz);
  EXPECT_EQ(got.facts.split, want.facts.split);
  EXPECT_EQ(got.facts.mark_stack_entries, want.facts.mark_stack_entries);
  ASSERT_EQ(got.objects.size(), want.objects.size());
  for (size_t i = 0; i < want.objects.size(); ++i) {
    const HeapObject& object = want.objects[i];
    ASSERT_EQ(got.objects[i].head, object.head);
    ASSERT_EQ(got.objects[i].blocks, object.blocks);
    ASSERT_EQ(got.objects[i].words, object.words) << "block " << object.head;
    ASSERT_EQ(got.objects[i].first_word,
              told_kind(object.first_word, want.facts));
    const auto edges = got.edges_of(static_cast<uint32_t>(i));
    const auto wanted = want.edges_of(static_cast<uint32_t>(i));
    ASSERT_EQ(edges.size(), wanted.size());
    for (size_t e = 0; e < wanted.size(); ++e) {
      ASSERT_EQ(edges[e].target, wanted[e].target);
      ASSERT_EQ(edges[e].word, wanted[e].word);
    }
  }
  EXPECT_EQ(got.root_words, want.root_words);
  EXPECT_EQ(got.root_arrays, want.root_arrays);
  ASSERT_EQ(got.roots.size(), want.roots.size());
  for (size_t i = 0; i < want.roots.size(); ++i) {
    EXPECT_EQ(got.roots[i].target, want.roots[i].target);
    EXPECT_EQ(got.roots[i].array, want.roots[i].array);
    EXPECT_EQ(got.roots[i].word, want.roots[i].word);
  }
}

void expect_same_contents(const HeapGraph& got, const HeapGraph& want) {
  ASSERT_EQ(got.objects.size(), want.objects.size());
  for (uint32_t i = 0; i < want.objects.size(); ++i) {
    const auto bytes = got.contents_of(i);
    const auto wanted = want.contents_of(i);
    ASSERT_TRUE(std::ranges::equal(bytes, wanted))
        << "block " << want.objects[i].head;
  }
}

TEST(SnapshotGraph, OfRandomHeapsIsThatOfTheirMemory) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const HeapSnapshot snapshot = testing::random_snapshot(seed, 256, 8);
    HeapGraph graph;
    ASSERT_EQ(read(sent(snapshot), snapshot, graph), "") << "seed " << seed;
    expect_same(graph, graph_of(snapshot));
  }
}

TEST(SnapshotGraph, OfSeveralAreasIsThatOfTheirMemory) {
  uint64_t across = 0;  // pointers from one area into another
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const bool contents = seed % 2 == 0;
    const HeapSnapshot snapshot =
        testing::random_snapshot(seed, {128, 64, 32, 64}, 8);
    const SnapshotFacts& facts = snapshot.facts;
    HeapGraph graph;
    ASSERT_EQ(read(sent(snapshot, contents), snapshot, graph), "") << seed;
    const HeapGraph want = graph_of(snapshot);
    expect_same(graph, want);
    if (contents) expect_same_contents(graph, want);
    EXPECT_EQ(replay_mark(graph).counts, replay_mark(want).counts);
    for (uint32_t i = 0; i < graph.objects.size(); ++i) {
      const uint32_t area = facts.pool_of(graph.objects[i].head).area;
      for (const HeapEdge& edge : graph.edges_of(i)) {
        across += facts.pool_of(graph.objects[edge.target].head).area != area;
      }
    }
  }
  EXPECT_GT(across, 1000U);
}

TEST(SnapshotGraph, OfAnotherNumberOfAreasIsRefused) {
  for (const bool several : {false, true}) {
    const HeapSnapshot snapshot =
        several ? testing::random_snapshot(1, {64, 64}, 64)
                : testing::random_snapshot(1, 64, 64);
    SnapshotRecord record = sent(snapshot);
    EXPECT_EQ(record.bytes.front(), several ? TRACER_SNAPSHOT_AREAS : 0);
    record.bytes.front() ^= TRACER_SNAPSHOT_AREAS;
    HeapGraph graph;
    EXPECT_EQ(read(record, snapshot, graph),
              several ? "it is of one area" : "it is of several areas");
  }
}

TEST(SnapshotGraph, HasContentsWhereTheyWereSent) {
  static_assert(TRACER_CONTENTS_MAX == HeapGraph::kMostContents);
  size_t bytes = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const HeapSnapshot snapshot = testing::random_snapshot(seed, 256, 8);
    HeapGraph graph;
    ASSERT_EQ(read(sent(snapshot, true), snapshot, graph), "") << seed;
    expect_same(graph, graph_of(snapshot));
    expect_same_contents(graph, graph_of(snapshot));
    bytes += graph.contents.size();
    ASSERT_EQ(read(sent(snapshot, false), snapshot, graph), "");
    EXPECT_TRUE(graph.contents.empty());
  }
  EXPECT_GT(bytes, 1000U);
}

TEST(SnapshotGraph, HasTheFirst32BytesOfATextAndNoneOfAPointer) {
  SmallSnapshot heap(16);
  const BlockIndex text = heap.object(3);
  const std::string words = "The quick brown fox jumps over the lazy dog.";
  heap.put_bytes(text, words);
  const BlockIndex list = heap.object(1);
  heap.put(list, 1, 0x64636261);
  heap.point(list, 3, text);
  heap.root(RootKind::kStatic, list);
  HeapGraph graph;
  ASSERT_EQ(read(sent(heap.snapshot(), true), heap.snapshot(), graph), "");
  const auto told = graph.contents_of(0);
  EXPECT_EQ(std::string(told.begin(), told.end()), words.substr(0, 32));
  EXPECT_TRUE(graph.contents_of(1).empty());
}

TEST(SnapshotGraph, OfLongBuffersTakesAFewBytes) {
  SmallSnapshot heap(2048);
  heap.root(RootKind::kStatic, heap.object(1));
  heap.object(2000);
  HeapGraph graph;
  const SnapshotRecord record = sent(heap.snapshot());
  EXPECT_LT(record.bytes.size(), 30U);
  ASSERT_EQ(read(record, heap.snapshot(), graph), "");
  expect_same(graph, heap.graph());
}

TEST(SnapshotGraph, OfRealHeapsIsThatOfTheirMemory) {
  uint64_t bytes = 0;
  uint64_t bytes_with_contents = 0;
  uint64_t objects = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(testing::golden_dir() / "graphs")) {
    if (entry.path().extension() != ".json") continue;
    SCOPED_TRACE(entry.path().filename());
    const HeapSnapshot snapshot = read_heap_snapshot(entry.path());
    const SnapshotRecord record = sent(snapshot);
    HeapGraph graph;
    ASSERT_EQ(read(record, snapshot, graph), "");
    const HeapGraph want = graph_of(snapshot);
    expect_same(graph, want);
    EXPECT_EQ(replay_mark(graph).counts, replay_mark(want).counts);
    const SnapshotRecord with_contents = sent(snapshot, true);
    ASSERT_EQ(read(with_contents, snapshot, graph), "");
    expect_same_contents(graph, want);
    bytes += record.bytes.size();
    bytes_with_contents += with_contents.bytes.size();
    objects += graph.objects.size();
  }
  ASSERT_GT(objects, 0U);
  std::cout << static_cast<double>(bytes) / static_cast<double>(objects)
            << " bytes per object, with contents "
            << static_cast<double>(bytes_with_contents) /
                   static_cast<double>(objects)
            << "\n";
}

TEST(SnapshotGraph, OfAnotherTableIsRefused) {
  const HeapSnapshot snapshot = testing::random_snapshot(1, 64, 64);
  HeapGraph graph;
  EXPECT_EQ(read(testing::snapshot_bytes(snapshot, 12345), snapshot, graph),
            "the table's digest differs");
}

TEST(SnapshotGraph, OfAnUnknownFormIsRefused) {
  const HeapSnapshot snapshot = testing::random_snapshot(1, 64, 64);
  SnapshotRecord record = sent(snapshot);
  record.bytes.front() = 4;
  HeapGraph graph;
  EXPECT_EQ(read(record, snapshot, graph), "it is of an unknown form");
}

TEST(SnapshotGraph, WithMoreContentsThanAnObjectHasIsRefused) {
  SmallSnapshot heap(64);
  heap.root(RootKind::kStatic, heap.object(1));
  heap.put(0, 0, 1);  // one byte of contents
  SnapshotRecord record = sent(heap.snapshot(), true);
  HeapGraph graph;
  ASSERT_EQ(read(record, heap.snapshot(), graph), "");
  // form, digest, group of four words, kind not told, length
  ASSERT_EQ(record.bytes[7], 1);
  record.bytes[7] = 17;
  EXPECT_EQ(read(record, heap.snapshot(), graph),
            "more contents than an object has");
}

TEST(SnapshotGraph, OfEveryPrefixIsRefused) {
  const HeapSnapshot snapshot = testing::random_snapshot(3, {64, 32}, 64);
  const SnapshotRecord whole = sent(snapshot, true);
  for (size_t length = 0; length < whole.bytes.size(); ++length) {
    SnapshotRecord cut;
    cut.bytes.assign(whole.bytes.begin(),
                     whole.bytes.begin() + static_cast<std::ptrdiff_t>(length));
    HeapGraph graph;
    EXPECT_NE(read(cut, snapshot, graph), "") << length;
  }
  SnapshotRecord longer = whole;
  longer.bytes.push_back(0);
  HeapGraph graph;
  EXPECT_EQ(read(longer, snapshot, graph), "bytes behind its end");
}

// Whatever is believed can be replayed.
void survive_any_bit(const HeapSnapshot& snapshot) {
  const SnapshotRecord whole = sent(snapshot, true);
  for (size_t at = 5; at < whole.bytes.size(); ++at) {
    for (uint32_t bit = 0; bit < 8; ++bit) {
      SnapshotRecord changed = whole;
      changed.bytes[at] ^= static_cast<uint8_t>(1U << bit);
      HeapGraph graph;
      if (!read(changed, snapshot, graph).empty()) continue;
      for (uint32_t i = 0; i < graph.objects.size(); ++i) {
        ASSERT_LE(graph.contents_of(i).size(), 16 * graph.objects[i].blocks);
      }
      EXPECT_LE(replay_mark(graph).counts.root_heads, graph.objects.size());
    }
  }
}

// Nothing is read outside of it.
TEST(SnapshotGraph, SurvivesDamage) {
  for (const HeapSnapshot& snapshot :
       {testing::random_snapshot(4, 64, 4),
        testing::random_snapshot(4, {32, 16, 16}, 4)}) {
    survive_any_bit(snapshot);
  }
}

}  // namespace
}  // namespace libheap
