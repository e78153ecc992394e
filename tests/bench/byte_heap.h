#pragma once

// ByteHeap: the yardstick. A first-fit heap the way the collector itself does
// it, on a table of two bits per block looked at block by block, byte by byte,
// with the device's one shortcut: where the search for one block begins.
//
// It knows nothing of releases, areas, thresholds or flags: what is measured
// is search, place, free, resize and sweep, and that the addresses are those
// of the model. For benchmarks only; the model that is right to the last rule
// and slow on purpose is tests/oracle/naive_heap.h.

#include <cstdint>
#include <vector>

namespace libheap::bench {

class ByteHeap {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  explicit ByteHeap(uint32_t blocks)
      : blocks_(blocks), table_(blocks / 4 + 1) {}

  // The head's block, or kNone.
  uint32_t alloc(uint32_t blocks);
  void free(uint32_t head);
  // The head after it: the same, another, or kNone where there is no room (the
  // old one stays).
  uint32_t realloc(uint32_t head, uint32_t blocks, bool may_move);
  // Marks what will be left by the next sweep.
  void mark(uint32_t head) { set(head, kMark); }
  void sweep();

 private:
  static constexpr uint8_t kFree = 0;
  static constexpr uint8_t kHead = 1;
  static constexpr uint8_t kTail = 2;
  static constexpr uint8_t kMark = 3;

  [[nodiscard]] uint8_t kind(uint32_t block) const {
    return table_[block / 4] >> (2 * (block % 4)) & 3;
  }
  void set(uint32_t block, uint8_t kind) {
    const uint32_t shift = 2 * (block % 4);
    table_[block / 4] = static_cast<uint8_t>(
        (table_[block / 4] & ~(3U << shift)) | uint32_t{kind} << shift);
  }

  uint32_t blocks_;
  uint32_t search_from_ = 0;  // no block below is free
  std::vector<uint8_t> table_;
};

}  // namespace libheap::bench
