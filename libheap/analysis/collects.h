#pragma once

// The collects of a trace: why each ran, what it found and freed.
//
// Totals are over all collects; the list is thinned out (decimated.h) when
// there are more than kListed. Sweeps of everything (soft reset) are counted
// apart and listed with the rest. Definitions: docs/analyses.md, "Collects".

#include <array>
#include <cstdint>
#include <vector>

#include "libheap/analysis/decimated.h"
#include "libheap/replay/observer.h"

namespace libheap {

struct CollectSummary {
  uint64_t event = 0;
  CollectCause cause = CollectCause::kExplicit;
  bool sweep_all = false;
  uint64_t begin_us = Event::kNoTime;
  uint64_t mark_end_us = Event::kNoTime;
  uint64_t end_us = Event::kNoTime;
  uint64_t amount = 0;       // blocks allocated since the collect before
  uint64_t used_before = 0;  // blocks
  uint64_t used_after = 0;
  uint64_t objects_before = 0;
  uint64_t objects_after = 0;
  uint64_t largest_run_before = 0;  // blocks
  uint64_t largest_run_after = 0;
};

[[nodiscard]] std::string_view name_of(CollectCause cause);

struct CollectFindings {
  uint64_t count = 0;                  // without sweeps of everything
  std::array<uint64_t, 3> by_cause{};  // indexed by CollectCause
  uint64_t sweeps_of_all = 0;
  uint64_t freed_blocks = 0;
  uint64_t freed_objects = 0;
  uint64_t live_after_min = 0;  // blocks; over collects
  uint64_t live_after_max = 0;
  uint64_t live_after_max_event = 0;
  // The shortest that a collect left as the largest free run; blocks.
  uint64_t largest_run_after_min = 0;
  uint64_t largest_run_after_min_event = 0;
  // Explicit collects that freed less than a hundredth of what was used.
  uint64_t idle_explicit = 0;
  std::vector<CollectSummary> listed;
  uint64_t list_stride = 1;  // one listed of so many
};

class CollectAnalysis : public ReplayObserver {
 public:
  static constexpr size_t kListed = 4000;

  void on_collect_begin(const Moment& now, const SeenCollect& seen) override;
  void on_collect_end(const Moment& now, const SeenCollect& seen) override;

  [[nodiscard]] CollectFindings findings() const;
  // The one that ended last.
  [[nodiscard]] const CollectSummary& last() const { return open_; }

 private:
  void note_extremes();

  CollectFindings sum_;
  CollectSummary open_;
  Decimated<CollectSummary> listed_{kListed};
};

}  // namespace libheap
