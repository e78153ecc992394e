#pragma once

// What one iteration of the program's loop costs the heap.
//
// An iteration is what happens from one tick to the next; what comes before
// the first tick (importing, setting up) and after the last is none. Requests
// are counted as in allocations.h: those that were served. Garbage can only be
// seen when it is swept, so of that there is a mean but no worst iteration.
//
// Definitions: docs/analyses.md, "Iterations". Constant memory.

#include <cstdint>

#include "libheap/replay/observer.h"

namespace libheap {

struct TickExtreme {
  uint64_t value = 0;
  uint64_t event = 0;  // at which that iteration ended
};

struct TickFindings {
  uint64_t ticks = 0;
  uint64_t iterations = 0;  // complete ones
  // In complete iterations:
  uint64_t requests = 0;
  uint64_t blocks = 0;
  uint64_t swept_blocks = 0;
  TickExtreme most_requests;
  TickExtreme most_blocks;
};

class TickAnalysis : public ReplayObserver {
 public:
  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_collect_begin(const Moment& now, const SeenCollect& seen) override;
  void on_collect_end(const Moment& now, const SeenCollect& seen) override;
  void on_other(const Moment& now, const Event& event) override;

  [[nodiscard]] const TickFindings& findings() const { return sum_; }

 private:
  struct Iteration {
    uint64_t requests = 0;
    uint64_t blocks = 0;
    uint64_t swept_blocks = 0;
  };

  void served(uint64_t blocks) {
    ++open_.requests;
    open_.blocks += blocks;
  }
  void close(const Moment& now);

  TickFindings sum_;
  Iteration open_;
  uint64_t used_before_ = 0;  // the collect under way
};

// --- Inline: every event of a trace passes through them --------------------

inline void TickAnalysis::on_alloc(const Moment&, const SeenAlloc& seen) {
  if (!seen.at.is_null()) served(seen.blocks);
}

inline void TickAnalysis::on_realloc(const Moment&, const SeenRealloc& seen) {
  if (!seen.at.is_null() && seen.at != seen.old) served(seen.blocks);
}

}  // namespace libheap
