#pragma once

// LiveView: a heap while it runs, for a page that is told what is new.
//
// What the report says of a whole trace, kept so that it can be asked at any
// moment and in a bounded amount of memory: samples of the heap, collects,
// failures and labels, each as a LiveList. A sample is taken at both ends of
// every collect, at failures, every kStride allocations, and when look() is
// called; who shows the heap calls it at the pace of the screen.
//
// Cost: an addition per allocation; memory: under 1 MB.

#include <cstdint>

#include "libheap/analysis/collects.h"
#include "libheap/analysis/failures.h"
#include "libheap/analysis/heap_over_time.h"
#include "libheap/analysis/labels.h"
#include "libheap/analysis/live_list.h"
#include "libheap/replay/observer.h"

namespace libheap {

class LiveView : public ReplayObserver {
 public:
  static constexpr uint64_t kStride = 512;
  static constexpr size_t kSamples = 6000;
  static constexpr size_t kCollects = 2000;
  static constexpr size_t kFailures = 200;
  static constexpr size_t kLabels = 500;

  LiveView();

  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_collect_begin(const Moment& now, const SeenCollect& seen) override;
  void on_collect_end(const Moment& now, const SeenCollect& seen) override;
  void on_other(const Moment& now, const Event& event) override;

  // Takes a sample, unless nothing happened since the last.
  void look(const Moment& now);
  // All that is in the lists was told.
  void told();

  [[nodiscard]] const LiveList<HeapSample>& samples() const { return samples_; }
  [[nodiscard]] const LiveList<CollectSummary>& collects() const {
    return listed_;
  }
  [[nodiscard]] const LiveList<FailedAllocation>& failures() const {
    return failures_;
  }
  [[nodiscard]] const LiveList<Label>& labels() const { return labels_; }
  // Blocks given to requests so far: as the device's own counter counts them,
  // new objects and resizes that move.
  [[nodiscard]] uint64_t allocated_blocks() const { return allocated_blocks_; }

 private:
  void add_sample(const Moment& now);
  void add_failure(const Moment& now, const FailedAllocation& failure);

  CollectAnalysis collects_;
  LiveList<HeapSample> samples_;
  LiveList<CollectSummary> listed_;
  LiveList<FailedAllocation> failures_;
  LiveList<Label> labels_;
  uint64_t allocated_blocks_ = 0;
  uint64_t unseen_ = 0;  // allocations since the last sample
};

}  // namespace libheap
