#include "libheap/model/heap_graph.h"

#include <algorithm>
#include <array>
#include <bit>

#include "libheap/base/check.h"

namespace libheap {
namespace {

// The collector's pointer test, and which object a pointer means.
class PointerTest {
 public:
  PointerTest(const SnapshotFacts& facts,
              const std::vector<uint32_t>& object_of_head)
      : facts_(facts),
        low_bits_(facts.block_bytes - 1),
        shift_(std::countr_zero(facts.block_bytes)),
        object_of_head_(object_of_head) {
    for (const SnapshotPool& pool : facts.pools) {
      lowest_ = std::min(lowest_, pool.start);
      end_ = std::max(end_, facts.pool_end(pool));
    }
  }

  // Counts the word; answers the object it points at, or kNoObject.
  uint32_t operator()(uint64_t word, WordCounts& counts) const {
    if ((word & low_bits_) != 0) {
      ++counts.unaligned;
      return HeapGraph::kNoObject;
    }
    if (word < lowest_) {
      ++counts.below;
      return HeapGraph::kNoObject;
    }
    const SnapshotPool* pool = word < end_ ? facts_.pool_at(word) : nullptr;
    if (pool == nullptr) {
      ++counts.above;
      return HeapGraph::kNoObject;
    }
    ++counts.in_pool;
    return object_of_head_[pool->first_block +
                           ((word - pool->start) >> shift_)];
  }

 private:
  const SnapshotFacts& facts_;
  uint64_t lowest_ = UINT64_MAX;  // of all pools
  uint64_t end_ = 0;              // likewise
  uint64_t low_bits_;
  int shift_;
  const std::vector<uint32_t>& object_of_head_;
};

// Fills the objects; answers which object begins at each block.
std::vector<uint32_t> add_objects(const HeapSnapshot& snapshot,
                                  HeapGraph& graph) {
  const uint32_t blocks = snapshot.facts.blocks();
  std::vector<uint32_t> object_of_head(blocks, HeapGraph::kNoObject);
  for (BlockIndex block = 0; block < blocks;) {
    if (snapshot.free.test(block)) {
      block = snapshot.free.next_clear(block);
      continue;
    }
    const BlockIndex end = snapshot.tail.next_clear(block + 1);
    object_of_head[block] = static_cast<uint32_t>(graph.objects.size());
    graph.objects.push_back({.head = block, .blocks = end - block});
    block = end;
  }
  return object_of_head;
}

// Little-endian, as every port is.
void add_contents(std::span<const uint64_t> words, uint32_t word_bytes,
                  HeapObject& object, HeapGraph& graph) {
  std::array<uint8_t, HeapGraph::kMostContents> bytes{};
  size_t size = 0;
  for (const uint64_t word : words) {
    if (size == bytes.size()) break;
    for (uint32_t i = 0; i < word_bytes; ++i) {
      bytes[size++] = static_cast<uint8_t>(word >> (8 * i));
    }
  }
  graph.add_contents(object, std::span(bytes).first(size));
}

void add_edges(const HeapSnapshot& snapshot, const PointerTest& test,
               HeapGraph& graph) {
  const uint32_t words_per_block = snapshot.facts.words_per_block();
  for (HeapObject& object : graph.objects) {
    const auto words = std::span(snapshot.words)
                           .subspan(size_t{object.head} * words_per_block,
                                    size_t{object.blocks} * words_per_block);
    object.first_word = words.front();
    object.first_edge = static_cast<uint32_t>(graph.edges.size());
    for (uint32_t i = 0; i < words.size(); ++i) {
      const uint32_t target = test(words[i], object.words);
      if (target != HeapGraph::kNoObject) graph.edges.push_back({target, i});
    }
    object.edges =
        static_cast<uint32_t>(graph.edges.size()) - object.first_edge;
    if (object.words.in_pool == 0) {
      add_contents(words, snapshot.facts.word_bytes, object, graph);
    }
  }
}

void add_roots(const HeapSnapshot& snapshot, const PointerTest& test,
               HeapGraph& graph) {
  for (uint32_t array = 0; array < snapshot.roots.size(); ++array) {
    const RootWords& root = snapshot.roots[array];
    graph.root_arrays.push_back(root.kind);
    for (uint32_t i = 0; i < root.words.size(); ++i) {
      const uint32_t target = test(root.words[i], graph.root_words);
      if (target != HeapGraph::kNoObject) {
        graph.roots.push_back({target, array, i});
      }
    }
  }
}

}  // namespace

WordCounts& WordCounts::operator+=(const WordCounts& other) {
  unaligned += other.unaligned;
  below += other.below;
  above += other.above;
  in_pool += other.in_pool;
  return *this;
}

uint32_t HeapGraph::object_at(BlockIndex block) const {
  const auto after = std::upper_bound(
      objects.begin(), objects.end(), block,
      [](BlockIndex at, const HeapObject& object) { return at < object.head; });
  if (after == objects.begin()) return kNoObject;
  const auto object = std::prev(after);
  if (block >= object->head + object->blocks) return kNoObject;
  return static_cast<uint32_t>(object - objects.begin());
}

void HeapGraph::add_contents(HeapObject& object,
                             std::span<const uint8_t> bytes) {
  while (!bytes.empty() && bytes.back() == 0)
    bytes = bytes.first(bytes.size() - 1);
  object.first_content = static_cast<uint32_t>(contents.size());
  object.contents = static_cast<uint32_t>(bytes.size());
  contents.insert(contents.end(), bytes.begin(), bytes.end());
}

HeapGraph graph_of(const HeapSnapshot& snapshot) {
  const SnapshotFacts& facts = snapshot.facts;
  const uint32_t blocks = facts.blocks();
  HEAP_CHECK(
      snapshot.free.size() == blocks && snapshot.tail.size() == blocks &&
          snapshot.words.size() == size_t{blocks} * facts.words_per_block(),
      "a snapshot's parts are of one size");
  HeapGraph graph;
  graph.facts = facts;
  const std::vector<uint32_t> object_of_head = add_objects(snapshot, graph);
  const PointerTest test(facts, object_of_head);
  add_edges(snapshot, test, graph);
  add_roots(snapshot, test, graph);
  return graph;
}

}  // namespace libheap
