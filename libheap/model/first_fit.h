#pragma once

// Lowest-address first fit over a bitmap of free blocks, fast.
//
// The answer is always the plain one: the lowest begin of a run of at least n
// free blocks. What makes it fast is a lower bound per size class c:
//
//     no run of at least min_blocks(c) free blocks begins below bound[c]
//
// A search starts at the bound of its class and leaves it where the first such
// run was found, so what was skipped once is not looked at again. Taking
// blocks keeps every bound true, and moves the bound of their class past them;
// freeing lowers the bounds of the classes that the run it made can serve. The
// device itself keeps one such bound, for one block, in bytes of its table
// (gc_last_free_atb_index).
//
// Cost: allocation, amortised, the words between two fits; freeing, one
// comparison per class served. A full heap answers "no" in one step. Where a
// heap fills up the fit is at the bound, so whoever looks there first (Area
// does) need not search: a comparison the processor can guess, so that one
// allocation need not wait for the words the one before has written.
// See docs/heap-model.md, "Searching".

#include <array>
#include <cstdint>

#include "libheap/model/bitmap.h"

namespace libheap {

class FirstFit {
 public:
  static constexpr uint32_t kNoRun = UINT32_MAX;

  // The begin of the lowest run of n (at least 1) set bits of `free`, or
  // kNoRun.
  [[nodiscard]] uint32_t find(const Bitmap& free, uint32_t n);

  // No run of n (at least 1) begins below.
  [[nodiscard]] uint32_t bound(uint32_t n) const {
    return bounds_[class_of(n)];
  }

  // The n blocks at `begin` have just been cleared in `free`.
  void on_taken(uint32_t begin, uint32_t n) {
    uint32_t& bound = bounds_[class_of(n)];
    if (bound == begin) bound = begin + n;
  }
  // Blocks [begin, end) have just been set in `free`.
  void on_freed(const Bitmap& free, uint32_t begin, uint32_t end);

  // Nothing is known any more (the map was replaced).
  void reset() { bounds_.fill(0); }

  // True if every bound holds for `free`. Slow; for tests and --paranoid.
  [[nodiscard]] bool holds(const Bitmap& free) const;

 private:
  static constexpr std::array<uint32_t, 16> kMinBlocks = {
      1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 48, 64, 128, 256};

  // The class of every n up to the largest class.
  using ClassOf = std::array<uint8_t, kMinBlocks.back() + 1>;
  static constexpr ClassOf make_classes() {
    ClassOf classes{};
    uint8_t c = 0;
    for (uint32_t n = 1; n < classes.size(); ++n) {
      if (c + 1U < kMinBlocks.size() && kMinBlocks[c + 1U] == n) ++c;
      classes[n] = c;
    }
    return classes;
  }
  static uint32_t class_of(uint32_t n) {
    static constexpr ClassOf kClasses = make_classes();
    return kClasses[n < kClasses.size() ? n : kClasses.size() - 1];
  }
  std::array<uint32_t, kMinBlocks.size()> bounds_{};
};

inline void FirstFit::on_freed(const Bitmap& free, uint32_t begin,
                               uint32_t end) {
  const uint32_t run_begin = free.run_begin(begin);
  // Runs of more than the largest class are all alike.
  const uint32_t run_end =
      free.next_clear_until(end, begin + kMinBlocks.back());
  const uint32_t top = class_of(run_end - run_begin);
  for (uint32_t c = 0; c <= top; ++c) {
    if (bounds_[c] > run_begin) bounds_[c] = run_begin;
  }
}

}  // namespace libheap
