#include "libheap/analysis/state_predictions.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "libheap/model/pause_profiles.h"

namespace libheap {
namespace {

// Traits tell collectors apart, so equal traits mean an equal collector.
bool same_collector(const std::string& one, const std::string& other) {
  const std::optional<Release> a = parse_release(one);
  const std::optional<Release> b = parse_release(other);
  if (!a || !b) return false;
  const ReleaseTraits x = traits_of(*a);
  const ReleaseTraits y = traits_of(*b);
  return x.last_used_block == y.last_used_block &&
         x.finalisers_first == y.finalisers_first;
}

PauseState known_part(PauseState state, Given given) {
  if (given != Given::kCounts) state.visits.reset();
  if (given == Given::kHeap) state.rescan_passes.reset();
  return state;
}

std::optional<PauseScore> score_rows(
    const std::vector<StatePrediction>& rows,
    const std::function<bool(const PauseState&)>& chosen) {
  std::vector<PauseEstimate> estimates;
  std::vector<double> measured;
  for (const StatePrediction& one : rows) {
    if (!one.row.measured || !chosen(one.row.pause.state)) continue;
    estimates.push_back(one.predicted);
    measured.push_back(one.row.pause.total_us);
  }
  if (measured.empty()) return std::nullopt;
  return score(estimates, measured);
}

PauseScore score_judged(
    const PauseFit& fit, PauseEstimate JudgedPause::*which,
    const std::function<bool(const MeasuredPause&)>& chosen) {
  std::vector<PauseEstimate> estimates;
  std::vector<double> measured;
  for (const JudgedPause& one : fit.judged) {
    if (!chosen(*one.measured)) continue;
    estimates.push_back(one.*which);
    measured.push_back(one.measured->total_us);
  }
  return score(estimates, measured);
}

LeftOutScore left_out_score(const PauseFit& fit, const std::string& group) {
  const auto any = [&](const MeasuredPause& pause) {
    return group.empty() || pause.group == group;
  };
  const auto one_round = [&](const MeasuredPause& pause) {
    return any(pause) && pause.state.rescan_passes == 0U;
  };
  return {group, score_judged(fit, &JudgedPause::counted, any),
          score_judged(fit, &JudgedPause::estimated, any),
          score_judged(fit, &JudgedPause::counted, one_round),
          score_judged(fit, &JudgedPause::estimated, one_round)};
}

}  // namespace

StatePredictions predict_states(const std::vector<PauseStateRow>& rows,
                                std::span<const PauseProfile> profiles,
                                Given given) {
  if (profiles.empty()) profiles = builtin_pause_profiles();
  StatePredictions result;
  result.given = given;
  for (const PauseStateRow& row : rows) {
    const PauseProfile& profile = profile_for(profiles, row.pause.release);
    StatePrediction one;
    one.row = row;
    one.profile = profile.name;
    one.predicted = predict_pause(profile, known_part(row.pause.state, given));
    if (row.measured && row.pause.sweep_us) {
      const double off =
          std::abs(one.predicted.parts.sweep + one.predicted.parts.finalisers -
                   *row.pause.sweep_us);
      result.worst_sweep_us = std::max(off, result.worst_sweep_us.value_or(0));
    }
    result.rows.push_back(std::move(one));
  }
  result.all = score_rows(result.rows, [](const PauseState&) { return true; });
  result.one_round = score_rows(result.rows, [](const PauseState& state) {
    return state.rescan_passes == 0U;
  });
  return result;
}

const PauseProfile& profile_for(std::span<const PauseProfile> profiles,
                                const std::string& release) {
  const auto find = [&](const auto& suits) {
    return std::find_if(profiles.begin(), profiles.end(), suits);
  };
  const std::optional<Release> wanted = parse_release(release);
  auto found = find([&](const PauseProfile& profile) {
    return wanted && parse_release(profile.release) == wanted;
  });
  if (found == profiles.end()) {
    found = find([&](const PauseProfile& profile) {
      return same_collector(profile.release, release);
    });
  }
  return found == profiles.end() ? profiles.front() : *found;
}

std::vector<LeftOutScore> left_out_scores(const PauseFit& fit) {
  std::set<std::string> groups;
  for (const JudgedPause& one : fit.judged) groups.insert(one.measured->group);
  std::vector<LeftOutScore> scores;
  for (const std::string& group : groups) {
    if (!group.empty()) scores.push_back(left_out_score(fit, group));
  }
  scores.push_back(left_out_score(fit, ""));
  return scores;
}

}  // namespace libheap
