#pragma once

// What a collect costs to the cycle, once it is known what it looks at.
//
// The loops of the collector are short and branch on few things, so each thing
// they do takes a fixed number of cycles: a word costs what its way through
// the pointer test costs, a table entry what its kind costs. The sum over the
// counts of a replayed collect (mark_replay.h) is its length:
//
//     cycles = marking(MarkCounts) + sweep(SweepCounts)
//
// The prices are whole numbers, found by tests/bench/collect_cycles.py from
// collects measured on an emulated RP2040, whose Cortex-M0+ has no caches: it
// reproduces each of them to the cycle. A release that was not measured is
// priced like the nearest one with the same kind of sweep. On real boards code
// in flash (v1.24 and later) also waits for it, which is in nobody's count.
// See docs/analyses.md, "The object graph".

#include "libheap/model/mark_replay.h"
#include "libheap/model/pause_cost.h"
#include "libheap/model/release.h"

namespace libheap {

// Cycles of one word, by where the pointer test is done with it.
struct WordCycles {
  double unaligned = 0;
  double below = 0;
  double above = 0;
  double in_pool = 0;
};

struct CollectCycles {
  Release measured_on;
  // Marking.
  double start = 0;  // once, with entering and leaving gc_collect
  WordCycles root_word;
  WordCycles word;
  double marked = 0;        // more, for a head met for the first time
  double pushed = 0;        // more, if it goes on the stack and comes off it
  double subtree = 0;       // marking begun from a root or by a rescan pass
  double rescan_pass = 0;   // once per pass
  double rescan_block = 0;  // table entry looked at by it
  // The sweep. What an entry holds adds to swept_block.
  double sweep_start = 0;
  double swept_block = 0;
  double live_object = 0;
  double live_tail = 0;
  double freed_object = 0;
  double freed_tail = 0;
  double finaliser_byte = 0;
};

// The prices of the nearest measured release.
[[nodiscard]] const CollectCycles& collect_cycles(const Release& release);

[[nodiscard]] double marking_cycles(const CollectCycles& price,
                                    const MarkCounts& counts);
// The same, by what they went into: sweep and finalisers are 0.
[[nodiscard]] PauseParts marking_parts(const CollectCycles& price,
                                       const MarkResult& mark);
[[nodiscard]] double sweep_cycles(const CollectCycles& price,
                                  const SweepCounts& counts);

}  // namespace libheap
