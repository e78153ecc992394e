#pragma once

// `mpheap pauses` on the terminal.

#include <string>
#include <vector>

#include "libheap/analysis/pause_curve.h"
#include "libheap/analysis/pause_findings.h"
#include "libheap/analysis/state_predictions.h"
#include "libheap/report/text_style.h"

namespace libheap {

[[nodiscard]] std::string pauses_text(const PauseFindings& findings,
                                      const TextStyle& style);
// The part of `mpheap report`: a few lines; "" for a trace without times.
[[nodiscard]] std::string pauses_in_short(const PauseFindings& findings,
                                          const TextStyle& style);
[[nodiscard]] std::string pause_curve_text(const PauseFindings& findings,
                                           const PauseCurve& curve,
                                           const TextStyle& style);
// `scores` has one for each Given that the table allows.
[[nodiscard]] std::string states_text(
    const StatePredictions& predictions,
    const std::vector<StatePredictions>& scores, const TextStyle& style);
// What a fit to a table learnt, and how it fared with what was left out.
[[nodiscard]] std::string pause_fit_text(const PauseFit& fit,
                                         const TextStyle& style);
// The prices of profiles, side by side.
[[nodiscard]] std::string pause_prices_text(
    const std::vector<PauseProfile>& profiles, const TextStyle& style);

}  // namespace libheap
