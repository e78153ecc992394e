#pragma once

// CarriedGraph: the graph of a snapshot at a later collect, as far as the
// events in between tell.
//
// What the events tell: which objects of the snapshot are still there, where
// they were moved and how long they are now, and which ones are new. What they
// do not: pointers. So
//
//     an object of the snapshot   keeps its words, and its pointers to what is
//                                 still there; words it gained are as usual
//                                 for its kind
//     a new object                holds what its kind usually holds, and hangs
//                                 on the object of the kind its kind usually
//                                 hangs on that was born last before it
//     one whose holder is gone    hangs on what came in the holder's place
//
// (object_habits.h). None hangs more on an object than objects of its kind hold
// at most: what is born next before or after it takes the rest. What survived
// and cannot be reached hangs on a root, for something held it. Marking is then
// replayed on it. Its counts of objects and words are the collect's own; kinds
// of words, and whether the mark stack overflows, are the estimate.
// `changed_share` says how far it has come from the snapshot: the share of its
// words that nobody saw. Cost: a few passes over the live objects, with a
// logarithm for new ones.

#include <cstdint>
#include <vector>

#include "libheap/analysis/object_habits.h"
#include "libheap/model/heap_graph.h"

namespace libheap {

// An object that is alive now.
struct CarriedObject {
  BlockIndex head = 0;
  uint32_t blocks = 0;
  uint32_t before = HeapGraph::kNoObject;  // which of the snapshot; or new
  uint64_t born_event = 0;
  AllocationKind kind;
};

// A snapshot as it was, with what is known of its objects.
struct CarriedFrom {
  HeapGraph graph;
  MarkResult mark;
  std::vector<AllocationKind> kinds;  // per object
  std::vector<uint64_t> born_event;   // per object; 0: not known
  ObjectHabits habits;
};

struct CarriedGraph {
  HeapGraph graph;  // of the live objects only, by head
  double changed_share = 0;
};

// `now` by head.
[[nodiscard]] CarriedGraph carry_graph(const CarriedFrom& from,
                                       const std::vector<CarriedObject>& now);

}  // namespace libheap
