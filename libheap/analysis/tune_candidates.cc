#include "libheap/analysis/tune_candidates.h"

#include <algorithm>
#include <map>

namespace libheap {

namespace {

constexpr uint64_t kSmallest = 1024;  // bytes
constexpr uint64_t kOctaves = 8;      // at most, below the size of the heap

bool in_budget(const TuneInputs& inputs, double pause_us) {
  return !inputs.pause_budget_us || pause_us <= *inputs.pause_budget_us;
}

// What is allocated from one collect to the next: the threshold, as long as
// that is what they come by.
double bytes_apart(const WhatIf& answer) {
  const SimulationRun& run = answer.estimate;
  if (answer.threshold_bytes &&
      run.threshold_collects > run.exhausted_collects) {
    return static_cast<double>(*answer.threshold_bytes);
  }
  const double blocks =
      static_cast<double>(run.allocated_blocks) /
      static_cast<double>(std::max<uint64_t>(run.collects, 1));
  return blocks * static_cast<double>(answer.pool_bytes) /
         static_cast<double>(run.total_blocks);
}

void add_distance(const TuneInputs& inputs, Candidate& one) {
  if (one.answer.estimate.collects == 0) return;
  const double bytes = bytes_apart(one.answer);
  if (inputs.alloc_bytes_per_iteration.value_or(0) > 0) {
    one.iterations_apart = bytes / *inputs.alloc_bytes_per_iteration;
  }
  if (inputs.alloc_bytes_per_second.value_or(0) > 0) {
    one.seconds_apart = bytes / *inputs.alloc_bytes_per_second;
  }
}

template <typename Fits>
std::optional<size_t> last_threshold(const std::vector<Candidate>& candidates,
                                     const Fits& fits) {
  std::optional<size_t> found;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].answer.threshold_bytes && fits(candidates[i])) found = i;
  }
  return found;
}

}  // namespace

std::string_view name_of(BudgetOrigin origin) {
  switch (origin) {
    case BudgetOrigin::kNone:
      return "none";
    case BudgetOrigin::kGiven:
      return "given";
    case BudgetOrigin::kLoopPeriod:
      return "loop_period";
  }
  return "none";
}

std::string_view name_of(RateOrigin origin) {
  switch (origin) {
    case RateOrigin::kNone:
      return "none";
    case RateOrigin::kGiven:
      return "given";
    case RateOrigin::kTicks:
      return "ticks";
    case RateOrigin::kLabel:
      return "label";
    case RateOrigin::kPeriod:
      return "period";
  }
  return "none";
}

std::vector<Formula> threshold_formulas() {
  return {
      {"docs", "gc.threshold(gc.mem_free() // 4 + gc.mem_alloc())",
       [](uint64_t pool, uint64_t live) { return (pool - live) / 4 + live; }},
      {"boot", "gc.threshold((gc.mem_free() + gc.mem_alloc()) // 4)",
       [](uint64_t pool, uint64_t) { return pool / 4; }},
      {"quarter", "gc.threshold(gc.mem_free() // 4)",
       [](uint64_t pool, uint64_t live) { return (pool - live) / 4; }},
      {"half", "gc.threshold(gc.mem_free() // 2)",
       [](uint64_t pool, uint64_t live) { return (pool - live) / 2; }},
  };
}

// Steps are eighths (or so) of a power of two, which are round numbers too:
// 8192, 9216, 10240, ...
std::vector<Trial> threshold_trials(const Workload& workload,
                                    uint64_t pool_bytes, uint64_t live_bytes,
                                    uint32_t steps_per_octave) {
  const uint64_t block = workload.config.block_bytes;
  std::map<uint64_t, std::vector<std::string_view>> names;
  uint64_t octave = kSmallest;
  while (octave << kOctaves < pool_bytes) octave *= 2;
  for (; octave < pool_bytes; octave *= 2) {
    for (uint64_t i = 0; i < steps_per_octave; ++i) {
      const uint64_t bytes = octave + octave * i / steps_per_octave;
      if (bytes < pool_bytes) names[bytes / block * block];
    }
  }
  for (const Formula& formula : threshold_formulas()) {
    const uint64_t bytes = formula.bytes(pool_bytes, live_bytes);
    names[bytes / block * block].push_back(formula.name);
  }
  std::vector<Trial> trials;
  for (auto& [bytes, its_names] : names) {
    Trial trial;
    trial.settings.threshold = SimulationSettings::Threshold::kBytes;
    trial.settings.threshold_bytes = bytes;
    trial.names = std::move(its_names);
    trials.push_back(std::move(trial));
  }
  Trial off;
  off.settings.threshold = SimulationSettings::Threshold::kOff;
  off.names = {"off"};
  trials.push_back(std::move(off));
  return trials;
}

bool serves_by_estimate(const WhatIf& answer, const TuneInputs& inputs) {
  const double room = std::max(
      inputs.room_bytes(), kCaution * static_cast<double>(answer.pool_bytes));
  return answer.failed_allocations.estimate == 0 &&
         answer.min_largest_free_run_bytes.estimate >= room;
}

Candidate judged(WhatIf answer, std::vector<std::string_view> names,
                 const TuneInputs& inputs) {
  Candidate one;
  one.serves = answer.failed_allocations.high == 0;
  one.leaves_room =
      answer.min_largest_free_run_bytes.low >= inputs.room_bytes();
  one.in_budget =
      !answer.max_pause_us || in_budget(inputs, answer.max_pause_us->high);
  one.above_need =
      !answer.threshold_bytes ||
      static_cast<double>(*answer.threshold_bytes) >= inputs.need_bytes;
  const double between = static_cast<double>(
      answer.threshold_bytes.value_or(answer.pool_bytes / kLeastCollects));
  one.tried = answer.estimate.collects >= kLeastCollects &&
              inputs.loop_bytes >= between * kLeastCollects;
  one.fits_by_estimate =
      serves_by_estimate(answer, inputs) &&
      in_budget(inputs, answer.estimate.longest_pause.high_us) &&
      one.above_need && one.tried;
  one.answer = std::move(answer);
  one.names = std::move(names);
  add_distance(inputs, one);
  return one;
}

std::optional<size_t> largest_fit(const std::vector<Candidate>& candidates,
                                  bool by_estimate) {
  return last_threshold(candidates, [&](const Candidate& one) {
    return by_estimate ? one.fits_by_estimate : one.fits();
  });
}

std::optional<size_t> largest_whatever_pause(
    const std::vector<Candidate>& candidates, const TuneInputs& inputs) {
  const auto worth = [](const Candidate& one) {
    return one.above_need && one.tried;
  };
  const std::optional<size_t> certain =
      last_threshold(candidates, [&](const Candidate& one) {
        return worth(one) && one.serves && one.leaves_room;
      });
  if (certain) return certain;
  return last_threshold(candidates, [&](const Candidate& one) {
    return worth(one) && serves_by_estimate(one.answer, inputs);
  });
}

}  // namespace libheap
