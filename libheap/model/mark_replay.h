#pragma once

// Mark replay: the collector's marking, step for step, on a heap's graph.
//
// The collector takes one root word after the other. A head it points at is
// marked, and everything reachable from it, before the next root is looked at:
// an object's words are scanned in ascending order, heads met for the first
// time are marked and pushed on a stack of mark_stack_entries, and the last
// pushed is scanned next. When the stack is full, the head is marked but not
// pushed, and its own words stay unscanned. So once the roots are done, as
// long as anything overflowed, a *rescan pass* walks the whole table, area by
// area, and scans every marked object again, which may overflow again.
//
// What is marked in the end does not depend on the stack; what it costs does.
// The order is the same in every release from v1.12 on, and with several areas,
// where an entry of the stack also says which area. Cost: what the device
// does, without its words: one step per edge. See docs/heap-model.md,
// "Marking".

#include <cstdint>
#include <vector>

#include "libheap/model/heap_graph.h"

namespace libheap {

// What marking did. Repeats by rescan passes count again.
struct MarkCounts {
  WordCounts root_words;
  uint64_t root_heads = 0;  // marked from a root word
  uint64_t scanned_objects = 0;
  WordCounts words;         // of the scanned objects
  uint64_t pushed = 0;      // marked and put on the stack
  uint64_t overflowed = 0;  // marked, but the stack was full
  uint64_t deepest = 0;     // most entries the stack ever held
  uint64_t rescan_passes = 0;
  uint64_t rescan_blocks = 0;   // table entries looked at by them
  uint64_t rescan_objects = 0;  // marked objects they found, to scan again

  [[nodiscard]] uint64_t scanned_words() const { return words.total(); }
  bool operator==(const MarkCounts&) const = default;
};

struct MarkResult {
  MarkCounts counts;
  MarkCounts before_rescans;  // as counts were then; equal if there were none
  std::vector<bool> marked;   // per object
  // Per object: the one whose word marked it; HeapGraph::kNoObject if a root
  // did, or if it is not marked.
  std::vector<uint32_t> marked_by;
  // Per object: children it met when the stack was full.
  std::vector<uint32_t> overflows;
};

// As graph.facts says, or with a mark stack of another size (at least 1).
[[nodiscard]] MarkResult replay_mark(const HeapGraph& graph);
[[nodiscard]] MarkResult replay_mark(const HeapGraph& graph,
                                     uint32_t mark_stack_entries);

// The smallest mark stack that never overflows on this graph, at least 1.
[[nodiscard]] uint32_t smallest_mark_stack(const HeapGraph& graph);

// What the sweep after it finds. Blocks in the order the sweep meets them:
// swept = free + freed_* + live_*.
struct SweepCounts {
  uint64_t swept_blocks = 0;
  uint64_t live_objects = 0;
  uint64_t live_tails = 0;
  uint64_t freed_objects = 0;
  uint64_t freed_tails = 0;
  // Bytes of the finaliser table looked at in a pass of its own (v1.25).
  uint64_t finaliser_bytes = 0;

  [[nodiscard]] uint64_t live_blocks() const {
    return live_objects + live_tails;
  }
  bool operator==(const SweepCounts&) const = default;
};

[[nodiscard]] SweepCounts count_sweep(const HeapGraph& graph,
                                      const std::vector<bool>& marked);

}  // namespace libheap
