#include "libheap/analysis/problems.h"

#include <algorithm>

namespace libheap {

namespace {

bool is_too_large(const Findings& findings, const FailedAllocation& one) {
  return one.verdict == FailureVerdict::kTooLarge ||
         one.blocks > most_blocks(findings);
}

Problem problem_of(const Findings& findings, const FailedAllocation& one) {
  if (is_too_large(findings, one)) return Problem::kTooLarge;
  if (one.collect_off) return Problem::kCollectOff;
  return one.verdict == FailureVerdict::kFragmented ? Problem::kFragmented
                                                    : Problem::kExhausted;
}

bool has_little_headroom(const Findings& findings) {
  return static_cast<double>(findings.collects.live_after_max) >
         kLittleHeadroomShare * static_cast<double>(most_blocks(findings));
}

// Not where the tuner found that the program is best left as it is.
bool has_no_threshold(const Findings& findings) {
  if (findings.tune && findings.tune->advice.strategy == Strategy::kDefaults) {
    return false;
  }
  const auto& by_cause = findings.collects.by_cause;
  return by_cause[static_cast<size_t>(CollectCause::kThreshold)] == 0 &&
         by_cause[static_cast<size_t>(CollectCause::kExhausted)] != 0;
}

bool has_idle_collects(const Findings& findings) {
  const CollectFindings& collects = findings.collects;
  const uint64_t all =
      collects.by_cause[static_cast<size_t>(CollectCause::kExplicit)];
  return collects.idle_explicit >= kFewestIdle &&
         static_cast<double>(collects.idle_explicit) >=
             kIdleShare * static_cast<double>(all);
}

bool has(const Findings& findings, Problem problem) {
  switch (problem) {
    case Problem::kLocked:
      return findings.failures.locked != 0;
    case Problem::kLeak:
      return !leaks(findings).empty();
    case Problem::kLittleHeadroom:
      return has_little_headroom(findings);
    case Problem::kNoThreshold:
      return has_no_threshold(findings);
    case Problem::kIdleCollects:
      return has_idle_collects(findings);
    default:
      return !failures_of(findings, problem).empty();
  }
}

}  // namespace

std::string_view name_of(Problem problem) {
  switch (problem) {
    case Problem::kFragmented:
      return "fragmented";
    case Problem::kExhausted:
      return "exhausted";
    case Problem::kTooLarge:
      return "too_large";
    case Problem::kCollectOff:
      return "collect_off";
    case Problem::kLocked:
      return "locked";
    case Problem::kLeak:
      return "leak";
    case Problem::kLittleHeadroom:
      return "little_headroom";
    case Problem::kNoThreshold:
      return "no_threshold";
    case Problem::kIdleCollects:
      break;
  }
  return "idle_collects";
}

std::vector<Problem> problems(const Findings& findings) {
  std::vector<Problem> list;
  for (const Problem problem :
       {Problem::kFragmented, Problem::kExhausted, Problem::kTooLarge,
        Problem::kCollectOff, Problem::kLocked, Problem::kLeak,
        Problem::kLittleHeadroom, Problem::kNoThreshold,
        Problem::kIdleCollects}) {
    if (has(findings, problem)) list.push_back(problem);
  }
  return list;
}

std::vector<const FailedAllocation*> failures_of(const Findings& findings,
                                                 Problem problem) {
  std::vector<const FailedAllocation*> list;
  for (const FailedAllocation& one : findings.failures.first) {
    if (problem_of(findings, one) == problem) list.push_back(&one);
  }
  return list;
}

std::vector<const LiveTrend*> leaks(const Findings& findings) {
  std::vector<const LiveTrend*> list;
  const uint64_t horizon = kLeakHorizon * findings.proof.events;
  for (const LiveTrend& trend : findings.fragmentation.trends.origins) {
    if (trend.verdict != LiveVerdict::kGrows) continue;
    if (trend.events_until_full.value_or(0) <= horizon) list.push_back(&trend);
  }
  return list;
}

const GrowthRow* growth_of(const Findings& findings, const Origin& origin) {
  if (!findings.graph || !findings.graph->growth) return nullptr;
  if (origin.site == SiteTable::kUnknown) return nullptr;
  const SiteRecord& line = findings.fragmentation.sites[origin.site];
  for (const GrowthRow& row : findings.graph->growth->rows) {
    const SiteRecord& site = row.grown.site;
    if (row.grown.type.empty() && site.file == line.file &&
        site.line == line.line && site.function == line.function) {
      return &row;
    }
  }
  return nullptr;
}

uint64_t most_blocks(const Findings& findings) {
  uint64_t most = findings.heap.blocks;
  for (const HeapSample& sample : findings.over_time.samples) {
    most = std::max(most, sample.total_blocks);
  }
  return most;
}

}  // namespace libheap
