#pragma once

// The moment of a trace at which the largest free run was smallest: how big an
// allocation was always possible, and when it was closest. How it is found
// without a scan per event is told in libheap/model/smallest_run.h.

#include <cstdint>

#include "libheap/model/smallest_run.h"
#include "libheap/replay/observer.h"

namespace libheap {

struct SmallestRunSeen {
  uint64_t blocks = UINT64_MAX;  // UINT64_MAX: nothing seen yet
  uint64_t free_blocks = 0;      // free in all at that moment
  uint64_t event = 0;
  uint64_t time_us = Event::kNoTime;
};

class SmallestLargestRun : public ReplayObserver {
 public:
  [[nodiscard]] const SmallestRunSeen& result() const { return smallest_; }

  void on_start(const TraceHeader&, const Moment& now) override;
  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override;
  void on_collect_end(const Moment& now, const SeenCollect&) override;
  void on_other(const Moment& now, const Event& event) override;

 private:
  void taken(const Moment& now, BlockRef begin, uint64_t blocks);
  void note_minimum(const Moment& now);

  SmallestRun run_;
  SmallestRunSeen smallest_;
};

// --- Inline: every event of a trace passes through them --------------------

inline void SmallestLargestRun::on_alloc(const Moment& now,
                                         const SeenAlloc& seen) {
  if (!seen.at.is_null()) taken(now, seen.at, seen.blocks);
}

inline void SmallestLargestRun::on_free(const Moment&, BlockRef block,
                                        uint32_t blocks) {
  run_.freed(block.area, block.block, blocks);
}

inline void SmallestLargestRun::taken(const Moment& now, BlockRef begin,
                                      uint64_t blocks) {
  if (run_.taken(*now.heap, begin.area, begin.block, begin.block + blocks)) {
    note_minimum(now);
  }
}

}  // namespace libheap
