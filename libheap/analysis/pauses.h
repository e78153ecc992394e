#pragma once

// Pauses: every collect of a trace as time the program stood still, with the
// heap it had to go through.
//
// A trace says when a collect began, when roots and stack were marked, and
// when it ended. Rescan passes and sweep share the rest. As the sweep's time
// follows from the table, what is left of it is rescans: how many passes is
// found from their price (judge_pauses, in pause_findings.h).
//
// Of a trace of many collects only kListed pauses are listed, evenly thinned
// out (decimated.h); of all of them the counts, and the times of the first
// million, are kept beside the list. docs/analyses.md, "Pauses".

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/analysis/decimated.h"
#include "libheap/analysis/snapshot_marks.h"
#include "libheap/model/pause_cost.h"
#include "libheap/replay/observer.h"

namespace libheap {

struct Pause {
  uint64_t event = 0;
  CollectCause cause = CollectCause::kExplicit;
  uint8_t core = 0;
  uint64_t begin_us = Event::kNoTime;
  uint64_t mark_end_us = Event::kNoTime;
  uint64_t end_us = Event::kNoTime;
  uint64_t objects_before = 0;
  uint64_t used_before = 0;  // blocks
  uint64_t tick = 0;         // loop iterations begun before it; 0: none yet
  size_t label = 0;  // PauseTrace::labels[label - 1] was set last; 0: none
  bool overflowed = false;  // as the trace says
  // How much of it the other core waited for its turn at the heap.
  uint64_t other_core_waited_us = 0;
  PauseState state;
  std::optional<ReplayedMark> replayed;  // on a snapshot; none: no such

  [[nodiscard]] bool timed() const {
    return begin_us != Event::kNoTime && end_us != Event::kNoTime &&
           end_us >= begin_us;
  }
  [[nodiscard]] bool split() const {
    return timed() && mark_end_us != Event::kNoTime &&
           mark_end_us >= begin_us && mark_end_us <= end_us;
  }
  [[nodiscard]] uint64_t total_us() const { return end_us - begin_us; }
};

struct Interval {
  uint64_t begin = 0;
  uint64_t end = 0;
};

// All pauses, of which a list may hold only some.
struct PauseTotals {
  static constexpr size_t kTimed = size_t{1} << 20;

  uint64_t count = 0;
  std::array<uint64_t, 3> by_cause{};  // indexed by CollectCause
  CollectCause last_cause = CollectCause::kExplicit;
  uint64_t last_tick = 0;
  uint64_t idle_explicit = 0;  // explicit, and freed next to nothing
  // Collects that the other core waited for; in all, and the longest.
  uint64_t other_core_waits = 0;
  uint64_t other_core_waited_us = 0;
  uint64_t other_core_longest_us = 0;
  uint64_t overflowed = 0;      // as the trace says
  uint64_t ticks_hit = 0;       // loop iterations with a collect in them
  std::vector<Interval> timed;  // in order; of the first kTimed

  // In order.
  void add(const Pause& pause);
};
[[nodiscard]] PauseTotals totals_of(const std::vector<Pause>& pauses);

// Explicit, and under 1 % of the blocks.
[[nodiscard]] bool freed_next_to_nothing(const Pause& pause);

// What the observer leaves behind.
struct PauseTrace {
  std::string release;
  std::string name;       // the file's
  uint64_t clock_hz = 0;  // 0: the trace does not say
  uint64_t end_us = 0;    // of the trace, which begins at 0
  uint64_t ticks = 0;
  uint64_t cores = 1;
  uint64_t resets = 0;  // sweeps of everything; no pauses of the program
  SnapshotContent content;
  std::vector<std::string> labels;  // each once
  std::vector<Pause> pauses;        // one of so many:
  uint64_t pause_stride = 1;
  PauseTotals all;  // where pause_stride is not 1; else see totals()

  [[nodiscard]] PauseTotals totals() const {
    return pause_stride == 1 ? totals_of(pauses) : all;
  }
};

class PauseAnalysis : public ReplayObserver {
 public:
  static constexpr size_t kListed = 20'000;

  PauseAnalysis() = default;
  // With what snapshots say of each collect. `marks` must be observed before
  // this, and outlive it.
  explicit PauseAnalysis(const SnapshotMarks* marks) : marks_(marks) {}

  void on_start(const TraceHeader& header, const Moment& now) override;
  void on_collect_begin(const Moment& now, const SeenCollect& seen) override;
  void on_sweep(const Moment& now,
                std::span<const AreaSurvivors> survivors) override;
  void on_collect_end(const Moment& now, const SeenCollect& seen) override;
  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_other(const Moment& now, const Event& event) override;
  void on_finish(const Moment& now) override;

  // Once the replay has finished.
  [[nodiscard]] const PauseTrace& trace() const { return trace_; }

 private:
  void see_core(const Moment& now) {
    if (now.core != 0) trace_.cores = 2;
  }
  void add_wait(const Moment& now, uint64_t us);
  [[nodiscard]] size_t number_of(std::string_view label);
  void list_last();

  const SnapshotMarks* marks_ = nullptr;
  PauseTrace trace_;
  Decimated<Pause> listed_{kListed};
  std::optional<Pause> last_;  // not yet listed: more may be learnt of it
  std::map<std::string, size_t, std::less<>> label_numbers_;
  size_t label_bytes_ = 0;
  size_t label_ = 0;  // set last
  Pause open_;
};

// --- Inline: every event of a trace passes through them --------------------

inline void PauseAnalysis::on_alloc(const Moment& now, const SeenAlloc&) {
  see_core(now);
}

inline void PauseAnalysis::on_realloc(const Moment& now, const SeenRealloc&) {
  see_core(now);
}

}  // namespace libheap
