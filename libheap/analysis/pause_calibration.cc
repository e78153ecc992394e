#include "libheap/analysis/pause_calibration.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "libheap/analysis/pause_bars.h"
#include "libheap/analysis/pause_fit.h"

namespace libheap {
namespace {

// Begin and end are each known to 1 us.
constexpr double kClockResolution = 2;
constexpr size_t kParts = 5;

using Pauses = std::vector<const MeasuredPause*>;

double measured_to_predicted(const PauseProfile& profile,
                             const Pauses& pauses) {
  std::vector<double> ratios;
  for (const MeasuredPause* pause : pauses) {
    ratios.push_back(pause->total_us / predict_pause(profile, pause->state).us);
  }
  std::sort(ratios.begin(), ratios.end());
  return ratios[ratios.size() / 2];
}

PauseTerms fitted(const PauseProfile& start, const Pauses& pauses) {
  const PauseTerms prior =
      scaled(start.cost, measured_to_predicted(start, pauses));
  return fit_pause_terms(pauses, start.content, prior, kFirmPrior);
}

Pauses without(const std::vector<MeasuredPause>& pauses,
               const std::string& group) {
  Pauses rest;
  for (const MeasuredPause& pause : pauses) {
    if (pause.group != group) rest.push_back(&pause);
  }
  return rest;
}

double bar_share(const PauseProfile& start,
                 const std::vector<MeasuredPause>& pauses) {
  std::set<std::string> groups;
  for (const MeasuredPause& pause : pauses) groups.insert(pause.group);
  std::vector<Residual> residuals;
  for (const std::string& group : groups) {
    PauseProfile others = start;
    others.cost = fitted(start, without(pauses, group));
    for (const MeasuredPause& pause : pauses) {
      if (pause.group != group) continue;
      const PauseEstimate estimate = predict_pause(others, pause.state);
      const double marking =
          std::max(1.0, estimate.parts.mark() - estimate.parts.roots);
      residuals.push_back(
          {group, std::abs(estimate.us - pause.total_us) / marking});
    }
  }
  return bars_by_group(residuals).at("");
}

}  // namespace

std::vector<MeasuredPause> measured_in(
    const std::vector<PauseFindings>& traces) {
  std::vector<MeasuredPause> measured;
  for (size_t trace = 0; trace < traces.size(); ++trace) {
    const std::vector<JudgedTracePause>& pauses = traces[trace].pauses;
    for (size_t i = 0; i < pauses.size(); ++i) {
      const JudgedTracePause& one = pauses[i];
      if (!one.mark_us || !one.sweep_us || one.pause.total_us() == 0) continue;
      MeasuredPause pause;
      pause.release = traces[trace].trace.release;
      pause.group = traces.size() > 1
                        ? "trace " + std::to_string(trace)
                        : "part " + std::to_string(i * kParts / pauses.size());
      pause.state = one.pause.state;
      pause.mark_us = one.mark_us;
      pause.sweep_us = one.sweep_us;
      pause.total_us = static_cast<double>(one.pause.total_us());
      measured.push_back(std::move(pause));
    }
  }
  return measured;
}

ChosenProfile calibrate(const std::vector<PauseFindings>& traces,
                        const ChosenProfile& start, const std::string& name) {
  const std::vector<MeasuredPause> pauses = measured_in(traces);
  ChosenProfile chosen = start;
  if (pauses.size() < kPausesToFit) {
    chosen.too_few = pauses.size();
    chosen.asked_to_fit = true;
    return chosen;
  }
  PauseProfile& profile = chosen.profile;
  profile.name = name;
  profile.release = traces.front().trace.release;
  profile.cost = fitted(start.profile, without(pauses, ""));
  profile.bars = {};
  profile.bars.estimated_share = bar_share(start.profile, pauses);
  profile.bars.counted_share = profile.bars.estimated_share;
  profile.bars.rescans_share = profile.bars.estimated_share;
  profile.bars.at_least_us = kClockResolution;
  chosen.origin = ProfileOrigin::kFitted;
  return chosen;
}

}  // namespace libheap
