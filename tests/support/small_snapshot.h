#pragma once

// Snapshots made by hand: objects, pointers, roots.
//
//     SmallSnapshot heap(8);                    // blocks
//     const BlockIndex list = heap.object(2);   // the lowest free blocks
//     heap.point(list, 0, heap.object(1));      // word 0 of list
//     heap.root(RootKind::kStatic, list);
//     const HeapGraph graph = heap.graph();
//
// Of several areas every second one lies below the first, so that the order of
// the list is not that of addresses; what is between two is no pool.

#include <cstdint>
#include <string>
#include <vector>

#include "libheap/model/heap_graph.h"
#include "libheap/model/heap_snapshot.h"

namespace libheap::testing {

class SmallSnapshot {
 public:
  static constexpr uint64_t kPool = 0x20001000;

  explicit SmallSnapshot(uint32_t blocks, uint32_t mark_stack_entries = 64)
      : SmallSnapshot(std::vector<uint32_t>{blocks}, mark_stack_entries) {}
  // Blocks of each area; multiples of four.
  SmallSnapshot(const std::vector<uint32_t>& areas,
                uint32_t mark_stack_entries);

  // The next `blocks` blocks, which must be of one area, as one object; the
  // block of its head.
  BlockIndex object(uint32_t blocks);
  // Leaves blocks free.
  void gap(uint32_t blocks) { next_ += blocks; }
  void point(BlockIndex from, uint32_t word, BlockIndex to) {
    put(from, word, snapshot_.facts.address_of(to));
  }
  void put(BlockIndex from, uint32_t word, uint64_t value);
  // From the object's first byte on.
  void put_bytes(BlockIndex object, std::string bytes);
  // A root word that points at a block; roots are marked in this order, those
  // of one kind in a run together.
  void root(RootKind kind, BlockIndex to) {
    root_word(kind, snapshot_.facts.address_of(to));
  }
  void root_word(RootKind kind, uint64_t word);

  // Of a block of the first area, or of one behind it.
  [[nodiscard]] static uint64_t address(BlockIndex block) {
    return kPool + 16 * uint64_t{block};
  }
  [[nodiscard]] HeapSnapshot& snapshot() { return snapshot_; }
  [[nodiscard]] HeapGraph graph() const { return graph_of(snapshot_); }

 private:
  HeapSnapshot snapshot_;
  BlockIndex next_ = 0;
};

// Random objects, pointers, words that are none, and roots.
[[nodiscard]] HeapSnapshot random_snapshot(uint64_t seed, uint32_t blocks,
                                           uint32_t mark_stack_entries);
[[nodiscard]] HeapSnapshot random_snapshot(uint64_t seed,
                                           const std::vector<uint32_t>& areas,
                                           uint32_t mark_stack_entries);

}  // namespace libheap::testing
