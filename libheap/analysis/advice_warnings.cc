#include "libheap/analysis/advice_warnings.h"

namespace libheap {

namespace {

// An explicit collect every second iteration is a tight loop of them.
constexpr double kTight = 0.5;
constexpr uint64_t kLeastCollects = 8;
// As many collects as free nothing make a habit.
constexpr double kIdle = 0.5;

std::optional<AdviceWarning> collect_in_tight_loop(const AdviceFacts& facts) {
  if (facts.explicit_per_iteration < kTight ||
      facts.explicit_collects < kLeastCollects) {
    return std::nullopt;
  }
  return AdviceWarning{
      "collect_in_tight_loop",
      "gc.collect() is called nearly every time around the loop: each call "
      "costs a whole pause.",
      {{"explicit collects",
        EvidenceUnit::kCount,
        static_cast<double>(facts.explicit_collects),
        {}},
       {"per iteration",
        EvidenceUnit::kCount,
        facts.explicit_per_iteration,
        {}}},
      "Collect every so many iterations, at a quiet seam."};
}

std::optional<AdviceWarning> idle_collects(const AdviceFacts& facts) {
  const auto idle = static_cast<double>(facts.idle_explicit);
  const auto all = static_cast<double>(facts.explicit_collects);
  if (facts.idle_explicit < kLeastCollects || idle < kIdle * all) {
    return std::nullopt;
  }
  return AdviceWarning{
      "collect_frees_nothing",
      "Most calls of gc.collect() freed less than 1 % of what was used.",
      {{"freed next to nothing", EvidenceUnit::kCount, idle, {}},
       {"explicit collects", EvidenceUnit::kCount, all, {}}},
      "Leave them out, or call them where much has just been let go."};
}

std::optional<AdviceWarning> threshold_below_need(const AdviceFacts& facts) {
  if (!facts.recorded_threshold ||
      static_cast<double>(*facts.recorded_threshold) >= facts.need_bytes) {
    return std::nullopt;
  }
  return AdviceWarning{
      "threshold_below_need",
      "The program's threshold is below what one iteration, or one request, "
      "takes: it collects each time around.",
      {{"threshold",
        EvidenceUnit::kBytes,
        static_cast<double>(*facts.recorded_threshold),
        {}},
       {"need", EvidenceUnit::kBytes, facts.need_bytes, {}}},
      "Raise it to several iterations' worth."};
}

std::optional<AdviceWarning> allocates_under_lock(const AdviceFacts& facts) {
  if (facts.locked_requests == 0) return std::nullopt;
  return AdviceWarning{
      "allocates_under_lock",
      "Requests came while the heap was locked (a hard interrupt, a finaliser "
      "or micropython.heap_lock()): each is a MemoryError, however much is "
      "free.",
      {{"requests under the lock",
        EvidenceUnit::kCount,
        static_cast<double>(facts.locked_requests),
        {}}},
      "Pre-allocate what the handler needs, or hand over with "
      "micropython.schedule()."};
}

}  // namespace

std::vector<AdviceWarning> advice_warnings(const AdviceFacts& facts) {
  std::vector<AdviceWarning> warnings;
  for (const auto rule : {collect_in_tight_loop, idle_collects,
                          threshold_below_need, allocates_under_lock}) {
    if (auto warning = rule(facts)) warnings.push_back(std::move(*warning));
  }
  return warnings;
}

}  // namespace libheap
