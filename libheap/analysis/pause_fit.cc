#include "libheap/analysis/pause_fit.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "libheap/analysis/heap_content_fit.h"
#include "libheap/analysis/nnls.h"
#include "libheap/analysis/pause_bars.h"
#include "libheap/model/pause_profiles.h"

namespace libheap {
namespace {

using Pauses = std::vector<const MeasuredPause*>;

// Where the prior is 0 a price is held to it as if it were this small.
constexpr double kSmallPrice = 0.1;

std::vector<double> row_of(const PauseTerms& amounts, bool marking,
                           bool sweeping, double weight) {
  std::vector<double> row;
  for (const PauseTermName& one : pause_terms()) {
    const bool counts = one.marking ? marking : sweeping;
    row.push_back(counts ? weight * amounts.*one.term : 0);
  }
  return row;
}

void add_pause(LinearSystem& system, const MeasuredPause& pause,
               const HeapContent& content) {
  if (!pause.state.rescan_passes || pause.total_us <= 0) return;
  const PauseTerms amounts =
      pause_amounts(content, pause.state, *pause.state.rescan_passes);
  const double weight = 1 / pause.total_us;
  if (pause.mark_us && pause.sweep_us) {
    system.add(row_of(amounts, true, false, weight), *pause.mark_us * weight);
    system.add(row_of(amounts, false, true, weight), *pause.sweep_us * weight);
  } else {
    system.add(row_of(amounts, true, true, weight), 1);
  }
}

void add_prior(LinearSystem& system, const PauseTerms& prior, double strength) {
  const std::span<const PauseTermName> terms = pause_terms();
  for (size_t i = 0; i < terms.size(); ++i) {
    const double known = prior.*terms[i].term;
    const double weight = strength / (known > 0 ? known : kSmallPrice);
    std::vector<double> row(terms.size(), 0);
    row[i] = weight;
    system.add(row, weight * known);
  }
}

Pauses of_release(const Pauses& pauses, const std::string& release) {
  Pauses found;
  for (const MeasuredPause* pause : pauses) {
    if (pause->release == release) found.push_back(pause);
  }
  return found;
}

Pauses without_group(const Pauses& pauses, const std::string& group) {
  Pauses found;
  for (const MeasuredPause* pause : pauses) {
    if (pause->group != group) found.push_back(pause);
  }
  return found;
}

// The release before it in the table, else the one after; itself if alone.
std::string neighbour(const std::set<std::string>& releases,
                      const std::string& release) {
  const auto at = releases.find(release);
  if (at != releases.begin()) return *std::prev(at);
  return std::next(at) == releases.end() ? release : *std::next(at);
}

class TableFit {
 public:
  TableFit(std::span<const MeasuredPause> pauses, std::string board,
           uint64_t clock_hz)
      : board_(std::move(board)), clock_hz_(clock_hz) {
    for (const MeasuredPause& pause : pauses) {
      all_.push_back(&pause);
      releases_.insert(pause.release);
    }
  }

  [[nodiscard]] PauseFit run();

 private:
  [[nodiscard]] PauseTerms terms_without(const std::string& release,
                                         const std::string& group) const;
  void judge_group(const std::string& group);
  void set_bars(PauseFit& fit) const;

  std::string board_;
  uint64_t clock_hz_;
  Pauses all_;
  std::set<std::string> releases_;
  std::vector<JudgedPause> judged_;
};

// "" leaves nothing out.
PauseTerms TableFit::terms_without(const std::string& release,
                                   const std::string& group) const {
  const HeapContent content;  // visits are counted
  const std::string beside = neighbour(releases_, release);
  PauseTerms prior = builtin_pause_profile(parse_release(beside)).cost;
  if (beside != release) {
    prior =
        fit_pause_terms(of_release(all_, beside), content, prior, kWeakPrior);
  }
  const Pauses own = of_release(all_, release);
  return fit_pause_terms(group.empty() ? own : without_group(own, group),
                         content, prior, kWeakPrior);
}

PauseEstimate predicted(const PauseProfile& profile, PauseState state,
                        bool counted) {
  if (!counted) state.visits.reset();
  return predict_pause(profile, state);
}

void TableFit::judge_group(const std::string& group) {
  const Pauses others = without_group(all_, group);
  const HeapContent content =
      fit_heap_content(others, builtin_pause_profiles().back().content);
  std::map<std::string, PauseProfile> profiles;
  for (const std::string& release : releases_) {
    profiles[release].cost = terms_without(release, group);
    profiles[release].content =
        with_booted(of_release(others, release), content);
  }
  for (const MeasuredPause* pause : all_) {
    if (pause->group != group) continue;
    const PauseProfile& profile = profiles[pause->release];
    judged_.push_back({pause, predicted(profile, pause->state, true),
                       predicted(profile, pause->state, false)});
  }
}

double marking_of(const PauseEstimate& estimate) {
  return estimate.parts.mark() - estimate.parts.roots;
}

// --- Bars ------------------------------------------------------------------

bool has_rescans(const JudgedPause& one) {
  return one.measured->state.rescan_passes.value_or(0) > 0;
}

using Bars = std::map<std::string, double>;

Bars bars_of(std::span<const JudgedPause> judged,
             PauseEstimate JudgedPause::*which,
             const std::function<bool(const JudgedPause&)>& chosen) {
  std::vector<Residual> residuals;
  for (const JudgedPause& one : judged) {
    if (!chosen(one)) continue;
    const PauseEstimate& estimate = one.*which;
    residuals.push_back(
        {one.measured->group, std::abs(estimate.us - one.measured->total_us) /
                                  marking_of(estimate)});
  }
  return bars_by_group(residuals);
}

void widen(PauseEstimate& estimate, double share) {
  const double half = share * marking_of(estimate);
  estimate.low_us = std::max(0.0, estimate.us - half);
  estimate.high_us = estimate.us + half;
}

void TableFit::set_bars(PauseFit& fit) const {
  const auto all = [](const JudgedPause&) { return true; };
  const auto one_round = [](const JudgedPause& one) {
    return !has_rescans(one);
  };
  const Bars counted = bars_of(judged_, &JudgedPause::counted, all);
  const Bars estimated = bars_of(judged_, &JudgedPause::estimated, one_round);
  const Bars rescans = bars_of(judged_, &JudgedPause::estimated, has_rescans);
  for (JudgedPause& one : fit.judged) {
    const std::string& group = one.measured->group;
    widen(one.counted, counted.at(group));
    widen(one.estimated, (has_rescans(one) ? rescans : estimated).at(group));
  }
  for (PauseProfile& profile : fit.profiles) {
    profile.bars = {counted.at(""), estimated.at(""), rescans.at(""), 1};
  }
}

PauseFit TableFit::run() {
  std::set<std::string> groups;
  for (const MeasuredPause* pause : all_) groups.insert(pause->group);
  for (const std::string& group : groups) judge_group(group);
  const HeapContent content =
      fit_heap_content(all_, builtin_pause_profiles().back().content);
  PauseFit fit;
  for (const std::string& release : releases_) {
    PauseProfile profile;
    profile.name = board_ + "-" + release;
    profile.release = release;
    profile.clock_hz = clock_hz_;
    profile.cost = terms_without(release, "");
    profile.content = with_booted(of_release(all_, release), content);
    fit.profiles.push_back(std::move(profile));
  }
  fit.judged = judged_;
  set_bars(fit);
  return fit;
}

}  // namespace

PauseTerms fit_pause_terms(std::span<const MeasuredPause* const> pauses,
                           const HeapContent& content, const PauseTerms& prior,
                           double prior_strength) {
  const std::span<const PauseTermName> terms = pause_terms();
  LinearSystem system(terms.size());
  for (const MeasuredPause* pause : pauses) {
    add_pause(system, *pause, content);
  }
  add_prior(system, prior, prior_strength);
  const std::vector<double> solved = non_negative_least_squares(system);
  PauseTerms result;
  for (size_t i = 0; i < terms.size(); ++i) result.*terms[i].term = solved[i];
  return result;
}

PauseFit fit_pause_profiles(std::span<const MeasuredPause> pauses,
                            const std::string& board, uint64_t clock_hz) {
  return TableFit(pauses, board, clock_hz).run();
}

}  // namespace libheap
