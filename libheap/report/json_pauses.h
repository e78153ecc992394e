#pragma once

// The --json documents of `mpheap pauses`. Field by field: docs/tools.md.

#include <string>

#include "libheap/analysis/pause_curve.h"
#include "libheap/analysis/pause_findings.h"
#include "libheap/analysis/state_predictions.h"

namespace libheap {

// "mpheap.pauses/1"; with a curve if there is one.
[[nodiscard]] std::string pauses_json(const PauseFindings& findings,
                                      const PauseCurve& curve);
// "mpheap.pauses-states/1"
[[nodiscard]] std::string states_json(const StatePredictions& predictions);
// "mpheap.pauses-calibration/1"
[[nodiscard]] std::string pause_fit_json(const PauseFit& fit);

}  // namespace libheap
