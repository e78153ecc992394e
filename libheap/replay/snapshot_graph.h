#pragma once

// A snapshot of a trace as a HeapGraph.
//
// The device sends what each word of each object is to the collector, and the
// roots; which objects there are, and how long, the modelled heap knows. So
// the two must agree, which the digest at the snapshot's front shows. The
// graph is the one that a copy of the pools would give: same edges, same
// counts of words, so mark replay and its prices are the same. Contents only
// where the program asked for them.
// See docs/trace-format.md, "Snapshots". Cost: one pass over the bytes.

#include <string>

#include "libheap/model/gc_heap.h"
#include "libheap/model/heap_graph.h"
#include "libheap/trace/event.h"
#include "libheap/trace/trace_header.h"

namespace libheap {

// The areas of the heap as it is, in place of those in `facts`.
void take_pools(const GcHeap& heap, SnapshotFacts& facts);

// Fills `graph`; or says what is wrong, and leaves it in any state. The heap
// must be as it was when the collect began.
[[nodiscard]] std::string read_snapshot_graph(const SnapshotRecord& snapshot,
                                              const TraceHeader& header,
                                              const GcHeap& heap,
                                              HeapGraph& graph);

}  // namespace libheap
