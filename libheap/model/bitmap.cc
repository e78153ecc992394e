#include "libheap/model/bitmap.h"

#include <algorithm>

namespace libheap {
namespace {

// Bits of `word` from which a run of at least `length` (1 to 64) set bits
// begins inside the word: halving steps, so 6 at most.
uint64_t run_starts(uint64_t word, uint32_t length) {
  uint32_t have = 1;  // bit b says: bits b .. b + have - 1 are all set
  while (have < length && word != 0) {
    const uint32_t step = std::min(have, length - have);
    word &= word >> step;
    have += step;
  }
  return word;
}

}  // namespace

void Bitmap::clear_all() { std::fill(words_.begin(), words_.end(), 0); }

void Bitmap::set_all() { set_range(0, size_); }

uint32_t Bitmap::find_run(uint32_t from, uint32_t length) const {
  if (length == 0 || from >= size_) return size_;
  if (length == 1) return next_set(from);
  uint32_t w = from / kWordBits;
  uint64_t word = words_[w] & (~uint64_t{0} << (from % kWordBits));
  uint32_t carry = 0;  // set bits that end at the current word's beginning
  while (true) {
    if (word == ~uint64_t{0}) {
      carry += kWordBits;
      if (carry >= length) return (w + 1) * kWordBits - carry;
    } else {
      if (word != 0 || carry != 0) {
        const auto low = static_cast<uint32_t>(std::countr_one(word));
        if (carry + low >= length) return w * kWordBits - carry;
        if (length < kWordBits) {
          const uint64_t starts = run_starts(word, length);
          if (starts != 0) {
            return w * kWordBits +
                   static_cast<uint32_t>(std::countr_zero(starts));
          }
        }
      }
      carry = static_cast<uint32_t>(std::countl_one(word));
    }
    if (++w == words_.size()) return size_;
    word = words_[w];
  }
}

uint32_t Bitmap::count() const {
  uint32_t total = 0;
  for (const uint64_t word : words_) {
    // Most words of a heap are all one or the other.
    if (word == 0) continue;
    if (word == ~uint64_t{0}) {
      total += kWordBits;
      continue;
    }
    total += static_cast<uint32_t>(std::popcount(word));
  }
  return total;
}

// Runs that fill a word are found by looking at whole words only. Where the
// longest of them is twice a word or so, no other can be longer.
uint32_t Bitmap::longest_run(uint32_t begin, uint32_t end) const {
  if (begin >= end) return 0;
  const uint32_t longest = longest_over_a_word(begin, end);
  constexpr uint32_t kLongestWithin = 2 * (kWordBits - 1);
  return longest >= kLongestWithin ? longest
                                   : longest_longer_than(longest, begin, end);
}

// The longest run, of those in [begin, end), that fills a word; 0 without.
uint32_t Bitmap::longest_over_a_word(uint32_t begin, uint32_t end) const {
  uint32_t longest = 0;
  const uint32_t last = end / kWordBits;  // words before it are whole
  for (uint32_t w = (begin + kWordBits - 1) / kWordBits; w < last; ++w) {
    if (words_[w] != ~uint64_t{0}) continue;
    const uint32_t first = std::max(begin, run_begin(w * kWordBits));
    const uint32_t past = std::min(end, next_clear(w * kWordBits));
    longest = std::max(longest, past - first);
    w = past / kWordBits;
  }
  return longest;
}

uint32_t Bitmap::longest_longer_than(uint32_t longest, uint32_t begin,
                                     uint32_t end) const {
  uint32_t carry = 0;  // set bits that end at the current word's beginning
  const uint32_t first = begin / kWordBits;
  const uint32_t last = (end - 1) / kWordBits;
  for (uint32_t w = first; w <= last; ++w) {
    uint64_t word = words_[w];
    if (w == first) word &= ~uint64_t{0} << (begin % kWordBits);
    if (w == last) {
      word &= ~uint64_t{0} >> (kWordBits - 1 - (end - 1) % kWordBits);
    }
    if (word == ~uint64_t{0}) {
      carry += kWordBits;
      continue;
    }
    longest =
        std::max(longest, carry + static_cast<uint32_t>(std::countr_one(word)));
    carry = static_cast<uint32_t>(std::countl_one(word));
    // Only a word with a run longer than the best so far is looked into;
    // `starts` then shrinks by one bit per step until that run is measured.
    if (word == 0 || longest >= kWordBits) continue;
    uint64_t starts = run_starts(word, longest + 1);
    while (starts != 0) {
      ++longest;
      starts &= starts >> 1;
    }
  }
  return std::max(longest, carry);
}

}  // namespace libheap
