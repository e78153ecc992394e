#pragma once

// PauseFindings: all that is said of the pauses of a trace, beside what a
// profile predicts for each and what each was made of.
//
// Rescan passes are found from time: marking ends, the sweep's time is known,
// and what is left beyond half a pass is passes. Their number is then part of
// the state the prediction is made for, so a prediction says "given that the
// mark stack overflowed".

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libheap/analysis/graph_findings.h"
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
  uint64_t snapshots = 0;     // whose objects its content was counted in; 0:
                              // averages over programs
  bool asked_to_fit = false;  // but there were only so many pauses:
  size_t too_few = 0;
};

// How measured pauses lie beside their predictions.
enum class ProfileVerdict : uint8_t {
  kUntested,  // too few measured pauses to tell
  kSuits,
  kOff,  // too many pauses outside their bars
};

// Where the amounts of a prediction's marking come from.
enum class PredictedFrom : uint8_t {
  kSnapshot,  // replayed on the snapshot taken in this collect
  kCarried,   // replayed on an earlier one, carried here by the events
  kContent,   // averages of what snapshots of the trace hold
  kProfile,   // averages of the profile
};
inline constexpr size_t kPredictedFromKinds = 4;

struct JudgedTracePause {
  Pause pause;
  PredictedFrom from = PredictedFrom::kProfile;
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
  // The snapshot whose collect takes longest, with what another mark stack
  // would change; the caller's.
  std::optional<GraphFindings> longest_snapshot;
};

// Fewer pauses say nothing of a profile.
inline constexpr size_t kPausesToJudge = 8;
// Beyond 95 % bars lies one in twenty; a profile is off where four times as
// many do.
inline constexpr double kLeastCoverage = 0.80;

// The built-in one for the trace, at the clock it says, or `clock_hz` if that
// is not 0; with what the trace's snapshots say of the program.
[[nodiscard]] ChosenProfile choose_builtin(const PauseTrace& trace,
                                           uint64_t clock_hz);

// Of the listed pauses, indexed by PredictedFrom.
[[nodiscard]] std::array<uint64_t, kPredictedFromKinds> count_sources(
    const PauseFindings& findings);

[[nodiscard]] PauseFindings judge_pauses(PauseTrace trace,
                                         const ChosenProfile& chosen);

}  // namespace libheap
