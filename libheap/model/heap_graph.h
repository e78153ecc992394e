#pragma once

// HeapGraph: who points at whom, as the collector sees it.
//
// Marking is conservative. It looks at every word of every block of an object
// (not only at what was requested) and knows no types: a word is a pointer if
// it is a multiple of the block size, lies in a pool, and the block there is a
// head. The graph keeps just that, for all areas in one (heap_snapshot.h says
// how blocks are numbered through):
//
//     objects       every chain of the table, by ascending head; an object is
//                   named by its index here
//     edges_of(i)   the words of object i that point at heads, ascending
//     roots         the root words that point at heads, in marking order
//     WordCounts    how the pointer test goes for the words in between, which
//                   decides what looking at them costs
//     contents_of(i)  the first bytes of object i, if no word of it is in the
//                   a pool and the source tells them: a text, a number
//
// So a source that has no memory contents can fill it too: who points at whom
// and four counts per object are enough. Cost: one pass over the pools.
// See docs/heap-model.md, "Marking".

#include <cstdint>
#include <span>
#include <vector>

#include "libheap/model/heap_snapshot.h"

namespace libheap {

// Words by the place where the pointer test is done with them.
struct WordCounts {
  uint64_t unaligned = 0;  // no multiple of the block size
  uint64_t below = 0;      // else: below all pools (0, flash, static memory)
  uint64_t above = 0;      // behind the pool, or between two
  uint64_t in_pool = 0;    // in a pool, whatever block is there

  [[nodiscard]] uint64_t total() const {
    return unaligned + below + above + in_pool;
  }
  WordCounts& operator+=(const WordCounts& other);
  bool operator==(const WordCounts&) const = default;
};

struct HeapObject {
  BlockIndex head = 0;
  uint32_t blocks = 0;
  uint32_t first_edge = 0;
  uint32_t edges = 0;
  uint64_t first_word = 0;  // the type, where it is a MicroPython object
  WordCounts words;
  uint32_t first_content = 0;
  uint32_t contents = 0;  // bytes
};

struct HeapEdge {
  uint32_t target = 0;  // object
  uint32_t word = 0;    // which word of the object that points
};

struct RootEdge {
  uint32_t target = 0;  // object
  uint32_t array = 0;   // which run of root words
  uint32_t word = 0;    // which word of it
};

struct HeapGraph {
  static constexpr uint32_t kNoObject = UINT32_MAX;
  static constexpr uint32_t kMostContents = 32;  // bytes of an object

  SnapshotFacts facts;
  std::vector<HeapObject> objects;
  std::vector<HeapEdge> edges;
  std::vector<RootEdge> roots;
  std::vector<RootKind> root_arrays;  // what each run of root words is
  WordCounts root_words;
  std::vector<uint8_t> contents;  // of all objects

  // Zeros at the end are left off. Empty: nothing told, or nothing but zeros.
  [[nodiscard]] std::span<const uint8_t> contents_of(uint32_t object) const {
    const HeapObject& of = objects[object];
    return std::span(contents).subspan(of.first_content, of.contents);
  }
  [[nodiscard]] std::span<const HeapEdge> edges_of(uint32_t object) const {
    const HeapObject& from = objects[object];
    return std::span(edges).subspan(from.first_edge, from.edges);
  }
  // The object whose chain holds this block, or kNoObject.
  [[nodiscard]] uint32_t object_at(BlockIndex block) const;
  // Appends the bytes as those of an object, without zeros at the end.
  void add_contents(HeapObject& object, std::span<const uint8_t> bytes);
};

[[nodiscard]] HeapGraph graph_of(const HeapSnapshot& snapshot);

}  // namespace libheap
