#pragma once

// Simulation: one run of a workload under chosen settings and chosen deaths.
//
// The requests are put to the model (model/gc_heap.h) one by one; it decides
// where objects go, which resizes move, when it must collect. At a collect the
// lives whose death has come are swept, the others stay.
//
// Where a simulation and its recording part ways:
//
//   the recording had room, the simulation has not   counted as failed. The
//       object does not exist; what the program later does to it is left out.
//       A resize that fails leaves the object as it was.
//   the recording had none, the simulation has       the object is served and
//       is garbage at once: what the program would have done with it is not in
//       the trace.
//
// Both are in the result; a run with either is not `exact`. Nothing else of
// the program's behaviour is guessed at.
//
// Cost: one model request per request, and one look at each object present
// per collect. A run needs the heap's tables and 4 bytes per block and slot.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libheap/model/release.h"
#include "libheap/simulate/workload.h"

namespace libheap {

// What is different from the recording. Default: nothing.
struct SimulationSettings {
  enum class Threshold : uint8_t { kAsRecorded, kOff, kBytes };

  // Takes effect where the program first sets a threshold and replaces all it
  // sets; at the start, if it sets none.
  Threshold threshold = Threshold::kAsRecorded;
  uint64_t threshold_bytes = 0;
  std::optional<uint64_t> heap_bytes;  // the memory of the first area
  std::optional<uint32_t> block_bytes;
  std::optional<Release> release;
  bool auto_collect_off = false;  // gc.disable() from the start, for good
  bool drop_explicit = false;     // the program's own gc.collect() left out
  uint64_t collect_every_ticks = 0;
  std::string collect_label;  // a collect at each label() of this text
};

// One simulated collect, as a pause model needs it (analysis/ has one).
struct SimulatedCollect {
  Position position = 0;
  CollectCause cause = CollectCause::kExplicit;
  uint64_t live_objects = 0;  // survivors
  uint64_t live_blocks = 0;
  uint64_t swept_objects = 0;
  uint64_t swept_blocks = 0;     // given back
  uint64_t last_used_block = 0;  // bound of the sweep, summed over areas
  uint64_t total_blocks = 0;
};

struct PauseRange {
  double low_us = 0;
  double estimate_us = 0;
  double high_us = 0;
};

// What a collect costs. Called from several threads.
class PauseModel {
 public:
  virtual ~PauseModel() = default;
  [[nodiscard]] virtual PauseRange pause_of(
      const SimulatedCollect& collect) const = 0;
};

struct SimulationRun {
  uint64_t collects = 0;
  uint64_t threshold_collects = 0;
  uint64_t exhausted_collects = 0;
  uint64_t explicit_collects = 0;
  uint64_t peak_used_blocks = 0;
  uint64_t live_after_max_blocks = 0;  // most that a collect left; 0: none ran
  uint64_t smallest_largest_run = 0;   // blocks
  uint64_t failed_allocations = 0;     // where the recording had room or not
  uint64_t newly_failed = 0;           // of those: where it had
  uint64_t hopeless_failures = 0;      // fewer blocks free in all than asked
  // Served after the heap was exhausted, from a run that one object in its
  // middle would have made too short.
  uint64_t narrow_escapes = 0;
  uint64_t newly_served = 0;  // the recording had none
  bool only_recorded_collects = true;
  uint64_t allocated_blocks = 0;
  uint64_t moved_blocks = 0;  // of those, for resizes that moved
  // Of each resize that grew, in order: the blocks allocated to move it, 0
  // where it grew in place.
  std::vector<uint32_t> growths;
  uint64_t crumb_blocks = 0;  // free all the same when the heap was exhausted
  uint64_t total_blocks = 0;  // of the heap, at the end
  std::optional<uint64_t> final_threshold_bytes;
  PauseRange longest_pause;
  PauseRange total_pause;
  TableDigest final_digest;
  std::vector<SimulatedCollect> kept;  // if asked for

  // Survivors of every collect were known, and every request came out as
  // recorded: the three policies cannot differ.
  [[nodiscard]] bool exact() const {
    return only_recorded_collects && newly_failed == 0 && newly_served == 0;
  }
};

struct SimulationExtras {
  const PauseModel* pauses = nullptr;
  bool keep_collects = false;
};

// `deaths` is workload.early, .late, one of .estimates, or anything between.
// Throws Error for settings that cannot exist, or a label the trace lacks.
[[nodiscard]] SimulationRun simulate(const Workload& workload,
                                     const SimulationSettings& settings,
                                     const std::vector<Position>& deaths,
                                     const SimulationExtras& extras = {});

// The heap a simulation starts with: the recorded one, changed as asked.
struct SimulatedHeap {
  HeapConfig config;
  uint64_t start = 0;
  uint64_t end = 0;
  bool as_recorded = true;  // same blocks at the same places
};
[[nodiscard]] SimulatedHeap simulated_heap(const Workload& workload,
                                           const SimulationSettings& settings);

}  // namespace libheap
