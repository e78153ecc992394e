#include "libheap/analysis/pause_findings.h"

#include <algorithm>
#include <cmath>

#include "libheap/model/pause_profiles.h"

namespace libheap {
namespace {

// What writing a collect's records takes, which is within a traced pause: 26
// to 50 us, 70 to 100 with a snapshot, whatever the heap holds
// (tests/micropython/real_pauses.py).
constexpr double kTracedUs = 50;
constexpr double kTracedSnapshotUs = 100;

// The speeds of marking and sweeping agree this well.
constexpr double kAlike = 1.3;

double us_between(uint64_t from, uint64_t to) {
  return static_cast<double>(to - from);
}

double median(std::vector<double> values) {
  if (values.empty()) return 1;
  const auto middle =
      values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double part_us(const PauseProfile& profile, PauseState state, uint32_t passes,
               double PauseParts::*part) {
  state.rescan_passes = passes;
  return predict_pause(profile, state).parts.*part;
}

// In one round.
double mark_us(const PauseProfile& profile, PauseState state) {
  state.rescan_passes = 0;
  return predict_pause(profile, state).parts.mark();
}

double sweep_us(const PauseProfile& profile, const PauseState& state) {
  return part_us(profile, state, 0, &PauseParts::sweep) +
         part_us(profile, state, 0, &PauseParts::finalisers);
}

// How much slower this processor is than the profile says.
//
// Without rescan passes, what follows marking is the sweep, whose time is known
// exactly; so such a pause tells the speed. It is known by marking being slower
// by about the same: what programs hold makes a sixth of difference there,
// while a rescan pass adds at least 0.6 of the sweep to what follows, and
// marking that is cut short by a full mark stack is quicker.
double speed_of(const PauseTrace& trace, const PauseProfile& profile) {
  std::vector<double> ratios;
  for (const Pause& pause : trace.pauses) {
    if (!pause.split() || pause.overflowed) continue;
    const double sweep = us_between(pause.mark_end_us, pause.end_us) /
                         sweep_us(profile, pause.state);
    const double mark = us_between(pause.begin_us, pause.mark_end_us) /
                        mark_us(profile, pause.state);
    if (sweep < kAlike * mark && mark < kAlike * sweep) ratios.push_back(sweep);
  }
  return median(std::move(ratios));
}

// The fewest rescan passes that take `left_us`. A pass walks the table and
// scans what is marked; what it finds it scans at once, and again where the
// walk comes by. So p passes scan everything up to p + 1 times.
uint32_t passes_in(double left_us, const PauseProfile& profile,
                   const PauseState& state, bool overflowed) {
  const double walk =
      static_cast<double>(state.total_blocks) * profile.cost.rescan_entry;
  const double scan = part_us(profile, state, 0, &PauseParts::objects) +
                      part_us(profile, state, 0, &PauseParts::words);
  if (left_us < walk / 2) return overflowed ? 1 : 0;
  const double passes = (left_us / kAlike - scan) / (walk + scan);
  return static_cast<uint32_t>(std::clamp(std::ceil(passes), 1.0, 1000.0));
}

// Divides the time after marking into rescans and sweep.
void split_time(JudgedTracePause& judged, const PauseProfile& profile,
                double speed) {
  Pause& pause = judged.pause;
  if (!pause.split()) {
    if (pause.overflowed) pause.state.rescan_passes = 1;
    if (pause.replayed) {
      pause.state.rescan_passes = pause.replayed->rescan_passes;
    }
    return;
  }
  const double after = us_between(pause.mark_end_us, pause.end_us);
  const double left = after - speed * sweep_us(profile, pause.state);
  const uint32_t passes =
      pause.replayed && !pause.replayed->carried
          ? pause.replayed->rescan_passes
          : passes_in(left / speed, profile, pause.state, pause.overflowed);
  pause.state.rescan_passes = passes;
  const double rescans = passes > 0 ? std::max(0.0, left) : 0;
  judged.rescan_us = rescans;
  judged.mark_us = us_between(pause.begin_us, pause.mark_end_us) + rescans;
  judged.sweep_us = after - rescans;
}

PredictedFrom source_of(const ChosenProfile& chosen, const Pause& pause) {
  if (pause.replayed) {
    return pause.replayed->carried ? PredictedFrom::kCarried
                                   : PredictedFrom::kSnapshot;
  }
  return chosen.snapshots != 0 ? PredictedFrom::kContent
                               : PredictedFrom::kProfile;
}

// Marking at the prices of its cycles, which are known better than those of a
// profile, if it is a built-in one.
void price_by_cycles(const PauseProfile& profile, const ReplayedMark& replayed,
                     PauseParts& parts) {
  const double us = 1e6 / static_cast<double>(profile.clock_hz);
  parts.roots = us * replayed.cycles.roots;
  parts.objects = us * replayed.cycles.objects;
  parts.words = us * replayed.cycles.words;
  parts.rescans = us * replayed.cycles.rescans;
}

PauseEstimate predict_replayed(const ChosenProfile& chosen,
                               const Pause& pause) {
  const PauseProfile& profile = chosen.profile;
  const ReplayedMark& replayed = *pause.replayed;
  PauseState state = pause.state;
  state.rescan_passes = replayed.rescan_passes;
  state.visits = replayed.visits;
  state.root_words = replayed.root_words;
  state.root_pointers = replayed.root_pointers;
  PauseEstimate estimate = predict_pause(profile, state);
  if (chosen.origin == ProfileOrigin::kBuiltin ||
      chosen.origin == ProfileOrigin::kNearest) {
    price_by_cycles(profile, replayed, estimate.parts);
  }
  estimate.us = estimate.parts.total();
  const double marking = estimate.parts.mark() - estimate.parts.roots;
  const double half =
      marking * replayed_share(profile.bars, replayed.rescan_passes != 0,
                               replayed.changed_share) +
      (replayed.carried ? kTracedUs : kTracedSnapshotUs);
  estimate.low_us = std::max(0.0, estimate.us - half);
  estimate.high_us = estimate.us + half;
  return estimate;
}

void judge_profile(PauseFindings& findings) {
  std::vector<PauseEstimate> estimates;
  std::vector<double> measured;
  std::vector<double> ratios;
  for (const JudgedTracePause& one : findings.pauses) {
    if (!one.pause.timed()) continue;
    estimates.push_back(one.predicted);
    measured.push_back(
        std::max(1.0, static_cast<double>(one.pause.total_us())));
    ratios.push_back(measured.back() / std::max(1.0, one.predicted.us));
  }
  findings.fit = score(estimates, measured);
  findings.measured_to_predicted = median(std::move(ratios));
  if (measured.size() < kPausesToJudge) return;
  findings.verdict = findings.fit.coverage < kLeastCoverage
                         ? ProfileVerdict::kOff
                         : ProfileVerdict::kSuits;
}

// The chance that a pause of this trace overflows, where times do not tell
// each one's.
void expect_overflow(PauseFindings& findings) {
  size_t known = 0;
  for (const JudgedTracePause& one : findings.pauses) {
    if (one.pause.state.rescan_passes) ++known;
  }
  if (known == 0) return;
  const double chance = (static_cast<double>(findings.overflowed) + 0.5) /
                        (static_cast<double>(known) + 1);
  for (JudgedTracePause& one : findings.pauses) {
    one.pause.state.overflow_chance = chance;
  }
}

}  // namespace

ChosenProfile choose_builtin(const PauseTrace& trace, uint64_t clock_hz) {
  const std::optional<Release> release = parse_release(trace.release);
  ChosenProfile chosen;
  chosen.profile = builtin_pause_profile(release);
  chosen.release_known = release.has_value();
  chosen.origin = release && parse_release(chosen.profile.release) == release
                      ? ProfileOrigin::kBuiltin
                      : ProfileOrigin::kNearest;
  const uint64_t hz = clock_hz != 0 ? clock_hz : trace.clock_hz;
  chosen.clock_known = hz != 0;
  chosen.snapshots = trace.content.snapshots();
  chosen.profile.content = trace.content.content(chosen.profile.content);
  if (hz != 0 && hz != chosen.profile.clock_hz) {
    chosen.profile.cost = scaled(
        chosen.profile.cost,
        static_cast<double>(chosen.profile.clock_hz) / static_cast<double>(hz));
    chosen.profile.clock_hz = hz;
  }
  return chosen;
}

std::array<uint64_t, kPredictedFromKinds> count_sources(
    const PauseFindings& findings) {
  std::array<uint64_t, kPredictedFromKinds> counts{};
  for (const JudgedTracePause& one : findings.pauses) {
    ++counts[static_cast<size_t>(one.from)];
  }
  return counts;
}

PauseFindings judge_pauses(PauseTrace trace, const ChosenProfile& chosen) {
  PauseFindings findings;
  findings.chosen = chosen;
  findings.all = trace.totals();
  trace.all = {};
  findings.figures = pause_figures(trace, findings.all);
  const double speed = speed_of(trace, chosen.profile);
  for (Pause& pause : trace.pauses) {
    JudgedTracePause judged;
    judged.freed_next_to_nothing = freed_next_to_nothing(pause);
    judged.pause = pause;
    split_time(judged, chosen.profile, speed);
    findings.overflowed +=
        judged.pause.state.rescan_passes.value_or(0) > 0 ? 1 : 0;
    findings.pauses.push_back(std::move(judged));
  }
  trace.pauses.clear();
  findings.trace = std::move(trace);
  expect_overflow(findings);
  for (JudgedTracePause& one : findings.pauses) {
    one.from = source_of(chosen, one.pause);
    one.predicted = one.pause.replayed
                        ? predict_replayed(chosen, one.pause)
                        : predict_pause(chosen.profile, one.pause.state);
  }
  judge_profile(findings);
  return findings;
}

}  // namespace libheap
