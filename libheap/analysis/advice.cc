#include "libheap/analysis/advice.h"

#include <array>

#include "libheap/analysis/advice_rules.h"
#include "libheap/analysis/advice_warnings.h"

namespace libheap {

namespace {

// A pause that takes less of an iteration is not worth placing by hand.
constexpr double kNoticeableShare = 0.25;
constexpr double kWorthPreallocating = 0.5;  // of what the loop allocates

bool fits(const Advice& advice, Strategy strategy) {
  return advice.rules[static_cast<size_t>(strategy)].verdict ==
         RuleVerdict::kFits;
}

// More than one fits: is the pause worth a place of its own?
bool gap_decides(const AdviceFacts& facts) {
  return !facts.budget_given && facts.threshold_pause &&
         facts.pause_budget_us && facts.gap_p99_us > 0 &&
         facts.threshold_pause->high_us >
             kNoticeableShare * *facts.pause_budget_us &&
         facts.gap_p99_us >= facts.threshold_pause->high_us;
}

std::optional<Strategy> choose(const AdviceFacts& facts, Advice& advice) {
  if (!facts.any_leaves_room) {
    advice.tie_breaker = "room";
    return Strategy::kPreallocate;
  }
  if (fits(advice, Strategy::kDefaults)) return Strategy::kDefaults;
  const bool own = collects_by_itself(facts) && facts.off_leaves_room &&
                   fits(advice, Strategy::kManual);
  if (own) return Strategy::kManual;
  if (fits(advice, Strategy::kThreshold)) {
    if (fits(advice, Strategy::kManual) && gap_decides(facts)) {
      advice.tie_breaker = "gap";
      return Strategy::kManual;
    }
    return Strategy::kThreshold;
  }
  if (fits(advice, Strategy::kManual)) return Strategy::kManual;
  const bool promising = facts.top_share >= kWorthPreallocating;
  if (fits(advice, Strategy::kSmallerHeap) && !promising) {
    return Strategy::kSmallerHeap;
  }
  if (fits(advice, Strategy::kPreallocate)) return Strategy::kPreallocate;
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Strategy strategy) {
  constexpr std::array<std::string_view, 5> kNames = {
      "defaults", "threshold", "manual", "preallocate", "smaller_heap"};
  return kNames[static_cast<size_t>(strategy)];
}

std::string_view name_of(RuleVerdict verdict) {
  constexpr std::array<std::string_view, 3> kNames = {"fits", "does_not_fit",
                                                      "unknown"};
  return kNames[static_cast<size_t>(verdict)];
}

std::string_view name_of(Confidence confidence) {
  constexpr std::array<std::string_view, 4> kNames = {"none", "low", "medium",
                                                      "high"};
  return kNames[static_cast<size_t>(confidence)];
}

Advice advise(const AdviceFacts& facts) {
  Advice advice;
  advice.rules = strategy_rules(facts);
  advice.warnings = advice_warnings(facts);
  advice.strategy = choose(facts, advice);
  if (!advice.strategy) return advice;
  advice.code = advice.rules[static_cast<size_t>(*advice.strategy)].code;
  if (advice.strategy == Strategy::kThreshold) {
    advice.threshold_bytes = facts.threshold_bytes;
  }
  return advice;
}

}  // namespace libheap
