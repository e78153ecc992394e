#pragma once

// The rules of the five strategies, one each; which is chosen where several
// fit is advice.h's.

#include <optional>
#include <vector>

#include "libheap/analysis/advice.h"

namespace libheap {

// So many explicit collects make a program one that collects by itself.
inline constexpr uint64_t kOwnCollects = 3;
// The sweep is what a pause is made of, from this share of it on.
inline constexpr double kSweepDominates = 0.5;

// All five, in the order of Strategy.
[[nodiscard]] std::vector<StrategyRule> strategy_rules(
    const AdviceFacts& facts);

[[nodiscard]] bool collects_by_itself(const AdviceFacts& facts);
// True too where there is no budget, or nothing is known of the pause.
[[nodiscard]] bool in_budget(const AdviceFacts& facts,
                             const std::optional<LikelyPause>& pause);

}  // namespace libheap
