#pragma once

// The candidates of a tuning: what is tried, and what is asked of each.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/simulate/what_if.h"

namespace libheap {

// Collects under a candidate before the trace has tried it.
inline constexpr uint64_t kLeastCollects = 3;

enum class BudgetOrigin : uint8_t {
  kNone,        // no budget: any pause will do
  kGiven,       // by the user
  kLoopPeriod,  // a pause no longer than one iteration
};
enum class RateOrigin : uint8_t { kNone, kGiven, kTicks, kLabel, kPeriod };
[[nodiscard]] std::string_view name_of(BudgetOrigin origin);
[[nodiscard]] std::string_view name_of(RateOrigin origin);

// Where only the estimate speaks for a candidate, this share of the heap must
// stay free in one piece besides.
inline constexpr double kCaution = 0.25;

// What a tuning goes by, and where each figure is from.
struct TuneInputs {
  std::optional<double> pause_budget_us;
  BudgetOrigin budget_origin = BudgetOrigin::kNone;
  // Whole blocks, as the counter behind gc.threshold counts.
  std::optional<double> alloc_bytes_per_iteration;
  std::optional<double> requested_bytes_per_iteration;
  std::optional<double> iterations_per_second;
  RateOrigin rate_origin = RateOrigin::kNone;
  std::optional<double> alloc_bytes_per_second;
  uint64_t largest_request_bytes = 0;
  bool largest_given = false;
  double margin = 1;
  // One iteration's, or the largest single request's: no threshold below it.
  double need_bytes = 0;
  double loop_bytes = 0;  // allocated in the loop, or in all if there is none

  [[nodiscard]] double room_bytes() const {
    return static_cast<double>(largest_request_bytes) * margin;
  }
};

struct Candidate {
  WhatIf answer;
  // Beside the even steps: "recorded", "off", "docs", "boot",
  // "quarter", "half".
  std::vector<std::string_view> names;
  // In the worst case.
  bool serves = false;
  bool leaves_room = false;
  bool in_budget = false;
  // With the estimated deaths; the pause at the end of its error bar.
  bool fits_by_estimate = false;
  bool above_need = false;
  bool tried = false;
  // From one collect to the next; nothing where there is no loop, or no clock.
  std::optional<double> iterations_apart;
  std::optional<double> seconds_apart;

  [[nodiscard]] bool fits() const {
    return serves && leaves_room && in_budget && above_need && tried;
  }
};

// Collects by the program itself, every so many iterations.
struct ManualCandidate {
  uint64_t every = 0;  // ticks
  WhatIf answer;
  // No failures, none but these collects, leaves room: in the worst case, and
  // by the estimate.
  bool serves = false;
  bool serves_by_estimate = false;
};

// A setting to be tried, by its names.
struct Trial {
  SimulationSettings settings;
  std::vector<std::string_view> names;
};

// What a formula of the documentation comes to, in a heap of `pool` bytes of
// which `live` are left by a collect.
struct Formula {
  std::string_view name;
  std::string_view code;
  uint64_t (*bytes)(uint64_t pool, uint64_t live);
};
[[nodiscard]] std::vector<Formula> threshold_formulas();

// The settings to try, by threshold, each once, "off" at the end.
[[nodiscard]] std::vector<Trial> threshold_trials(const Workload& workload,
                                                  uint64_t pool_bytes,
                                                  uint64_t live_bytes,
                                                  uint32_t steps_per_octave);

// With the estimated deaths: no failure, and room, with caution.
[[nodiscard]] bool serves_by_estimate(const WhatIf& answer,
                                      const TuneInputs& inputs);

[[nodiscard]] Candidate judged(WhatIf answer,
                               std::vector<std::string_view> names,
                               const TuneInputs& inputs);

// The index of the largest threshold that fits, or that fits by the estimate.
[[nodiscard]] std::optional<size_t> largest_fit(
    const std::vector<Candidate>& candidates, bool by_estimate);

// Likewise, were there no budget: in the worst case, else by the estimate.
[[nodiscard]] std::optional<size_t> largest_whatever_pause(
    const std::vector<Candidate>& candidates, const TuneInputs& inputs);

}  // namespace libheap
