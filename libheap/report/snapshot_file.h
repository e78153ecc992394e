#pragma once

// A recorded collect as a pair of files: NAME.json says what is known of the
// heap, its roots and its table, NAME.pool.zst is the memory of the pool.
//
//     release clock_hz pool_start blocks block_bytes     the heap
//     last_used_block (null before v1.21) mark_stack_entries
//     roots          arrays of words, in marking order: static roots, the
//                    collecting core's registers and stack, the other core's
//     table_before   run-length coded: "h3t2." is three heads, two tails, free
//     table_after seen_on_chip   what the chip did (may be missing)
//
// A heap of one area. The memory may also be NAME.pool, plain. It is here, in
// report, because this layer is where the project speaks JSON, in both
// directions.

#include <string>

#include "libheap/analysis/graph_findings.h"

namespace libheap {

// Both throw Error, with file and place, for anything missing or damaged.
[[nodiscard]] GraphRecording read_recorded_graph(const std::string& path);
// Only the heap, but with its memory.
[[nodiscard]] HeapSnapshot read_heap_snapshot(const std::string& path);

}  // namespace libheap
