#pragma once

// HeapSnapshot: the heap at the moment a collect begins, contents and all.
//
// Everything marking depends on: the table, the memory of the pools as words,
// and the root words in the order in which the collector is given them.
// Whoever can fill this struct, a recorded pair of files or a device, can have
// its collect replayed (mark_replay.h) and its graph looked at (heap_graph.h).
//
// Blocks are numbered through all pools, in the order of the heap's list: 0 to
// N - 1 are those of the first area, N is the first block of the second. That
// is the order in which the collector walks them, and with one area (the rp2
// port without external RAM, and most other ports) nothing is to be told apart.
//
//     block b holds the words     [b * words_per_block, + words_per_block)

#include <cstdint>
#include <optional>
#include <vector>

#include "libheap/base/block_ref.h"
#include "libheap/model/bitmap.h"
#include "libheap/model/release.h"

namespace libheap {

// What one area adds to the blocks.
struct SnapshotPool {
  uint32_t area = 0;           // its number
  uint64_t start = 0;          // address of its first block
  BlockIndex first_block = 0;  // the number of that, of all pools
  uint32_t blocks = 0;
  // Bound of the sweep, in this pool's own blocks; none before v1.21, where
  // every block is swept.
  std::optional<uint32_t> last_used_block;

  [[nodiscard]] BlockIndex end_block() const { return first_block + blocks; }
};

// Of the heap as a whole: what is known without its contents.
struct SnapshotFacts {
  Release release;
  uint64_t clock_hz = 0;  // of the core that collects; 0: not known
  uint32_t block_bytes = 16;
  uint32_t word_bytes = 4;
  uint32_t mark_stack_entries = 64;  // MICROPY_ALLOC_GC_STACK_SIZE
  bool split = false;               // a build whose heap can have several areas
  std::vector<SnapshotPool> pools;  // by list order; see add_pool

  // The next area of the list.
  void add_pool(uint32_t area, uint64_t start, uint32_t blocks,
                std::optional<uint32_t> last_used_block);

  [[nodiscard]] uint32_t blocks() const {
    return pools.empty() ? 0 : pools.back().end_block();
  }
  [[nodiscard]] uint32_t words_per_block() const {
    return block_bytes / word_bytes;
  }
  [[nodiscard]] uint64_t pool_end(const SnapshotPool& pool) const {
    return pool.start + uint64_t{pool.blocks} * block_bytes;
  }
  // The pool that holds an address; null: it is in none.
  [[nodiscard]] const SnapshotPool* pool_at(uint64_t address) const;
  [[nodiscard]] const SnapshotPool& pool_of(BlockIndex block) const;
  [[nodiscard]] uint64_t address_of(BlockIndex block) const;
  // The block as the rest of the library names it.
  [[nodiscard]] BlockRef ref_of(BlockIndex block) const;
  // The number of such a block; nothing where there is none.
  [[nodiscard]] std::optional<BlockIndex> number_of(BlockRef block) const;
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
  std::vector<uint64_t> words;   // of the pools
  std::vector<RootWords> roots;  // in marking order
};

}  // namespace libheap
