#pragma once

// The proof behind a report as text: what was checked, and everything that
// did not fit, with its context.

#include <string>

#include "libheap/analysis/findings.h"
#include "libheap/report/text_style.h"

namespace libheap {

// One line: "Proven: 101,234 events, 0 divergences, ...".
[[nodiscard]] std::string proof_line(const Findings& findings,
                                     const TextStyle& style);

// Divergences with their context, damage and gaps; empty when there are none.
[[nodiscard]] std::string troubles_text(const Findings& findings,
                                        const TextStyle& style);

}  // namespace libheap
