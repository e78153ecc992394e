#pragma once

// ByteHeap: the yardstick. A first-fit heap the way the collector itself does
// it, on a table of two bits per block looked at block by block, byte by byte,
// with the device's one shortcut: where the search for one block begins.
//
// It does what every heap of the collector must for a request: sizes are bytes,
// the lock and the threshold are asked, blocks allocated are counted, finaliser
// flags are cleared, the last used block is known. It knows nothing of releases
// or of several areas. For benchmarks only; the model that is right to the last
// rule and slow on purpose is tests/oracle/naive_heap.h.

#include <cstdint>
#include <vector>

namespace libheap::bench {

class ByteHeap {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  ByteHeap(uint32_t blocks, uint32_t block_bytes)
      : blocks_(blocks),
        block_bytes_(block_bytes),
        table_(blocks / 4 + 1),
        finalisers_(blocks / 8 + 1) {}

  // The head's block, or kNone.
  uint32_t alloc(uint64_t n_bytes, bool finaliser);
  void free(uint32_t head);
  // The head after it: the same, another, or kNone where there is no room (the
  // old one stays).
  uint32_t realloc(uint32_t head, uint64_t n_bytes, bool may_move);
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

  [[nodiscard]] uint32_t blocks_for(uint64_t n_bytes) const {
    return static_cast<uint32_t>((n_bytes + block_bytes_ - 1) / block_bytes_);
  }
  void set_finaliser(uint32_t head) {
    finalisers_[head / 8] =
        static_cast<uint8_t>(finalisers_[head / 8] | 1U << (head % 8));
  }
  void clear_finaliser(uint32_t head) {
    finalisers_[head / 8] =
        static_cast<uint8_t>(finalisers_[head / 8] & ~(1U << (head % 8)));
  }

  uint32_t blocks_;
  uint32_t block_bytes_;
  uint32_t search_from_ = 0;  // no block below is free
  uint32_t last_used_ = 0;
  uint64_t amount_ = 0;
  uint64_t threshold_ = UINT64_MAX;
  uint32_t lock_depth_ = 0;
  std::vector<uint8_t> table_;
  std::vector<uint8_t> finalisers_;
};

}  // namespace libheap::bench
