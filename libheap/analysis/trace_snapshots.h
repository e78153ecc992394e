#pragma once

// TraceSnapshots: the snapshots of a trace, and those that are wanted, whole.
//
//     LiveObjects objects;
//     TraceSnapshots snapshots(objects, {{}});       // the last one
//     replayer.observe(&snapshots);                  // before what it asks
//     replayer.observe(&objects);
//     replayer.run();
//     snapshots.kept(0)                              // GraphRecording
//
// A snapshot is taken inside a collect, so what the collect then did is known
// too: which objects survived, whether the mark stack overflowed, how long it
// took. One whose bytes do not fit the modelled heap is passed over; the replay
// has noted it as a divergence. Cost: the graph of each snapshot, once.

#include <cstdint>
#include <optional>
#include <vector>

#include "libheap/analysis/graph_findings.h"
#include "libheap/analysis/live_objects.h"
#include "libheap/model/mark_replay.h"
#include "libheap/replay/observer.h"

namespace libheap {

// Which one: a number, the one whose collect takes longest, or the last up to
// some moment.
struct SnapshotChoice {
  uint64_t number = 0;   // from 1; 0: the last
  bool longest = false;  // instead; as mark replay has it
  uint64_t last_event = UINT64_MAX;
  uint64_t last_us = UINT64_MAX;
};

class TraceSnapshots : public ReplayObserver {
 public:
  // `objects` must be observed after this, and outlive it.
  TraceSnapshots(const LiveObjects& objects,
                 std::vector<SnapshotChoice> choices);

  void on_start(const TraceHeader& header, const Moment& now) override;
  void on_other(const Moment& now, const Event& event) override;
  void on_collect_end(const Moment& now, const SeenCollect& seen) override;
  void on_finish(const Moment& now) override;

  // Of all that could be read.
  [[nodiscard]] const std::vector<SnapshotPlace>& all() const { return all_; }
  // That of the collect under way, from its event to the collect's end; null
  // where it has none.
  [[nodiscard]] const HeapGraph* open_graph() const {
    return graph_is_open_ ? &graph_ : nullptr;
  }
  // Marking on it, replayed once for all who ask.
  [[nodiscard]] const MarkResult& open_mark() const {
    if (!mark_) mark_ = replay_mark(graph_);
    return *mark_;
  }
  // What was chosen; nothing where there is no such snapshot. Whole when the
  // replay has finished.
  [[nodiscard]] const std::optional<GraphRecording>& kept(size_t choice) const {
    return kept_[choice];
  }

 private:
  [[nodiscard]] bool is_chosen(const SnapshotChoice& choice,
                               const SnapshotPlace& place);
  void keep(size_t choice, const SnapshotPlace& place);
  void add_births(GraphRecording& recorded) const;

  const LiveObjects& objects_;
  std::vector<SnapshotChoice> choices_;
  std::vector<std::optional<GraphRecording>> kept_;
  std::vector<size_t> open_;  // choices kept in the collect under way
  std::vector<SnapshotPlace> all_;
  HeapGraph graph_;
  bool graph_is_open_ = false;
  mutable std::optional<MarkResult> mark_;  // on graph_
  double longest_cycles_ = 0;
  TraceHeader header_;
};

}  // namespace libheap
