#pragma once

// Fragmentation by the four measures of Johnstone and Wilson ("The Memory
// Fragmentation Problem: Solved?", ISMM 1998): how much more memory a placement
// policy needs than the program holds.
//
//     live    blocks in use when a collect is done
//     extent  blocks up to the last one in use then, summed over areas: the
//             heap that would have sufficed up to here without moving anything
//
//     1  average       mean of extent / live over the trace
//     2  at_most_live  extent / live when live is largest
//     3  at_most_used  extent / live when extent is largest
//     4  of_peaks      largest extent / largest live, wherever each was
//
// each less 1, so 0 is none. Only ends of collects count, because only there is
// what is in use what the program holds; each weighs as much as was allocated
// since the collect before, allocation being the clock. Theirs are C programs
// whose allocator asks the system for memory; here the heap is given, and its
// extent takes that place. Definitions: docs/analyses.md, "Fragmentation".

#include <cstdint>

#include "libheap/model/gc_heap.h"

namespace libheap {

class PeakFragmentation {
 public:
  struct Peak {
    uint64_t event = 0;
    uint64_t live = 0;    // blocks
    uint64_t extent = 0;  // blocks
  };
  struct Measures {
    uint64_t collects = 0;  // 0: nothing below was measured
    double average = 0;
    double at_most_live = 0;
    double at_most_used = 0;
    double of_peaks = 0;
    Peak most_live;
    Peak most_used;
  };

  // At the end of a collect; `amount` blocks were allocated before it.
  void add(uint64_t event, const GcHeap& heap, uint64_t amount);
  void add(uint64_t event, uint64_t live, uint64_t extent, uint64_t amount);

  [[nodiscard]] Measures measures() const;

 private:
  Measures sum_;
  double weighted_ = 0;
  double weight_ = 0;
};

}  // namespace libheap
