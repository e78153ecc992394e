#pragma once

// Pauses in numbers: how long, how often, how much of the time is left.
//
// Minimum mutator utilisation, MMU(w): in the worst stretch of time of length
// w, the share that was the program's. Exact: the worst stretch begins where a
// pause begins or ends where one ends. (Cheng and Blelloch, 2001.)
//
// Figures are over the pauses with times. docs/analyses.md, "Pauses".

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libheap/analysis/pauses.h"

namespace libheap {

struct PausePercentiles {
  uint64_t min = 0;
  uint64_t p50 = 0;
  uint64_t p90 = 0;
  uint64_t p99 = 0;
  uint64_t max = 0;
};

struct UtilisationPoint {
  uint64_t window_us = 0;
  double utilisation = 0;
};

struct PauseBin {
  uint64_t from_us = 0;
  uint64_t to_us = 0;  // not included
  uint64_t count = 0;
};

// From the begin of one collect to the begin of the next.
struct PausePeriod {
  uint64_t median_us = 0;
  uint64_t quarter_us = 0;  // a quarter of the gaps is shorter
  uint64_t three_quarters_us = 0;
  bool regular = false;  // the quarters are within a fifth of the median
};

struct PauseFigures {
  uint64_t timed = 0;
  uint64_t total_us = 0;     // of all pauses
  uint64_t duration_us = 0;  // of the trace
  PausePercentiles pause_us;
  // From 1, 2, 5, 10, 20, ... us to the next; none empty at the ends.
  std::vector<PauseBin> histogram;
  std::vector<UtilisationPoint> utilisation;
  std::optional<PausePeriod> period;  // from three pauses on
  uint64_t ticks_hit = 0;             // loop iterations with a collect in them

  [[nodiscard]] double share_of_time() const {
    return duration_us == 0 ? 0
                            : static_cast<double>(total_us) /
                                  static_cast<double>(duration_us);
  }
};

// `all` are the trace's totals().
[[nodiscard]] PauseFigures pause_figures(const PauseTrace& trace,
                                         const PauseTotals& all);
[[nodiscard]] inline PauseFigures pause_figures(const PauseTrace& trace) {
  return pause_figures(trace, trace.totals());
}

// MMU for one window within `whole`, which holds all `pauses`; they are in
// order and do not overlap. 0 where the window is longer than `whole`.
[[nodiscard]] double minimum_utilisation(std::span<const Interval> pauses,
                                         Interval whole, uint64_t window);

}  // namespace libheap
