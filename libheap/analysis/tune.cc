#include "libheap/analysis/tune.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "libheap/analysis/failures.h"
#include "libheap/analysis/snapshot_observers.h"
#include "libheap/analysis/tune_facts.h"
#include "libheap/simulate/build_workload.h"
#include "libheap/simulate/lifetimes.h"
#include "libheap/simulate/narrowing.h"

namespace libheap {

namespace {

// Quiet for this share of an iteration, and so long: the loop waits. Shorter,
// it is computing: sleeps are of milliseconds.
constexpr double kWaitingShare = 0.25;
constexpr double kLeastWaitUs = 1000;

// --- What is gone by --------------------------------------------------------

RateOrigin origin_of(LoopFoundBy found) {
  switch (found) {
    case LoopFoundBy::kTicks:
      return RateOrigin::kTicks;
    case LoopFoundBy::kLabel:
      return RateOrigin::kLabel;
    case LoopFoundBy::kPeriod:
      return RateOrigin::kPeriod;
    case LoopFoundBy::kNothing:
      return RateOrigin::kNone;
  }
  return RateOrigin::kNone;
}

void set_rate(const ProgramLoop& loop, const TuneOptions& options,
              TuneInputs& inputs) {
  if (options.iterations_per_second) {
    inputs.iterations_per_second = options.iterations_per_second;
    inputs.rate_origin = RateOrigin::kGiven;
  } else if (loop.period_us) {
    inputs.iterations_per_second = 1e6 / *loop.period_us;
    inputs.rate_origin = origin_of(loop.found_by);
  }
}

// A loop that waits somewhere keeps a pace, and a pause longer than an
// iteration breaks it. One that goes round as fast as it can is only slower.
// Not every time around: after a collect there may be nothing left to wait.
bool keeps_a_pace(const TuneTrace& trace, const TuneInputs& inputs) {
  if (inputs.rate_origin == RateOrigin::kGiven) return true;
  if (!inputs.iterations_per_second) return false;
  const double waiting = std::max(
      kLeastWaitUs, kWaitingShare * 1e6 / *inputs.iterations_per_second);
  return std::any_of(trace.seams.seams.begin(), trace.seams.seams.end(),
                     [&](const QuietSeam& seam) {
                       return seam.count * 2 >= trace.loop.iterations &&
                              static_cast<double>(seam.gap_p99_us) >= waiting;
                     });
}

void set_budget(const TuneTrace& trace, const TuneOptions& options,
                TuneInputs& inputs) {
  if (options.pause_budget_us) {
    inputs.pause_budget_us = options.pause_budget_us;
    inputs.budget_origin = BudgetOrigin::kGiven;
  } else if (keeps_a_pace(trace, inputs)) {
    inputs.pause_budget_us = 1e6 / *inputs.iterations_per_second;
    inputs.budget_origin = BudgetOrigin::kLoopPeriod;
  }
}

TuneInputs inputs_of(const TuneTrace& trace, const TuneOptions& options) {
  const ProgramLoop& loop = trace.loop;
  const double block = trace.workload.config.block_bytes;
  TuneInputs inputs;
  set_rate(loop, options, inputs);
  set_budget(trace, options, inputs);
  if (loop.found_by != LoopFoundBy::kNothing) {
    inputs.alloc_bytes_per_iteration = loop.blocks * block;
    inputs.requested_bytes_per_iteration = loop.requested_bytes;
  }
  const bool beats = loop.found_by == LoopFoundBy::kTicks ||
                     loop.found_by == LoopFoundBy::kLabel;
  inputs.loop_bytes =
      (beats ? loop.blocks * static_cast<double>(loop.iterations)
             : static_cast<double>(loop.all_blocks)) *
      block;
  if (inputs.alloc_bytes_per_iteration && inputs.iterations_per_second) {
    inputs.alloc_bytes_per_second =
        *inputs.alloc_bytes_per_iteration * *inputs.iterations_per_second;
  } else if (loop.blocks_per_second) {
    inputs.alloc_bytes_per_second = *loop.blocks_per_second * block;
  }
  inputs.largest_given = options.largest_bytes.has_value();
  inputs.largest_request_bytes =
      options.largest_bytes.value_or(loop.largest_request_bytes);
  inputs.margin = options.margin;
  inputs.need_bytes = std::max(inputs.alloc_bytes_per_iteration.value_or(0),
                               static_cast<double>(loop.largest_request_bytes));
  return inputs;
}

// --- What is tried ----------------------------------------------------------

// What a collect of the recording left, in the middle.
uint64_t live_bytes(const TuneTrace& trace) {
  std::vector<uint64_t> live;
  for (const Pause& pause : trace.pauses.pauses) {
    live.push_back(pause.state.live_blocks);
  }
  if (live.empty()) return 0;
  std::sort(live.begin(), live.end());
  return live[live.size() / 2] * trace.workload.config.block_bytes;
}

// The recorded setting among the trials, once.
void add_recorded(const WhatIf& recorded, std::vector<Trial>& trials) {
  const auto same =
      std::find_if(trials.begin(), trials.end(), [&](const Trial& trial) {
        const bool off =
            trial.settings.threshold == SimulationSettings::Threshold::kOff;
        return recorded.threshold_bytes
                   ? !off && trial.settings.threshold_bytes ==
                                 *recorded.threshold_bytes
                   : off;
      });
  if (same != trials.end()) {
    same->settings = SimulationSettings{};
    same->names.push_back("recorded");
  } else {
    trials.push_back({SimulationSettings{}, {"recorded"}});
  }
}

bool by_threshold(const Candidate& a, const Candidate& b) {
  return a.answer.threshold_bytes.value_or(UINT64_MAX) <
         b.answer.threshold_bytes.value_or(UINT64_MAX);
}

std::vector<Candidate> try_thresholds(const TuneTrace& trace,
                                      const TuneInputs& inputs,
                                      const WhatIfOptions& how,
                                      uint32_t steps_per_octave) {
  const WhatIf recorded =
      what_if(trace.workload, {SimulationSettings{}}, how).front();
  std::vector<Trial> trials = threshold_trials(
      trace.workload, recorded.pool_bytes,
      std::min(live_bytes(trace), recorded.pool_bytes), steps_per_octave);
  add_recorded(recorded, trials);
  std::vector<SimulationSettings> settings;
  for (const Trial& trial : trials) settings.push_back(trial.settings);
  std::vector<WhatIf> answers = what_if(trace.workload, settings, how);
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < trials.size(); ++i) {
    candidates.push_back(
        judged(std::move(answers[i]), std::move(trials[i].names), inputs));
  }
  std::stable_sort(candidates.begin(), candidates.end(), by_threshold);
  return candidates;
}

// Collects every so many ticks, and no others; only where there are ticks.
std::vector<ManualCandidate> try_manual(const TuneTrace& trace,
                                        const TuneInputs& inputs,
                                        const WhatIfOptions& how) {
  constexpr std::array<uint64_t, 12> kEvery = {1,   2,   5,   10,   20,   50,
                                               100, 200, 500, 1000, 2000, 5000};
  if (trace.loop.found_by != LoopFoundBy::kTicks) return {};
  std::vector<SimulationSettings> settings;
  for (const uint64_t every : kEvery) {
    if (every * kLeastCollects > trace.loop.iterations) break;
    SimulationSettings one;
    one.threshold = SimulationSettings::Threshold::kOff;
    one.collect_every_ticks = every;
    settings.push_back(one);
  }
  std::vector<WhatIf> answers = what_if(trace.workload, settings, how);
  std::vector<ManualCandidate> tried;
  for (size_t i = 0; i < answers.size(); ++i) {
    ManualCandidate one;
    one.every = settings[i].collect_every_ticks;
    const Bracket& failed = answers[i].failed_allocations;
    const Bracket& run = answers[i].min_largest_free_run_bytes;
    const double room = inputs.room_bytes();
    const bool unforced = answers[i].estimate.exhausted_collects == 0;
    one.serves = unforced && failed.high == 0 && run.low >= room;
    one.serves_by_estimate = unforced && serves_by_estimate(answers[i], inputs);
    one.answer = std::move(answers[i]);
    tried.push_back(std::move(one));
  }
  return tried;
}

// --- How sure it is ---------------------------------------------------------

std::string refusal_of(const TuneTrace& trace, const TuneInputs& inputs,
                       const std::vector<Candidate>& candidates) {
  if (trace.workload.recorded.collects.empty()) {
    return "No collect was recorded, so nothing is known of how long objects "
           "live, and any threshold would be a guess. Capture again with "
           "mpheap.start(granule=2048), or let the capture end with "
           "gc.collect().";
  }
  const bool tried = std::any_of(
      candidates.begin(), candidates.end(),
      [](const Candidate& one) { return one.tried && one.above_need; });
  if (!tried) {
    return "The trace is too short: its loop allocates " +
           std::to_string(std::llround(inputs.loop_bytes)) +
           " bytes, too few for three collects under any threshold worth "
           "trying. Capture it for longer.";
  }
  return {};
}

void add_limits(const TuneTrace& trace, const TunePauses& pauses,
                TuneFindings& found) {
  std::vector<std::string>& limits = found.limits;
  limits = trace.workload.limits;
  if (trace.workload.recorded.last_us == Event::kNoTime) {
    limits.push_back(
        "the trace has no times: rates, quiet windows and the share of time "
        "in collects are not known");
  }
  if (found.inputs.rate_origin == RateOrigin::kPeriod) {
    limits.push_back("the loop was found by its period, " +
                     std::to_string(std::llround(trace.loop.requests)) +
                     " requests; mpheap.tick() would make it certain");
  } else if (trace.loop.found_by == LoopFoundBy::kNothing) {
    limits.push_back(
        "no loop was found; call mpheap.tick() once around it, or give --rate");
  }
  if (found.inputs.budget_origin == BudgetOrigin::kNone &&
      found.inputs.iterations_per_second) {
    limits.push_back(
        "the loop does not wait anywhere, so no pause is too long for it; "
        "--pause-budget says what is");
  }
  if (pauses.known_by() == PausesKnownBy::kProfile) {
    limits.push_back("pauses are predicted by the profile " +
                     pauses.profile().name +
                     "; none was measured to compare with");
  } else if (pauses.known_by() == PausesKnownBy::kScaled) {
    limits.push_back("pauses are predicted by the profile " +
                     pauses.profile().name + ", scaled to the " +
                     std::to_string(pauses.measured()) + " measured");
  }
}

// Too wide to choose by, or too little seen.
Confidence confidence_in(const TuneFindings& found, bool narrow_asked) {
  if (!found.advice.strategy) return Confidence::kNone;
  if (found.by_estimate_only) return Confidence::kLow;
  const bool pauses_count = found.inputs.pause_budget_us.has_value();
  const bool measured = found.pauses_known_by == PausesKnownBy::kMeasured ||
                        found.pauses_known_by == PausesKnownBy::kUser;
  const bool wide = found.choice && narrow_asked &&
                    too_wide(found.candidates[*found.choice].answer);
  const int doubts = (wide ? 1 : 0) + (pauses_count && !measured ? 1 : 0) +
                     (found.limits.size() > 2 ? 1 : 0);
  if (doubts == 0) return Confidence::kHigh;
  return doubts == 1 ? Confidence::kMedium : Confidence::kLow;
}

ChosenProfile chosen_profile(const TuneTrace& trace,
                             const TuneOptions& options) {
  if (!options.profile) return choose_builtin(trace.pauses, options.clock_hz);
  ChosenProfile chosen;
  chosen.profile = *options.profile;
  chosen.origin = ProfileOrigin::kFile;
  return chosen;
}

void choose_threshold(TuneFindings& found) {
  found.choice = largest_fit(found.candidates, /*by_estimate=*/false);
  if (found.choice) return;
  found.choice = largest_fit(found.candidates, /*by_estimate=*/true);
  found.by_estimate_only = found.choice.has_value();
}

// What to do until the program is rewritten: as if any pause would do.
void choose_meanwhile(TuneFindings& found) {
  const bool rewrite = found.advice.strategy == Strategy::kPreallocate ||
                       found.advice.strategy == Strategy::kSmallerHeap;
  if (rewrite && !found.choice) {
    found.meanwhile = largest_whatever_pause(found.candidates, found.inputs);
  }
}

void conclude(const TuneTrace& trace, const TunePauses& pauses,
              const WhatIfOptions& how, TuneFindings& found) {
  AdviceFacts facts = facts_of(trace, pauses, found);
  if (wants_smaller_heap(facts)) {
    try_smaller_heaps(trace.workload, found.inputs, how, facts);
  }
  found.advice = advise(facts);
  found.advice.refusal = refusal_of(trace, found.inputs, found.candidates);
  if (!found.advice.refusal.empty()) {
    found.advice.strategy.reset();
    found.advice.threshold_bytes.reset();
    found.advice.code.clear();
  }
  choose_meanwhile(found);
  add_limits(trace, pauses, found);
  std::vector<WhatIf> chosen;
  if (found.choice) chosen = {found.candidates[*found.choice].answer};
  const auto recorded = std::find_if(
      found.candidates.begin(), found.candidates.end(), [](const Candidate& c) {
        return std::find(c.names.begin(), c.names.end(), "recorded") !=
               c.names.end();
      });
  const auto narrow =
      how_to_narrow(trace.workload, recorded->answer.estimate, chosen);
  if (narrow) found.limits.push_back(*narrow);
  found.advice.confidence = confidence_in(found, narrow.has_value());
}

}  // namespace

TuneTrace read_for_tune(EventSource& source) {
  SnapshotObservers seen({});
  PauseAnalysis pauses(&seen.marks);
  LoopAnalysis loop;
  QuietSeamAnalysis seams;
  HotPathAnalysis hot;
  FailureAnalysis failures;
  const std::array<ReplayObserver*, 6> observers = {
      &seen.all, &pauses, &loop, &seams, &hot, &failures};
  TuneTrace trace;
  trace.workload = build_workload(source, observers);
  estimate_deaths(trace.workload);
  trace.pauses = pauses.trace();
  trace.loop = loop.loop();
  trace.seams = seams.findings();
  trace.hot = hot.path();
  trace.locked_requests = failures.findings().locked;
  return trace;
}

TuneFindings tune(const TuneTrace& trace, const TuneOptions& options) {
  const ChosenProfile chosen = chosen_profile(trace, options);
  const TunePauses pauses(trace.pauses, chosen, trace.workload.config,
                          trace.workload.header.mark_stack_entries);
  WhatIfOptions how;
  how.pauses = &pauses;
  how.threads = options.threads;
  how.progress = options.progress;
  TuneFindings found;
  found.workload = trace.workload.header.workload;
  found.release = trace.workload.header.release;
  found.inputs = inputs_of(trace, options);
  found.candidates =
      try_thresholds(trace, found.inputs, how, options.steps_per_octave);
  choose_threshold(found);
  if (trace.seams.timed) found.manual = try_manual(trace, found.inputs, how);
  found.loop = trace.loop;
  found.seams = trace.seams;
  found.hot = trace.hot;
  for (HotLine& line : found.hot.lines) {
    if (!found.inputs.alloc_bytes_per_iteration) break;
    line.bytes_per_iteration =
        line.share * *found.inputs.alloc_bytes_per_iteration;
  }
  found.pauses_known_by = pauses.known_by();
  found.pauses_measured = pauses.measured();
  found.profile = pauses.profile().name;
  found.snapshots = chosen.snapshots;
  conclude(trace, pauses, how, found);
  return found;
}

}  // namespace libheap
