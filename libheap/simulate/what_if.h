#pragma once

// What-if: what a program would have met under other settings, with a bracket.
//
// When objects died is known only between collects, so a setting is simulated
// in three worlds: every object dies as early as it can have, as late, and as
// estimated. Where the heap runs full, fine placement decides, so there the
// estimate is the middle one of three draws. It is the answer; what can be said
// for certain is its bracket, low to high. It spans all worlds and is widened
// for what none of them can know:
//
//   resizes     whether an object grows in place or moves depends on what lies
//               behind it. Where the worlds disagree on a resize, or differ
//               from the recording, it may have gone either way; moves
//               allocate, and collects come with what is allocated.
//   moments     with them drift the moments at which collects come, and so what
//               they find (volume.h).
//   crumbs      when the heap is exhausted, what is free is in pieces too
//               short. Low takes it that nothing is left over, high twice what
//               was left in the world. A failure is certain only where less
//               was free than asked for; a request served from a run less than
//               twice its length might have failed.
//   placement   the largest run is never longer than all that is free. Once it
//               is shorter than the largest request, the heap is exhausted to
//               that request, and small ones may have taken the rest.
//
// If the estimated run is exact (simulation.h) nothing is uncertain and the
// all are one. docs/analyses.md, "What if", tells how well this holds.

#include <cstdint>
#include <functional>
#include <vector>

#include "libheap/simulate/simulation.h"

namespace libheap {

struct Bracket {
  double low = 0;
  double estimate = 0;
  double high = 0;

  [[nodiscard]] bool known() const { return low == high; }
};

struct WhatIf {
  SimulationSettings settings;
  std::optional<uint64_t> threshold_bytes;  // in force at the end; none: off
  uint64_t heap_bytes = 0;
  uint64_t pool_bytes = 0;
  bool exact = false;
  Bracket collects;
  Bracket peak_used_bytes;
  std::optional<Bracket> live_after_collect_bytes;  // none: no collect ran
  Bracket min_largest_free_run_bytes;
  Bracket failed_allocations;
  // None without a pause model, or without times.
  std::optional<Bracket> max_pause_us;
  std::optional<Bracket> gc_time_share;
  SimulationRun estimate;
  std::vector<std::string> limits;  // besides those of the workload
};

struct WhatIfOptions {
  const PauseModel* pauses = nullptr;
  unsigned threads = 0;  // 0: as many as the machine has cores
  // Called after each setting that is done, from any thread, one at a time.
  std::function<void(size_t done, size_t of)> progress;
};

// The answers in the order of the settings. The workload must have its deaths
// estimated (lifetimes.h). Throws Error as simulate() does.
[[nodiscard]] std::vector<WhatIf> what_if(
    const Workload& workload, const std::vector<SimulationSettings>& settings,
    const WhatIfOptions& options = {});

}  // namespace libheap
