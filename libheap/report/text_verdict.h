#pragma once

// The verdict as text: the headline, why, the line to paste, and what else is
// wrong, a line each.

#include <string>

#include "libheap/analysis/findings.h"
#include "libheap/report/text_style.h"

namespace libheap {

[[nodiscard]] std::string verdict_text(const Findings& findings,
                                       const TextStyle& style);

}  // namespace libheap
