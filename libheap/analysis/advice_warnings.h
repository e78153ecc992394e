#pragma once

// Anti-patterns: habits that cost a program, whatever its strategy.

#include <vector>

#include "libheap/analysis/advice.h"

namespace libheap {

[[nodiscard]] std::vector<AdviceWarning> advice_warnings(
    const AdviceFacts& facts);

}  // namespace libheap
