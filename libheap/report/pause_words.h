#pragma once

// Pauses in words: what one was made of and what to do about it, which profile
// predicted it and how far to trust that.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/analysis/pause_findings.h"

namespace libheap {

struct PausePart {
  std::string name;  // "rescans"
  double us = 0;
  double share = 0;  // of the pause
};

// What a prediction is made of, the largest part first; without parts of 0.
[[nodiscard]] std::vector<PausePart> parts_of(const PauseEstimate& estimate);

// The largest part of a pause, and what makes it smaller.
[[nodiscard]] std::string pause_advice(const JudgedTracePause& pause,
                                       const std::string& release);

// "rp2040-v1.23.0, built in, measured on this release at 125 MHz".
[[nodiscard]] std::string profile_words(const ChosenProfile& chosen,
                                        const std::string& release);

// Whose averages an estimate takes, by the trace's snapshots: "snapshots",
// "profile": --json.
[[nodiscard]] std::string_view content_from(uint64_t snapshots);

// For pauses that were not recorded.
[[nodiscard]] std::string estimated_from_snapshots(uint64_t snapshots);

// How many predictions are replayed on snapshots and how many estimated; ""
// for a trace without snapshots.
[[nodiscard]] std::string prediction_sources(const PauseFindings& findings);

// What speaks against trusting the predictions; empty if nothing.
[[nodiscard]] std::vector<std::string> profile_warnings(
    const PauseFindings& findings);

// "snapshot", "carried", "content", "profile": --json.
[[nodiscard]] std::string_view name_of(PredictedFrom from);
// "built-in", "nearest", "file", "fitted": --json.
[[nodiscard]] std::string_view name_of(ProfileOrigin origin);

}  // namespace libheap
