#pragma once

// A pause that was measured, with what the heap was like: what a pause model
// is fitted to and judged by. From a trace (pauses.h) or a table of heap
// states (pause_states.h).

#include <optional>
#include <string>

#include "libheap/model/pause_cost.h"

namespace libheap {

struct MeasuredPause {
  std::string release;
  std::string group;  // pauses that are alike: a shape of heap, a trace
  PauseState state;
  // Nothing where it was not measured. Marking with roots and rescans; sweep
  // with finalisers.
  std::optional<double> mark_us;
  std::optional<double> sweep_us;
  double total_us = 0;
};

}  // namespace libheap
