#pragma once

// One area of the heap: its table as bitmaps, and what the device keeps of it.
//
// The device's table has two bits per block; here they are two bitmaps:
//
//     free   1 = FREE
//     tail   1 = TAIL               free & tail = 0
//     head   = ~(free | tail)
//
// An object is a head and the tails that follow it directly (a chain). Beside
// the table: the finaliser and weak-reference flags (set on heads only), and
// two figures the device keeps and recordings show:
//
//     last_free_byte   table byte where the next search for one block begins;
//                      no block below it is free (gc_last_free_atb_index)
//     last_used_block  bound of the sweep since v1.21; inclusive after an
//                      allocation, exclusive after growth in place, so it can
//                      equal blocks() (gc_last_used_block)
//
// Area moves blocks between states and knows no policy: when to collect, what
// to count, whether the heap is locked is GcHeap's. Method names follow gc.c.
// See docs/heap-model.md, "The table".

#include <algorithm>
#include <cstdint>
#include <vector>

#include "libheap/base/block_ref.h"
#include "libheap/model/bitmap.h"
#include "libheap/model/census.h"
#include "libheap/model/first_fit.h"
#include "libheap/model/layout.h"

namespace libheap {

enum class BlockKind : uint8_t { kFree = 0, kHead = 1, kTail = 2 };

// Which heads of an area live on after a collect.
using SurvivorMap = Bitmap;

class Area {
 public:
  Area(const HeapConfig& config, uint32_t id, const AreaLayout& layout);

  [[nodiscard]] uint32_t id() const { return id_; }
  [[nodiscard]] const AreaLayout& layout() const { return layout_; }
  [[nodiscard]] uint32_t blocks() const { return free_.size(); }
  [[nodiscard]] uint32_t used_blocks() const { return used_blocks_; }
  // All blocks past so many words of the maps are free, and always were since
  // the last sweep: no need to look at them.
  [[nodiscard]] uint32_t used_words() const { return used_words_; }
  [[nodiscard]] uint32_t used_end() const {  // the same in blocks
    return std::min(used_words_ * Bitmap::kWordBits, blocks());
  }
  [[nodiscard]] const Bitmap& free_map() const { return free_; }
  [[nodiscard]] const Bitmap& tail_map() const { return tail_; }
  [[nodiscard]] const Bitmap& finaliser_map() const { return finaliser_; }
  [[nodiscard]] const Bitmap& weakref_map() const { return weakref_; }

  [[nodiscard]] BlockKind kind(BlockIndex block) const {
    if (free_.test(block)) return BlockKind::kFree;
    return tail_.test(block) ? BlockKind::kTail : BlockKind::kHead;
  }
  [[nodiscard]] bool is_head(BlockIndex block) const {
    return block < blocks() && kind(block) == BlockKind::kHead;
  }
  // A map of all heads.
  [[nodiscard]] Bitmap heads() const;
  // One past the last block of the chain that begins at `head`.
  [[nodiscard]] BlockIndex chain_end(BlockIndex head) const {
    return tail_.next_clear(head + 1);
  }
  // The head of the chain `block` belongs to; `block` must not be free.
  [[nodiscard]] BlockIndex head_of(BlockIndex block) const {
    return tail_.test(block) ? tail_.run_begin(block) - 1 : block;
  }
  [[nodiscard]] bool has_finaliser(BlockIndex head) const {
    return finaliser_.size() != 0 && finaliser_.test(head);
  }
  [[nodiscard]] Census census() const;
  // census().objects, alone.
  [[nodiscard]] uint32_t objects() const;
  // census().max_free, alone; measured once and known until blocks change.
  [[nodiscard]] uint32_t longest_free_run() const {
    if (longest_free_ == kNotMeasured) longest_free_ = measure_longest_free();
    return longest_free_;
  }

  // Makes the lowest run of n (at least 1) free blocks one chain. Its begin, or
  // FirstFit::kNoRun.
  BlockIndex take(uint32_t n, bool finaliser);
  // Makes [begin, begin + n), all free, one chain.
  void place(BlockIndex begin, uint32_t n, bool finaliser);
  // Frees the chain at `head` and its finaliser flag; returns its length.
  uint32_t free_chain(BlockIndex head);
  // Frees [new_end, old_end), the last blocks of a chain.
  void shrink(BlockIndex new_end, BlockIndex old_end);
  // Adds [old_end, new_end) to the chain before it, if all are free.
  [[nodiscard]] bool grow(BlockIndex old_end, BlockIndex new_end);
  void mark_finaliser(BlockIndex head) { finaliser_.set(head); }
  void mark_weakref(BlockIndex head) { weakref_.set(head); }
  void clear_weakref(BlockIndex head) { weakref_.clear(head); }

  // Frees every chain whose head is not in `survivors`, with its flags, and
  // recomputes last_used_block and last_free_byte. Returns the heads freed.
  uint32_t sweep(const SurvivorMap& survivors);
  // Frees everything.
  uint32_t sweep();

  // Takes over a table recorded on a device (as many blocks as this area).
  // Flags of blocks that are no heads there are dropped.
  void adopt(const Bitmap& free, const Bitmap& tail);
  // Takes over recorded flags, one bit per block; others are cleared.
  void adopt_finalisers(std::span<const uint8_t> flags);
  void adopt_weakrefs(std::span<const uint8_t> flags);

  // The table as the device stores it, appended to `bytes`; likewise flags.
  void append_table(std::vector<uint8_t>& bytes) const;
  void append_finalisers(std::vector<uint8_t>& bytes) const;
  void append_weakrefs(std::vector<uint8_t>& bytes) const;

  // Throws InternalError where an invariant does not hold. O(blocks).
  void check_invariants() const;

  uint32_t last_free_byte = 0;
  uint32_t last_used_block = 0;

 private:
  void lower_last_free_byte(BlockIndex block) {
    if (block / 4 < last_free_byte) last_free_byte = block / 4;
  }
  BlockIndex take_above_bound(uint32_t n, bool finaliser);
  void taken(BlockIndex begin, uint32_t n, bool finaliser);
  void free_past_pool();
  [[nodiscard]] uint32_t measure_longest_free() const;
  void finish_sweep(uint32_t words_in_use);
  void used_up_to(BlockIndex end) {
    const uint32_t words = (end + Bitmap::kWordBits - 1) / Bitmap::kWordBits;
    used_words_ = std::max(used_words_, words);
  }
  void blocks_change() { longest_free_ = kNotMeasured; }

  static constexpr uint32_t kNotMeasured = UINT32_MAX;

  uint32_t id_;
  AreaLayout layout_;
  bool gap_byte_;
  uint32_t used_blocks_ = 0;
  Bitmap free_;
  Bitmap tail_;
  Bitmap finaliser_;  // empty where the build has no such table
  Bitmap weakref_;
  FirstFit first_fit_;
  mutable uint32_t longest_free_ = kNotMeasured;
  uint32_t used_words_ = 0;  // see used_words()
};

inline BlockIndex Area::take(uint32_t n, bool finaliser) {
  const BlockIndex bound = first_fit_.bound(n);
  if (bound >= blocks()) return FirstFit::kNoRun;
  const uint64_t run = Bitmap::in_one_word(bound, n);
  const uint32_t w = bound / Bitmap::kWordBits;
  uint64_t& free = free_.words()[w];
  if (run == 0 || (free & run) != run) return take_above_bound(n, finaliser);
  free &= ~run;
  // All but the head. Most objects have one block: those write nothing.
  if (n != 1) tail_.words()[w] |= run & (run - 1);
  taken(bound, n, finaliser);
  return bound;
}

inline void Area::place(BlockIndex begin, uint32_t n, bool finaliser) {
  free_.clear_range(begin, begin + n);
  tail_.set_range(begin + 1, begin + n);
  taken(begin, n, finaliser);
}

inline void Area::taken(BlockIndex begin, uint32_t n, bool finaliser) {
  used_blocks_ += n;
  used_up_to(begin + n);
  blocks_change();
  first_fit_.on_taken(begin, n);
  if (finaliser && finaliser_.size() != 0) finaliser_.set(begin);
}

inline uint32_t Area::free_chain(BlockIndex head) {
  const BlockIndex end = chain_end(head);
  if (finaliser_.size() != 0) finaliser_.clear(head);
  free_.set_range(head, end);
  tail_.clear_range(head + 1, end);
  used_blocks_ -= end - head;
  blocks_change();
  first_fit_.on_freed(free_, head, end);
  lower_last_free_byte(head);
  if (end == blocks() && !gap_byte_) free_past_pool();
  return end - head;
}

inline void Area::shrink(BlockIndex new_end, BlockIndex old_end) {
  // Asked for a size that wraps to no blocks, the device frees the head too
  // (and leaves its finaliser flag): then new_end is the head itself.
  free_.set_range(new_end, old_end);
  tail_.clear_range(new_end, old_end);
  used_blocks_ -= old_end - new_end;
  blocks_change();
  first_fit_.on_freed(free_, new_end, old_end);
  lower_last_free_byte(new_end);
}

inline bool Area::grow(BlockIndex old_end, BlockIndex new_end) {
  if (new_end > blocks() ||
      free_.next_clear_until(old_end, new_end) < new_end) {
    return false;
  }
  free_.clear_range(old_end, new_end);
  tail_.set_range(old_end, new_end);
  used_blocks_ += new_end - old_end;
  used_up_to(new_end);
  blocks_change();
  return true;
}

// The blocks that are neither.
[[nodiscard]] Bitmap heads_of(const Bitmap& free, const Bitmap& tail);

// Table bytes of 32 blocks as two bits per block, from and to bitmap words.
// Byte order and bit order are the device's: lowest block, lowest bits.
[[nodiscard]] uint64_t interleave_bits(uint32_t low, uint32_t high);
[[nodiscard]] uint32_t even_bits(uint64_t word);

// A table as the device stores it, split into the two bitmaps of `blocks`
// blocks. Missing bytes at the end count as zero. False if a field is MARK (3)
// or a tail follows a free block: no table at rest looks like that.
[[nodiscard]] bool split_table(std::span<const uint8_t> table, uint32_t blocks,
                               Bitmap& free, Bitmap& tail);

}  // namespace libheap
