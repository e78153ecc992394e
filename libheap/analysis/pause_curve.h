#pragma once

// The "timed proof": the pause as the number of live objects grows, for one
// firmware and heap; predicted, and measured where the trace has pauses.
//
// Objects are of the trace's mean size, and spread over the heap as its
// objects are: the sweep's bound grows in proportion.

#include <optional>
#include <vector>

#include "libheap/analysis/pause_findings.h"

namespace libheap {

struct PauseCurvePoint {
  uint64_t live_objects = 0;
  PauseEstimate one_round;    // the mark stack is large enough
  PauseEstimate with_rescan;  // it overflows, once
  uint64_t measured = 0;      // pauses nearest to this point
  double measured_us = 0;     // their mean
};

struct PauseCurve {
  double blocks_per_object = 0;
  double swept_per_live_block = 0;
  std::vector<PauseCurvePoint> points;  // evenly spaced, up to a full heap
};

// Empty without collects: nothing is known of the heap then.
[[nodiscard]] PauseCurve pause_curve(const PauseFindings& findings);

}  // namespace libheap
