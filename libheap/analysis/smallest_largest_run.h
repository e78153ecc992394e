#pragma once

// The smallest the largest free run ever was, exactly, at almost no cost.
//
// A request of n blocks could be served throughout the trace (without a
// collect) only if the largest free run never fell below n: this is the
// number that says how big an allocation was always possible. Sampling misses
// its minimum, and measuring the largest run after every event costs a scan
// of the table each time. So one run is remembered:
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
// Cost: two comparisons per allocation; a scan (one step per 64 blocks) at
// most every few frees, and only while new minima are being set.

#include <cstdint>

#include "libheap/model/gc_heap.h"
#include "libheap/replay/observer.h"

namespace libheap {

struct SmallestRun {
  uint64_t blocks = UINT64_MAX;  // UINT64_MAX: nothing seen yet
  uint64_t free_blocks = 0;      // free in all at that moment
  uint64_t event = 0;
  uint64_t time_us = Event::kNoTime;
};

class SmallestLargestRun : public ReplayObserver {
 public:
  [[nodiscard]] const SmallestRun& result() const { return smallest_; }

  void on_start(const TraceHeader&, const Moment& now) override;
  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override;
  void on_collect_end(const Moment& now, const SeenCollect&) override;
  void on_other(const Moment& now, const Event& event) override;

 private:
  void taken(const Moment& now, uint32_t area, uint64_t begin, uint64_t end);
  void scan(const Moment& now);
  void set_minimum(const Moment& now, uint64_t blocks);
  [[nodiscard]] uint64_t witness_blocks() const {
    return witness_end_ - witness_begin_;
  }

  uint32_t witness_area_ = 0;
  uint64_t witness_begin_ = 0;
  uint64_t witness_end_ = 0;
  uint64_t others_ = 0;
  SmallestRun smallest_;
};

}  // namespace libheap
