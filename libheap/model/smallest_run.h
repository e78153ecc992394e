#pragma once

// How short the largest free run ever was, exactly, at almost no cost.
//
// A request of n blocks could be served throughout (without a collect) only if
// the largest free run never fell below n. Sampling misses that minimum, and
// measuring the largest run after every event costs a scan of the table each
// time. So one run is remembered:
//
//     witness    a run that was the largest when the table was last scanned,
//                cut down by what was allocated in it since
//     others     no other run is longer than this
//     minimum    the answer so far
//
// As long as the witness is no shorter than the minimum, nothing can have
// changed. When it falls below but is no shorter than `others`, it still is
// the largest run, and the minimum follows it. Only otherwise is the table
// scanned. Frees can join runs: `others` grows to what they could make of it.
//
// It is told what is taken and freed, in the order it happens. Cost: two
// comparisons per allocation; a scan (one step per 64 blocks) at most every
// few frees, and only while new minima are being set.

#include <algorithm>
#include <cstdint>

#include "libheap/model/gc_heap.h"

namespace libheap {

class SmallestRun {
 public:
  // In blocks; UINT64_MAX before the first scan.
  [[nodiscard]] uint64_t blocks() const { return minimum_; }

  // These two answer true where the minimum went down just now.
  // Blocks [begin, end) of the area are no longer free.
  bool taken(const GcHeap& heap, uint32_t area, uint64_t begin, uint64_t end) {
    if (area != area_ || end <= begin_ || begin >= end_) return false;
    return cut(heap, begin, end);
  }
  // Nothing is known any more: at the start, or where the areas changed.
  bool scan(const GcHeap& heap);

  void freed(uint32_t area, uint64_t begin, uint64_t blocks) {
    if (blocks == 0) return;
    const uint64_t end = begin + blocks;
    // Joined to the witness it may have made it longer than we know; elsewhere
    // it joins two other runs at most.
    const bool touches = area == area_ && (end == begin_ || begin == end_);
    others_ =
        touches ? UINT64_MAX : 2 * std::min(others_, UINT64_MAX / 4) + blocks;
  }
  void swept() { others_ = UINT64_MAX; }  // a sweep frees anywhere

 private:
  bool cut(const GcHeap& heap, uint64_t begin, uint64_t end);
  bool lower(uint64_t blocks);
  [[nodiscard]] uint64_t witness() const { return end_ - begin_; }

  uint32_t area_ = 0;
  uint64_t begin_ = 0;
  uint64_t end_ = 0;
  uint64_t others_ = 0;
  uint64_t minimum_ = UINT64_MAX;
};

}  // namespace libheap
