#pragma once

// Fitting a pause profile to measured pauses, and judging it by pauses it has
// not seen.
//
// Prices are fitted per release by least squares of relative errors, none
// negative, towards a profile that is known already (`prior`): so weakly that
// what the pauses say of a price decides, and strongly enough that a price
// they say nothing of (nothing was ever freed, no mark stack overflowed) is
// the known one.
//
// What programs hold (HeapContent) is averaged over groups of pauses: programs
// of one shape, one trace. Each group counts the same, however many pauses it
// has.
//
// The error bars come from groups left out in turn: prices and content are
// fitted without the group, its pauses predicted, and the bars are the share
// of marking that 95 % of all errors stay below. As groups differ, that share
// is raised until 95 % of the pauses lie in bars found without their group
// (cross-conformal prediction). docs/analyses.md, "Pauses".

#include <span>
#include <string>
#include <vector>

#include "libheap/analysis/measured_pause.h"
#include "libheap/analysis/pause_score.h"

namespace libheap {

// How firmly the fit holds on to the prior, as the relative error of a pause
// that weighs as much as a price twice its prior.
inline constexpr double kWeakPrior = 1e-7;  // exact measurements
inline constexpr double kFirmPrior = 0.1;   // times of 1 us, estimated amounts

// The prices of the pauses' (one) release and clock. Pauses without a known
// number of rescan passes say nothing.
[[nodiscard]] PauseTerms fit_pause_terms(
    std::span<const MeasuredPause* const> pauses, const HeapContent& content,
    const PauseTerms& prior, double prior_strength);

// A pause beside what a profile that has not seen it predicts.
struct JudgedPause {
  const MeasuredPause* measured = nullptr;
  PauseEstimate counted;    // given the amounts; as `estimated` without
  PauseEstimate estimated;  // given the heap and the rescan passes only
};

struct PauseFit {
  std::vector<PauseProfile> profiles;  // one per release, sorted by name
  std::vector<JudgedPause> judged;     // groups left out in turn
};

// Profiles for a table of measured pauses with counted visits, of any number
// of releases at one clock. Their names begin with `board`. The prior of a
// release is the nearest other one of the table, else the built-in.
// The pauses must outlive the result.
[[nodiscard]] PauseFit fit_pause_profiles(std::span<const MeasuredPause> pauses,
                                          const std::string& board,
                                          uint64_t clock_hz);

}  // namespace libheap
