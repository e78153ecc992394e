#pragma once

// One bit per block, read and written a 64-bit word at a time.
//
// Bit b of the map is bit b % 64 of word b / 64. Bits past size() in the last
// word are always 0, so whole-word answers need no trimming. All ranges are
// half open. Nothing here knows what the bits mean.
//
// Cost: one word operation per 64 blocks touched; the searches skip uniform
// words. None allocates but the constructor.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace libheap {

class Bitmap {
 public:
  static constexpr uint32_t kWordBits = 64;

  Bitmap() = default;
  explicit Bitmap(uint32_t size)
      : size_(size), words_((size + kWordBits - 1) / kWordBits, 0) {}

  [[nodiscard]] uint32_t size() const { return size_; }
  [[nodiscard]] std::span<const uint64_t> words() const { return words_; }
  [[nodiscard]] std::span<uint64_t> words() { return words_; }

  [[nodiscard]] bool test(uint32_t bit) const {
    return (words_[bit / kWordBits] >> (bit % kWordBits)) & 1;
  }
  // The mask of the `length` bits (at least 1) from `begin` in their word; 0
  // where they are not all in one word.
  [[nodiscard]] static uint64_t in_one_word(uint32_t begin, uint32_t length) {
    const uint32_t bit = begin % kWordBits;
    if (length > kWordBits - bit) return 0;
    return ~uint64_t{0} >> (kWordBits - length) << bit;
  }
  void set(uint32_t bit) { words_[bit / kWordBits] |= one(bit); }
  void clear(uint32_t bit) { words_[bit / kWordBits] &= ~one(bit); }

  void set_range(uint32_t begin, uint32_t end);
  void clear_range(uint32_t begin, uint32_t end);
  void clear_all();
  void set_all();

  // The first set (clear) bit at or after `from`; size() when there is none.
  [[nodiscard]] uint32_t next_set(uint32_t from) const;
  [[nodiscard]] uint32_t next_clear(uint32_t from) const;
  // As next_clear, but stops looking at `limit` or a word later: any answer
  // past `limit` only says that [from, limit) is all set.
  [[nodiscard]] uint32_t next_clear_until(uint32_t from, uint32_t limit) const;
  // First bit of the run of set bits that ends just before `end`; `end` itself
  // where the bit before it is clear.
  [[nodiscard]] uint32_t run_begin(uint32_t end) const;

  // The lowest begin of a run of at least `length` set bits, none of which
  // lies before `from`; size() when there is none.
  [[nodiscard]] uint32_t find_run(uint32_t from, uint32_t length) const;

  [[nodiscard]] uint32_t count() const;
  // Length of the longest run of set bits, of those in [begin, end).
  [[nodiscard]] uint32_t longest_run() const { return longest_run(0, size_); }
  [[nodiscard]] uint32_t longest_run(uint32_t begin, uint32_t end) const;

 private:
  static constexpr uint64_t one(uint32_t bit) {
    return uint64_t{1} << (bit % kWordBits);
  }
  [[nodiscard]] uint32_t longest_over_a_word(uint32_t begin,
                                             uint32_t end) const;
  [[nodiscard]] uint32_t longest_longer_than(uint32_t longest, uint32_t begin,
                                             uint32_t end) const;

  uint32_t size_ = 0;
  std::vector<uint64_t> words_;
};

// Inline because every event of a trace passes through them.

inline void Bitmap::set_range(uint32_t begin, uint32_t end) {
  if (begin >= end) return;
  const uint32_t first = begin / kWordBits;
  const uint32_t last = (end - 1) / kWordBits;
  const uint64_t head = ~uint64_t{0} << (begin % kWordBits);
  const uint64_t tail = ~uint64_t{0} >> (kWordBits - 1 - (end - 1) % kWordBits);
  if (first == last) {
    words_[first] |= head & tail;
    return;
  }
  words_[first] |= head;
  for (uint32_t w = first + 1; w < last; ++w) words_[w] = ~uint64_t{0};
  words_[last] |= tail;
}

inline void Bitmap::clear_range(uint32_t begin, uint32_t end) {
  if (begin >= end) return;
  const uint32_t first = begin / kWordBits;
  const uint32_t last = (end - 1) / kWordBits;
  const uint64_t head = ~uint64_t{0} << (begin % kWordBits);
  const uint64_t tail = ~uint64_t{0} >> (kWordBits - 1 - (end - 1) % kWordBits);
  if (first == last) {
    words_[first] &= ~(head & tail);
    return;
  }
  words_[first] &= ~head;
  for (uint32_t w = first + 1; w < last; ++w) words_[w] = 0;
  words_[last] &= ~tail;
}

inline uint32_t Bitmap::next_set(uint32_t from) const {
  if (from >= size_) return size_;
  uint32_t w = from / kWordBits;
  uint64_t word = words_[w] & (~uint64_t{0} << (from % kWordBits));
  while (word == 0) {
    if (++w == words_.size()) return size_;
    word = words_[w];
  }
  return w * kWordBits + static_cast<uint32_t>(std::countr_zero(word));
}

inline uint32_t Bitmap::next_clear(uint32_t from) const {
  if (from >= size_) return size_;
  uint32_t w = from / kWordBits;
  uint64_t word = ~words_[w] & (~uint64_t{0} << (from % kWordBits));
  while (word == 0) {
    if (++w == words_.size()) return size_;
    word = ~words_[w];
  }
  const uint32_t bit =
      w * kWordBits + static_cast<uint32_t>(std::countr_zero(word));
  return bit < size_ ? bit : size_;
}

inline uint32_t Bitmap::next_clear_until(uint32_t from, uint32_t limit) const {
  if (from >= size_) return size_;
  uint32_t w = from / kWordBits;
  uint64_t word = ~words_[w] & (~uint64_t{0} << (from % kWordBits));
  while (word == 0) {
    if (++w == words_.size()) return size_;
    if (w * kWordBits >= limit) return w * kWordBits;
    word = ~words_[w];
  }
  const uint32_t bit =
      w * kWordBits + static_cast<uint32_t>(std::countr_zero(word));
  return bit < size_ ? bit : size_;
}

inline uint32_t Bitmap::run_begin(uint32_t end) const {
  if (end == 0) return 0;
  uint32_t w = (end - 1) / kWordBits;
  // Clear bits at or after `end` count as "not a gap", so look below only.
  uint64_t gaps =
      ~words_[w] & (~uint64_t{0} >> (kWordBits - 1 - (end - 1) % kWordBits));
  while (gaps == 0) {
    if (w == 0) return 0;
    gaps = ~words_[--w];
  }
  return (w + 1) * kWordBits - static_cast<uint32_t>(std::countl_zero(gaps));
}

}  // namespace libheap
