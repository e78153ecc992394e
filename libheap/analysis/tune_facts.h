#pragma once

// From what was tried to what the rules of advice.h go by.

#include <string>

#include "libheap/analysis/tune.h"

namespace libheap {

[[nodiscard]] AdviceFacts facts_of(const TuneTrace& trace,
                                   const TunePauses& pauses,
                                   const TuneFindings& found);

// Only where the sweep dominates and the pause is over the budget is it worth
// the time.
[[nodiscard]] bool wants_smaller_heap(const AdviceFacts& facts);
// Three quarters, half and a quarter of the heap; notes the largest that
// serves within the budget.
void try_smaller_heaps(const Workload& workload, const TuneInputs& inputs,
                       const WhatIfOptions& how, AdviceFacts& facts);

// "control.py:24 (step)", "tick()", "label "idle"", as in code.
[[nodiscard]] std::string place_text(const SiteRecord& site);
[[nodiscard]] std::string place_text(const SeamPlace& place);
// "after control.py:24 (step), before mpheap.tick()"
[[nodiscard]] std::string seam_text(const QuietSeam& seam);

}  // namespace libheap
