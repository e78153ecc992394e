#include "libheap/analysis/tune_pauses.h"

#include <algorithm>
#include <vector>

#include "libheap/analysis/pause_calibration.h"

namespace libheap {

namespace {

// As often as it overflowed in the trace; by the rule of succession, so that
// few pauses say little.
void expect_overflow(const PauseFindings& found, PauseProfile& profile) {
  size_t known = 0;
  for (const JudgedTracePause& one : found.pauses) {
    known += one.pause.split() ? 1 : 0;
  }
  if (known < kPausesToJudge) return;
  profile.content.overflow_chance =
      (static_cast<double>(found.overflowed) + 0.5) /
      (static_cast<double>(known) + 1);
}

}  // namespace

TunePauses::TunePauses(const PauseTrace& trace, const ChosenProfile& chosen,
                       const HeapConfig& heap, uint32_t mark_stack_entries) {
  PauseFindings found = judge_pauses(trace, chosen);
  PauseProfile profile = chosen.profile;
  measured_ = found.figures.timed;
  longest_us_ = static_cast<double>(found.figures.pause_us.max);
  if (chosen.origin == ProfileOrigin::kFile) {
    known_by_ = PausesKnownBy::kUser;
  } else if (found.verdict == ProfileVerdict::kSuits) {
    known_by_ = PausesKnownBy::kMeasured;
  } else if (measured_ >= kPausesToFit) {
    known_by_ = PausesKnownBy::kMeasured;
    profile = calibrate({found}, chosen, "fitted").profile;
  } else if (measured_ != 0) {
    known_by_ = PausesKnownBy::kScaled;
    compare(found);
  }
  expect_overflow(found, profile);
  model_.emplace(std::move(profile), heap, mark_stack_entries);
}

void TunePauses::compare(const PauseFindings& found) {
  std::vector<double> ratios;
  for (const JudgedTracePause& one : found.pauses) {
    if (!one.pause.timed() || one.predicted.us <= 0) continue;
    ratios.push_back(static_cast<double>(one.pause.total_us()) /
                     one.predicted.us);
  }
  if (ratios.empty()) return;
  std::sort(ratios.begin(), ratios.end());
  factor_ = ratios[ratios.size() / 2];
  least_ = ratios.front();
  most_ = ratios.back();
}

PauseRange TunePauses::pause_of(const SimulatedCollect& collect) const {
  PauseRange range = model_->pause_of(collect);
  range.low_us = std::min(range.low_us * factor_, range.estimate_us * least_);
  range.high_us = std::max(range.high_us * factor_, range.estimate_us * most_);
  range.estimate_us *= factor_;
  return range;
}

}  // namespace libheap
