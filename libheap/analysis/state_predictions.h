#pragma once

// Predictions for a table of heap states, scored where it has measured pauses.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libheap/analysis/pause_fit.h"
#include "libheap/analysis/pause_states.h"

namespace libheap {

// What a prediction may know of a row, beside the heap's objects and blocks.
enum class Given : uint8_t {
  kHeap,    // nothing
  kPasses,  // how many rescan passes there were
  kCounts,  // and what marking looked at, where the table has that
};

struct StatePrediction {
  PauseStateRow row;
  std::string profile;
  PauseEstimate predicted;
};

struct StatePredictions {
  Given given = Given::kCounts;
  std::vector<StatePrediction> rows;
  std::optional<PauseScore> all;         // of measured rows
  std::optional<PauseScore> one_round;   // of those without rescan passes
  std::optional<double> worst_sweep_us;  // sweep alone, measured - predicted
};

// With the one of `profiles` that suits a row's release best; without any,
// with the built-in ones.
[[nodiscard]] StatePredictions predict_states(
    const std::vector<PauseStateRow>& rows,
    std::span<const PauseProfile> profiles, Given given);

// The one measured on `release`, else on one of the same collector, else the
// first. `profiles` is not empty.
[[nodiscard]] const PauseProfile& profile_for(
    std::span<const PauseProfile> profiles, const std::string& release);

// How well a fit predicts what was left out of it.
struct LeftOutScore {
  std::string group;  // "" is all rows
  PauseScore counted;
  PauseScore estimated;
  PauseScore one_round_counted;  // rows without rescan passes
  PauseScore one_round_estimated;
};
// Each group, then all.
[[nodiscard]] std::vector<LeftOutScore> left_out_scores(const PauseFit& fit);

}  // namespace libheap
