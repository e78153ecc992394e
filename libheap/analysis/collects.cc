#include "libheap/analysis/collects.h"

#include <algorithm>

namespace libheap {

std::string_view name_of(CollectCause cause) {
  switch (cause) {
    case CollectCause::kThreshold:
      return "threshold";
    case CollectCause::kExhausted:
      return "exhausted";
    case CollectCause::kExplicit:
      break;
  }
  return "explicit";
}

void CollectAnalysis::on_collect_begin(const Moment& now,
                                       const SeenCollect& seen) {
  open_ = {};
  open_.event = now.event;
  open_.cause = seen.cause;
  open_.sweep_all = seen.sweep_all;
  open_.begin_us = seen.begin_us;
  open_.amount = seen.amount;
  open_.used_before = now.heap->used_blocks();
  open_.largest_run_before = now.heap->largest_free_run();
}

void CollectAnalysis::on_collect_end(const Moment& now,
                                     const SeenCollect& seen) {
  open_.mark_end_us = seen.mark_end_us;
  open_.end_us = now.time_us;
  open_.used_after = now.heap->used_blocks();
  open_.objects_before = seen.heads_before;
  open_.objects_after = seen.heads_after;
  open_.largest_run_after = now.heap->largest_free_run();
  // Finalisers may allocate nothing, so blocks can only have gone.
  const uint64_t freed =
      open_.used_before - std::min(open_.used_before, open_.used_after);
  sum_.freed_blocks += freed;
  sum_.freed_objects +=
      seen.heads_before - std::min(seen.heads_before, seen.heads_after);
  if (seen.sweep_all) {
    ++sum_.sweeps_of_all;
  } else {
    note_extremes();
    ++sum_.count;
    ++sum_.by_cause[static_cast<size_t>(seen.cause)];
    if (seen.cause == CollectCause::kExplicit &&
        freed * 100 < open_.used_before) {
      ++sum_.idle_explicit;
    }
  }
  listed_.offer(open_);
}

void CollectAnalysis::note_extremes() {
  const bool first = sum_.count == 0;
  if (first || open_.used_after < sum_.live_after_min) {
    sum_.live_after_min = open_.used_after;
  }
  if (first || open_.used_after > sum_.live_after_max) {
    sum_.live_after_max = open_.used_after;
    sum_.live_after_max_event = open_.event;
  }
  if (first || open_.largest_run_after < sum_.largest_run_after_min) {
    sum_.largest_run_after_min = open_.largest_run_after;
    sum_.largest_run_after_min_event = open_.event;
  }
}

CollectFindings CollectAnalysis::findings() const {
  CollectFindings findings = sum_;
  findings.listed = listed_.items();
  findings.list_stride = listed_.stride();
  return findings;
}

}  // namespace libheap
