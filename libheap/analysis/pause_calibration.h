#pragma once

// A pause profile for the user's own board, clock and firmware, fitted to the
// collects of their traces.
//
// A trace has times, but nobody counted what marking looked at. So the amounts
// are the estimates of HeapContent, and the prices are held firmly to those of
// the profile it starts from, brought to the speed of this board: what the
// trace tells apart is changed, what it does not stays in proportion. The bars
// come from traces left out in turn, or, of one trace, fifths of it.

#include <string>
#include <vector>

#include "libheap/analysis/measured_pause.h"
#include "libheap/analysis/pause_findings.h"

namespace libheap {

// Fewer pauses fit no profile.
inline constexpr size_t kPausesToFit = 20;

// The measured pauses of the traces, with their groups.
[[nodiscard]] std::vector<MeasuredPause> measured_in(
    const std::vector<PauseFindings>& traces);

// From what `start` predicts for the traces. With fewer than kPausesToFit it
// is `start` itself, and `too_few` says how many there were.
[[nodiscard]] ChosenProfile calibrate(const std::vector<PauseFindings>& traces,
                                      const ChosenProfile& start,
                                      const std::string& name);

}  // namespace libheap
