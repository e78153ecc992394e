#pragma once

// SnapshotContent: what a program's objects hold, counted in its snapshots.
//
// A pause profile estimates amounts that nobody counted from averages over
// programs (HeapContent, model/pause_cost.h). Where a trace has snapshots, they
// are averages over this program instead: what its roots and words are, and
// how far marking gets before a full mark stack makes it begin again. This is
// what collects are estimated by that were not recorded (simulate, tune), and
// those too far from a snapshot. Cost: nothing beside the replayed marking.

#include <cstdint>
#include <limits>

#include "libheap/model/heap_graph.h"
#include "libheap/model/mark_replay.h"
#include "libheap/model/pause_cost.h"

namespace libheap {

class SnapshotContent {
 public:
  void add(const HeapGraph& graph, const MarkResult& mark);

  [[nodiscard]] uint64_t snapshots() const { return snapshots_; }

  // `start` with all that the snapshots tell: of what happens when the stack
  // overflows they tell only if it did. Where kToTellOverflow of them or more
  // agree that it is a matter of how many objects live, it is taken as such.
  // `start` itself without snapshots.
  [[nodiscard]] HeapContent content(const HeapContent& start) const;

 private:
  static constexpr uint64_t kToTellOverflow = 3;

  uint64_t snapshots_ = 0;
  // Sums over the snapshots: of roots, and of one round of marking.
  double root_words_ = 0;
  double root_pointers_ = 0;
  double objects_ = 0;
  double words_ = 0;
  double aligned_words_ = 0;
  double pointers_ = 0;
  // Live objects: the most that fitted, the fewest that overflowed.
  double fitted_ = 0;
  double overflowed_from_ = std::numeric_limits<double>::infinity();
  // Of those that overflowed.
  uint64_t overflowed_ = 0;
  double objects_beyond_ = 0;  // more than one full mark stack
  double first_objects_beyond_ = 0;
  double overflowed_words_ = 0;
  double first_words_ = 0;
};

}  // namespace libheap
