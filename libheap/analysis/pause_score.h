#pragma once

// How good predictions of pauses were.

#include <cstddef>
#include <span>

#include "libheap/model/pause_cost.h"

namespace libheap {

struct PauseScore {
  size_t count = 0;
  double mean_abs_error_share = 0;
  double worst_error_share = 0;
  double coverage = 0;  // share of pauses inside their interval
};

// Each estimate beside what was measured, which is not 0.
[[nodiscard]] PauseScore score(std::span<const PauseEstimate> estimates,
                               std::span<const double> measured_us);

}  // namespace libheap
