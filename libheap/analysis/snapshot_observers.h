#pragma once

// SnapshotObservers: what a trace's snapshots say, of pauses above all.
//
//     SnapshotObservers seen({longest});
//     PauseAnalysis pauses(&seen.marks);
//     replayer.observe(&seen.all);
//     replayer.observe(&pauses);  // behind it
//     replayer.run();
//     pauses.trace()  seen.marks.content()  seen.snapshots.kept(0)
//
// Three observers that ask one another, in the one order in which that works:
// each asks those before it about the event at hand, and `objects`, the last,
// how things were before it. A caller with more observers that ask `objects`
// makes a group of its own, in this order, with `objects` at its end.

#include <vector>

#include "libheap/analysis/live_objects.h"
#include "libheap/analysis/snapshot_marks.h"
#include "libheap/analysis/trace_snapshots.h"
#include "libheap/replay/observer_group.h"

namespace libheap {

class SnapshotObservers {
 public:
  // The snapshots that are kept whole, for snapshots.kept().
  explicit SnapshotObservers(std::vector<SnapshotChoice> kept)
      : snapshots(objects, std::move(kept)),
        marks(snapshots, objects),
        all(snapshots, marks, objects) {}
  SnapshotObservers(const SnapshotObservers&) = delete;
  SnapshotObservers& operator=(const SnapshotObservers&) = delete;

  LiveObjects objects;
  TraceSnapshots snapshots;
  SnapshotMarks marks;
  ObserverGroup<TraceSnapshots, SnapshotMarks, LiveObjects> all;
};

}  // namespace libheap
