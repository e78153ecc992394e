#pragma once

// PauseFindings: all that is said of the pauses of a trace, beside what a
// profile predicts for each and what each was made of.
//
// Rescan passes are found from time: marking ends, the sweep's time is known,
// and what is left beyond half a pass is passes. Their number is then part of
// the state the prediction is made for, so a prediction says "given that the
// mark stack overflowed".

#include <optional>
#include <string>
#include <vector>

#include "libheap/analysis/pause_figures.h"
#include "libheap/analysis/pause_score.h"
#include "libheap/analysis/pauses.h"

namespace libheap {

enum class ProfileOrigin : uint8_t {
  kBuiltin,  // measured on this release
  kNearest,  // built in, but measured on another release
  kFile,     // the user's
  kFitted,   // to the trace itself
};

struct ChosenProfile {
  PauseProfile profile;
  ProfileOrigin origin = ProfileOrigin::kBuiltin;
  bool clock_known = true;    // the trace or the user says which; else assumed
  bool release_known = true;  // the trace's release is one
  bool asked_to_fit = false;  // but there were only so many pauses:
  size_t too_few = 0;
};

// How measured pauses lie beside their predictions.
enum class ProfileVerdict : uint8_t {
  kUntested,  // too few measured pauses to tell
  kSuits,
  kOff,  // too many pauses outside their bars
};

struct JudgedTracePause {
  Pause pause;
  // As in a table of measured pauses: with rescans, and without finalisers'
  // time apart. Nothing where the trace has no times.
  std::optional<double> mark_us;
  std::optional<double> rescan_us;  // part of mark_us; found, not measured
  std::optional<double> sweep_us;
  PauseEstimate predicted;
  bool freed_next_to_nothing = false;  // explicit, and under 1 % of the blocks
};

struct PauseFindings {
  std::string source;
  PauseTrace trace;  // its pauses are in `pauses` instead
  PauseTotals all;
  std::vector<JudgedTracePause> pauses;  // one of trace.pause_stride
  PauseFigures figures;
  ChosenProfile chosen;
  PauseScore fit;
  ProfileVerdict verdict = ProfileVerdict::kUntested;
  double measured_to_predicted = 1;  // median
  uint64_t overflowed = 0;           // listed pauses with rescan passes
};

// Fewer pauses say nothing of a profile.
inline constexpr size_t kPausesToJudge = 8;
// Beyond 95 % bars lies one in twenty; a profile is off where four times as
// many do.
inline constexpr double kLeastCoverage = 0.80;

// The built-in one for the trace, at the clock it says, or `clock_hz` if that
// is not 0.
[[nodiscard]] ChosenProfile choose_builtin(const PauseTrace& trace,
                                           uint64_t clock_hz);

[[nodiscard]] PauseFindings judge_pauses(PauseTrace trace,
                                         const ChosenProfile& chosen);

}  // namespace libheap
