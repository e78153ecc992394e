#include "libheap/analysis/tune_facts.h"

#include <algorithm>

#include "libheap/analysis/advice_rules.h"
#include "libheap/base/in_quotes.h"

namespace libheap {

namespace {

// By the estimated deaths: how long, and how long at most.
std::optional<LikelyPause> likely(const WhatIf& answer) {
  if (!answer.max_pause_us) return std::nullopt;
  const PauseRange& pause = answer.estimate.longest_pause;
  return LikelyPause{pause.estimate_us, pause.high_us};
}

// Whatever the deaths.
std::optional<LikelyPause> worst(const WhatIf& answer) {
  if (!answer.max_pause_us) return std::nullopt;
  return LikelyPause{answer.max_pause_us->estimate, answer.max_pause_us->high};
}

void add_recording(const TuneTrace& trace, const TuneFindings& found,
                   AdviceFacts& facts) {
  const PauseTotals all = trace.pauses.totals();
  facts.explicit_collects =
      all.by_cause[static_cast<size_t>(CollectCause::kExplicit)];
  facts.idle_explicit = all.idle_explicit;
  // One that ends the capture is no habit.
  if (all.count != 0 && all.last_cause == CollectCause::kExplicit) {
    --facts.explicit_collects;
  }
  if (trace.loop.iterations != 0) {
    facts.explicit_per_iteration =
        static_cast<double>(facts.explicit_collects) /
        static_cast<double>(trace.loop.iterations);
  }
  facts.locked_requests = trace.locked_requests;
  for (const Candidate& one : found.candidates) {
    if (std::find(one.names.begin(), one.names.end(), "recorded") !=
        one.names.end()) {
      facts.recorded_threshold = one.answer.threshold_bytes;
    }
  }
}

void add_candidates(const TuneFindings& found, AdviceFacts& facts) {
  for (const Candidate& one : found.candidates) {
    const double room = one.answer.min_largest_free_run_bytes.estimate;
    const bool by_estimate = one.answer.failed_allocations.estimate == 0 &&
                             room >= found.inputs.room_bytes();
    facts.any_leaves_room = facts.any_leaves_room || by_estimate;
    facts.best_room_bytes = std::max(facts.best_room_bytes, room);
    if (!one.answer.threshold_bytes) {
      facts.off_serves = one.serves;
      facts.off_leaves_room = one.leaves_room;
      facts.off_pause = likely(one.answer);
      const SimulationRun& run = one.answer.estimate;
      facts.off_tried = one.tried || run.allocated_blocks >=
                                         kLeastCollects * run.total_blocks;
    }
    const auto pause = likely(one.answer);
    if (pause && one.tried && one.above_need &&
        (!facts.shortest_pause ||
         pause->high_us < facts.shortest_pause->high_us)) {
      facts.shortest_pause = pause;
    }
  }
  if (!found.choice) return;
  const WhatIf& chosen = found.candidates[*found.choice].answer;
  facts.threshold_bytes = chosen.threshold_bytes;
  facts.threshold_by_estimate = found.by_estimate_only;
  facts.threshold_pause =
      found.by_estimate_only ? likely(chosen) : worst(chosen);
  facts.threshold_room_bytes = found.by_estimate_only
                                   ? chosen.min_largest_free_run_bytes.estimate
                                   : chosen.min_largest_free_run_bytes.low;
  facts.threshold_collects = chosen.collects.estimate;
}

void add_rates(const TuneFindings& found, AdviceFacts& facts) {
  const TuneInputs& inputs = found.inputs;
  facts.iterations_per_second = inputs.iterations_per_second;
  facts.alloc_bytes_per_iteration = inputs.alloc_bytes_per_iteration;
  facts.alloc_bytes_per_second = inputs.alloc_bytes_per_second;
  facts.pause_budget_us = inputs.pause_budget_us;
  facts.budget_given = inputs.budget_origin == BudgetOrigin::kGiven;
  facts.largest_request_bytes = inputs.largest_request_bytes;
  facts.need_bytes = inputs.need_bytes;
  const WhatIf& off = found.candidates.back().answer;
  const double live =
      off.live_after_collect_bytes ? off.live_after_collect_bytes->estimate : 0;
  if (inputs.alloc_bytes_per_second && *inputs.alloc_bytes_per_second > 0) {
    facts.seconds_to_full =
        std::max(0.0, static_cast<double>(off.pool_bytes) - live) /
        *inputs.alloc_bytes_per_second;
  }
}

// The largest interval that serves, and what it costs.
void add_manual(const TuneFindings& found, AdviceFacts& facts) {
  const bool certain =
      std::any_of(found.manual.begin(), found.manual.end(),
                  [](const ManualCandidate& one) { return one.serves; });
  for (const ManualCandidate& one : found.manual) {
    if (certain ? !one.serves : !one.serves_by_estimate) continue;
    facts.collect_every = one.every;
    facts.manual_pause = likely(one.answer);
  }
}

void add_seams(const TuneTrace& trace, AdviceFacts& facts) {
  facts.timed = trace.seams.timed;
  facts.gap_p99_us = static_cast<double>(trace.seams.gap_p99_us);
  if (trace.seams.seams.empty()) return;
  const QuietSeam& quietest = trace.seams.seams.front();
  facts.seam = seam_text(quietest);
  facts.seam_p01_us = static_cast<double>(quietest.gap_p01_us);
}

std::string size_text(const HotLine& line) {
  if (line.n_bytes == 0) return "requests of several sizes";
  return "requests of " + std::to_string(line.n_bytes) + " bytes";
}

void add_hot_path(const HotPath& hot, AdviceFacts& facts) {
  for (const HotLine& line : hot.lines) {
    if (line.kind != ObjectKind::kUnknown) facts.top_share += line.share;
  }
  if (hot.lines.empty()) return;
  const HotLine& first = hot.lines.front();
  const std::string at = place_text(first.place);
  facts.hot_line = at.empty() ? size_text(first) : at;
  facts.hot_share = first.share;
  facts.hot_code =
      "# " + facts.hot_line + "\n" + std::string(remedy_for(first.kind).code);
}

// Of the pauses the trace has, by the profile.
std::optional<double> sweep_share(const TuneTrace& trace,
                                  const TunePauses& pauses) {
  double sweep = 0;
  double total = 0;
  for (const Pause& pause : trace.pauses.pauses) {
    const PauseEstimate one = predict_pause(pauses.profile(), pause.state);
    sweep += one.parts.sweep;
    total += one.parts.total();
  }
  if (total <= 0) return std::nullopt;
  return sweep / total;
}

}  // namespace

std::string place_text(const SiteRecord& site) {
  std::string text;
  if (!site.file.empty()) text = site.file + ":" + std::to_string(site.line);
  if (!site.function.empty()) {
    text += text.empty() ? site.function : " (" + site.function + ")";
  }
  return text.empty() ? site.runtime : text;
}

std::string place_text(const SeamPlace& place) {
  switch (place.kind) {
    case SeamPlace::Kind::kTick:
      return "mpheap.tick()";
    case SeamPlace::Kind::kLabel:
      return "mpheap.label(" + in_quotes(place.label) + ")";
    case SeamPlace::Kind::kCollect:
      return "gc.collect()";
    case SeamPlace::Kind::kRequest:
      break;
  }
  const std::string site = place_text(place.site);
  return site.empty() ? "an allocation" : site;
}

std::string seam_text(const QuietSeam& seam) {
  return "after " + place_text(seam.before) + ", before " +
         place_text(seam.after);
}

AdviceFacts facts_of(const TuneTrace& trace, const TunePauses& pauses,
                     const TuneFindings& found) {
  AdviceFacts facts;
  add_recording(trace, found, facts);
  add_candidates(found, facts);
  add_rates(found, facts);
  add_manual(found, facts);
  add_seams(trace, facts);
  add_hot_path(trace.hot, facts);
  facts.sweep_share = sweep_share(trace, pauses);
  return facts;
}

bool wants_smaller_heap(const AdviceFacts& facts) {
  return facts.sweep_share.value_or(0) > kSweepDominates &&
         !in_budget(facts, facts.shortest_pause);
}

void try_smaller_heaps(const Workload& workload, const TuneInputs& inputs,
                       const WhatIfOptions& how, AdviceFacts& facts) {
  const SimulatedHeap heap = simulated_heap(workload, {});
  std::vector<SimulationSettings> settings;
  for (const uint64_t quarters : {3, 2, 1}) {
    SimulationSettings one;
    one.heap_bytes = (heap.end - heap.start) / 4 * quarters;
    settings.push_back(one);
  }
  for (const WhatIf& answer : what_if(workload, settings, how)) {
    const bool serves = answer.failed_allocations.high == 0 &&
                        answer.max_pause_us && inputs.pause_budget_us &&
                        answer.max_pause_us->high <= *inputs.pause_budget_us;
    if (!serves) continue;
    facts.smaller_heap_bytes = answer.heap_bytes;
    facts.smaller_heap_pause = likely(answer);
    return;
  }
}

}  // namespace libheap
