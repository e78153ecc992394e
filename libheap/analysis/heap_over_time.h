#pragma once

// The heap over time: blocks used, and the largest free run, at moments spread
// evenly over the trace, at both ends of every collect, and at failures.
//
//     fragmentation = 1 - largest free run / free blocks
//
// 0 when all free memory is one run (or there is none); towards 1 when it is
// in crumbs. Looks are up to kStride events apart, fewer in short traces; of a
// long trace the fullest and emptiest of each stretch are kept
// (extreme_samples.h). The extremes are kept apart: the peak and the smallest
// largest run are over all events, the worst fragmentation over all looks.
// Definitions: docs/analyses.md, "Heap over time".

#include <cstdint>
#include <vector>

#include "libheap/analysis/extreme_samples.h"
#include "libheap/replay/observer.h"

namespace libheap {

struct HeapSample {
  uint64_t event = 0;
  uint64_t time_us = Event::kNoTime;
  uint64_t used_blocks = 0;
  uint64_t largest_free_run = 0;  // blocks
  uint64_t total_blocks = 0;      // the heap's size then; it may grow
};

struct HeapOverTimeFindings {
  uint64_t total_blocks = 0;        // at the end; grows in auto-grown heaps
  std::vector<HeapSample> samples;  // in order
  uint64_t sample_stride = 1;       // looks per stretch, of which two are kept
  HeapSample most_fragmented;
  double worst_fragmentation = 0.0;  // 0 to 1, at most_fragmented
};

// The trace cut into `count` stretches of equally many events: what a chart of
// that many columns shows. A stretch without a sample repeats the one before.
struct HeapColumn {
  uint64_t max_used_blocks = 0;
  uint64_t min_used_blocks = 0;
  uint64_t min_largest_free_run = 0;
};
[[nodiscard]] std::vector<HeapColumn> columns(
    const HeapOverTimeFindings& findings, size_t count);

[[nodiscard]] double fragmentation(uint64_t free_blocks,
                                   uint64_t largest_free_run);

class HeapOverTime : public ReplayObserver {
 public:
  static constexpr size_t kStretches = 2000;
  static constexpr uint64_t kStride = 64;  // events between looks, at most

  void on_start(const TraceHeader&, const Moment& now) override;
  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override;
  void on_collect_begin(const Moment& now, const SeenCollect&) override;
  void on_collect_end(const Moment& now, const SeenCollect&) override;
  void on_finish(const Moment& now) override;

  [[nodiscard]] HeapOverTimeFindings findings() const;

 private:
  void at_stride(const Moment& now) {
    if (now.event >= next_look_) look(now);
  }
  void look(const Moment& now);

  HeapOverTimeFindings sum_;
  ExtremeSamples samples_{kStretches};
  uint64_t next_look_ = 0;
};

// --- Inline: every event of a trace passes through them --------------------

inline void HeapOverTime::on_alloc(const Moment& now, const SeenAlloc& seen) {
  if (seen.out_of_memory) return look(now);
  at_stride(now);
}

inline void HeapOverTime::on_realloc(const Moment& now,
                                     const SeenRealloc& seen) {
  if (seen.out_of_memory) return look(now);
  at_stride(now);
}

inline void HeapOverTime::on_free(const Moment& now, BlockRef, uint32_t) {
  at_stride(now);
}

}  // namespace libheap
