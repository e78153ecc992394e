#pragma once

// What is wrong with a heap, worst first: a table of small rules over the
// findings. A rule only says that its problem is there; the words, the evidence
// it quotes and the code that cures it are report/verdict's.
//
// Definitions and thresholds: docs/analyses.md, "Verdict".

#include <vector>

#include "libheap/analysis/findings.h"

namespace libheap {

enum class Problem : uint8_t {
  kFragmented,      // a request failed although enough was free
  kExhausted,       // a request failed for lack of memory
  kTooLarge,        // a request asked for more than the heap holds
  kCollectOff,      // a request failed with automatic collection off
  kLocked,          // requests came while the heap was locked
  kLeak,            // some line holds ever more after collects
  kLittleHeadroom,  // after a collect most of the heap was still in use
  kNoThreshold,     // the collector only ran when the heap was full
  kIdleCollects,    // gc.collect() was called and found next to nothing
};
// "fragmented", "exhausted", "too_large", ...
[[nodiscard]] std::string_view name_of(Problem problem);

// Live after a collect, as a share of the heap.
inline constexpr double kLittleHeadroomShare = 0.75;
// Explicit collects that freed less than a hundredth of what was used: of all
// explicit ones, and at least so many.
inline constexpr double kIdleShare = 0.1;
inline constexpr uint64_t kFewestIdle = 3;

[[nodiscard]] std::vector<Problem> problems(const Findings& findings);

// The failures a problem is about, of those that are kept; none for a problem
// of another kind. A failure belongs to one problem.
[[nodiscard]] std::vector<const FailedAllocation*> failures_of(
    const Findings& findings, Problem problem);

// What grows so slowly that a run this many times as long is no trouble, is
// none.
inline constexpr uint64_t kLeakHorizon = 20;
// Whose objects there are ever more of after collects, and soon too many; what
// held most first.
[[nodiscard]] std::vector<const LiveTrend*> leaks(const Findings& findings);
// What snapshots say of an origin that grows: null where there are not two,
// or it did not grow between them, or has no line.
[[nodiscard]] const GrowthRow* growth_of(const Findings& findings,
                                         const Origin& origin);

// The heap's size when it was largest: some grow and shrink.
[[nodiscard]] uint64_t most_blocks(const Findings& findings);

}  // namespace libheap
