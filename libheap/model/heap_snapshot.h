#pragma once

// HeapSnapshot: the heap at the moment a collect begins, contents and all.
//
// Everything marking depends on: the table, the memory of the pool as words,
// and the root words in the order in which the collector is given them. One
// pool (the rp2 port without external RAM, and most other ports). Whoever can
// fill this struct, a recorded pair of files or a device, can have its collect
// replayed (mark_replay.h) and its graph looked at (heap_graph.h).
//
//     word i of the pool lies at  pool_start + i * word_bytes
//     block b holds the words     [b * words_per_block, + words_per_block)

#include <cstdint>
#include <optional>
#include <vector>

#include "libheap/base/block_ref.h"
#include "libheap/model/bitmap.h"
#include "libheap/model/release.h"

namespace libheap {

// Of the heap as a whole: what is known without its contents.
struct SnapshotFacts {
  Release release;
  uint64_t clock_hz = 0;  // of the core that collects; 0: not known
  uint64_t pool_start = 0;
  uint32_t blocks = 0;
  uint32_t block_bytes = 16;
  uint32_t word_bytes = 4;
  // Bound of the sweep; none before v1.21, where every block is swept.
  std::optional<uint32_t> last_used_block;
  uint32_t mark_stack_entries = 64;  // MICROPY_ALLOC_GC_STACK_SIZE

  [[nodiscard]] uint32_t words_per_block() const {
    return block_bytes / word_bytes;
  }
  [[nodiscard]] uint64_t pool_end() const {
    return pool_start + uint64_t{blocks} * block_bytes;
  }
  [[nodiscard]] uint64_t address_of(BlockIndex block) const {
    return pool_start + uint64_t{block} * block_bytes;
  }
};

// What a run of root words is. Ports mark what is static first, then the
// registers and stack of the core that collects, then what the other has.
enum class RootKind : uint8_t { kStatic, kStack, kOtherCore };

struct RootWords {
  RootKind kind = RootKind::kStatic;
  std::vector<uint64_t> words;
};

struct HeapSnapshot {
  SnapshotFacts facts;
  Bitmap free;  // the table, as in Area: a head is what is neither
  Bitmap tail;
  std::vector<uint64_t> words;   // of the pool
  std::vector<RootWords> roots;  // in marking order
};

}  // namespace libheap
