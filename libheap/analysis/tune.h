#pragma once

// Tuning: which gc.threshold, or which other strategy, fits a program.
//
//     const TuneTrace trace = read_for_tune(*source);
//     const TuneFindings found = tune(trace, {.pause_budget_us = 5000.0});
//
// Thresholds an eighth of an octave apart, the recorded one, "off", and what
// the documentation suggests are put to the recorded requests (what_if.h). A
// candidate fits if, in the worst case its bracket leaves open,
//
//     serves        no allocation fails
//     leaves room   the largest free run always covers the largest request
//                   of the loop, times a margin
//     in budget     the longest pause is within the budget
//     above need    it is not below what one iteration, or one request, takes
//     tried         the trace has at least kLeastCollects collects under it
//
// and the largest that fits is chosen. Where none does in the worst case but
// some do with the estimated deaths, the choice says so. Which strategy the
// choice belongs to is decided in advice.h. docs/analyses.md, "Tuning".
//
// Cost: that of what_if(): some 30 ns per request, candidate and core-third.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libheap/analysis/advice.h"
#include "libheap/analysis/hot_path.h"
#include "libheap/analysis/pause_findings.h"
#include "libheap/analysis/program_loop.h"
#include "libheap/analysis/quiet_seams.h"
#include "libheap/analysis/tune_candidates.h"
#include "libheap/analysis/tune_pauses.h"
#include "libheap/simulate/workload.h"
#include "libheap/trace/event_source.h"

namespace libheap {

// What a trace tells a tuner, read once.
struct TuneTrace {
  Workload workload;  // with deaths estimated
  PauseTrace pauses;
  ProgramLoop loop;
  QuietSeamFindings seams;
  HotPath hot;
  uint64_t locked_requests = 0;  // failed under the lock
};

struct TuneOptions {
  std::optional<double> pause_budget_us;
  std::optional<double> iterations_per_second;
  std::optional<uint64_t> largest_bytes;
  double margin = 1.25;
  uint32_t steps_per_octave = 8;
  std::optional<PauseProfile> profile;  // the user's
  uint64_t clock_hz = 0;                // 0: as the trace says
  unsigned threads = 0;
  std::function<void(size_t done, size_t of)> progress;
};

struct TuneFindings {
  std::string source;
  std::string workload;
  std::string release;
  TuneInputs inputs;
  std::vector<Candidate> candidates;  // by threshold; off last
  std::optional<size_t> choice;       // index of the threshold chosen
  bool by_estimate_only = false;      // the worst case has none that fits
  // Where the strategy means work and no threshold was chosen: the one that
  // does all but keep the pause within the budget.
  std::optional<size_t> meanwhile;
  std::vector<ManualCandidate> manual;
  Advice advice;
  ProgramLoop loop;
  QuietSeamFindings seams;
  HotPath hot;
  PausesKnownBy pauses_known_by = PausesKnownBy::kProfile;
  size_t pauses_measured = 0;
  std::string profile;
  uint64_t snapshots = 0;  // of the trace, by which pauses are estimated
  std::vector<std::string> limits;
};

[[nodiscard]] TuneTrace read_for_tune(EventSource& source);
[[nodiscard]] TuneFindings tune(const TuneTrace& trace,
                                const TuneOptions& options);

}  // namespace libheap
