#pragma once

// SnapshotMarks: what marking costs in each collect of a trace with snapshots,
// replayed instead of estimated.
//
//     LiveObjects objects;
//     TraceSnapshots snapshots(objects, {...});
//     SnapshotMarks marks(snapshots, objects);
//     PauseAnalysis pauses(&marks);
//     ObserverGroup group(snapshots, marks, pauses, objects);   // in this
//     order
//
// A collect with a snapshot is replayed on it. A later one is replayed on the
// last snapshot, carried to it by the events in between (carried_graph.h). If
// that comes to a mark stack that overflows where the device says it did not,
// or the other way round, the graph is no longer the heap's and the collect is
// left to the estimate; so it is once nothing of the snapshot is left, after
// lost events, and, to bound the time, once a million objects were scanned on
// one snapshot, or eight on all. Cost: some 0.3 us per live object and collect.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libheap/analysis/carried_graph.h"
#include "libheap/analysis/live_objects.h"
#include "libheap/analysis/snapshot_content.h"
#include "libheap/analysis/trace_snapshots.h"
#include "libheap/model/pause_cost.h"
#include "libheap/replay/observer.h"

namespace libheap {

// Marking in one collect, replayed.
struct ReplayedMark {
  uint64_t snapshot = 0;     // its number
  bool carried = false;      // the snapshot is of an earlier collect
  double changed_share = 0;  // of the words: not as in the snapshot; 0 to 1
  uint32_t rescan_passes = 0;
  MarkVisits visits;
  double root_words = 0;
  double root_pointers = 0;
  PauseParts cycles;  // of roots and marking, at the prices of the release
};

class SnapshotMarks : public ReplayObserver {
 public:
  static constexpr uint64_t kMostScanned = 1'000'000;  // per snapshot
  static constexpr uint64_t kMostScannedInAll = 8'000'000;

  // Both must outlive this; `snapshots` must be observed before it, `objects`
  // after.
  SnapshotMarks(const TraceSnapshots& snapshots, const LiveObjects& objects)
      : snapshots_(snapshots), objects_(objects) {}

  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_sweep(const Moment& now,
                std::span<const AreaSurvivors> survivors) override;
  void on_other(const Moment& now, const Event& event) override;
  void on_collect_end(const Moment& now, const SeenCollect& seen) override;

  // Of the collect that just ended.
  [[nodiscard]] const std::optional<ReplayedMark>& last() const {
    return last_;
  }
  // What the program's objects hold, over all snapshots.
  [[nodiscard]] const SnapshotContent& content() const { return content_; }

 private:
  // Per block of an area: which object of the snapshot begins there now.
  struct AreaObjects {
    uint32_t area = 0;
    std::vector<uint32_t> object_at;
  };

  void begin(const GcHeap& heap, const HeapGraph& graph);
  void add_area(const Area& area);
  void forget();
  void forget_areas_but_of(const GcHeap& heap);
  [[nodiscard]] std::vector<CarriedObject> objects_now(
      const GcHeap& heap, const SnapshotFacts& facts);
  [[nodiscard]] std::optional<ReplayedMark> carry(const GcHeap& heap,
                                                  bool overflowed);
  // Null for a block of no area.
  [[nodiscard]] uint32_t* object_at(BlockRef block) {
    for (AreaObjects& area : object_at_) {
      if (area.area != block.area) continue;
      return block.block < area.object_at.size() ? &area.object_at[block.block]
                                                 : nullptr;
    }
    return nullptr;
  }
  void clear(BlockRef block) {
    uint32_t* const object = object_at(block);
    if (object != nullptr) *object = HeapGraph::kNoObject;
  }

  const TraceSnapshots& snapshots_;
  const LiveObjects& objects_;
  SnapshotContent content_;
  std::optional<CarriedFrom> from_;
  uint64_t number_ = 0;
  uint64_t scanned_ = 0;  // on this snapshot
  uint64_t scanned_in_all_ = 0;
  bool just_taken_ = false;             // in the collect under way
  std::vector<AreaObjects> object_at_;  // of the areas there are
  std::optional<ReplayedMark> last_;
};

// --- Inline: every event of a trace passes through them --------------------

inline void SnapshotMarks::on_free(const Moment&, BlockRef block,
                                   uint32_t blocks) {
  if (from_ && blocks != 0) clear(block);
}

}  // namespace libheap
