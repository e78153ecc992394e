#pragma once

// Is a what-if answer too wide to act on, and what capture would narrow it?
//
// The brackets are as wide as the recorded collects are far apart: between two
// of them nothing is known of when objects died. A calibration capture runs
// the same program with a low threshold, so that the collects are close
// together. docs/analyses.md, "Calibration captures".

#include <optional>
#include <string>
#include <vector>

#include "libheap/simulate/what_if.h"

namespace libheap {

// The bracket of the peak or of what a collect leaves, relative to its
// estimate, from which on an answer is too wide to choose by.
inline constexpr double kTooWide = 0.25;

[[nodiscard]] bool too_wide(const WhatIf& answer);

// Blocks allocated between two recorded collects, on average; all there are
// where none was recorded.
[[nodiscard]] uint64_t blocks_between_collects(const Workload& workload,
                                               const SimulationRun& recorded);

// What to run, in words; nothing if no answer is too wide, or if the trace
// already is such a capture.
[[nodiscard]] std::optional<std::string> how_to_narrow(
    const Workload& workload, const SimulationRun& recorded,
    const std::vector<WhatIf>& answers);

}  // namespace libheap
