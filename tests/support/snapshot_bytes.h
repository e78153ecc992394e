#pragma once

// What a device sends of a heap: the firmware's own encoder
// (firmware-tracer/tracer_words.c) on a snapshot's memory; and a modelled heap
// with that table to read it against.

#include <cstdint>
#include <memory>
#include <vector>

#include "libheap/model/gc_heap.h"
#include "libheap/model/heap_snapshot.h"
#include "libheap/trace/event.h"
#include "libheap/trace/trace_header.h"

namespace libheap::testing {

// 32-bit words only. `digest` is that of the table.
[[nodiscard]] SnapshotRecord snapshot_bytes(const HeapSnapshot& snapshot,
                                            uint32_t digest,
                                            bool contents = false);
[[nodiscard]] std::unique_ptr<GcHeap> heap_with(const HeapSnapshot& snapshot);
[[nodiscard]] TraceHeader header_of(const HeapSnapshot& snapshot);

}  // namespace libheap::testing
