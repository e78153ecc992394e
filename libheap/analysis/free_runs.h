#pragma once

// The free runs of a heap at one moment: how the free memory is cut up.
//
//     runs_of_power[k]   runs of 2^k to 2^(k+1) - 1 blocks
//     fitting[k]         how many requests of 2^k blocks could be served, one
//                        after the other, without a collect:
//                        sum over runs of floor(length / 2^k)
//     fragmentation      1 - largest / free (heap_over_time.h)
//
// A run lies in one area: areas are not joined. Definitions: docs/analyses.md,
// "Fragmentation".

#include <cstdint>
#include <vector>

#include "libheap/model/bitmap.h"
#include "libheap/model/gc_heap.h"

namespace libheap {

struct HeapTable;

struct FreeRuns {
  uint64_t total_blocks = 0;
  uint64_t free_blocks = 0;
  uint64_t largest = 0;  // blocks
  uint64_t runs = 0;
  std::vector<uint64_t> runs_of_power;
  std::vector<uint64_t> fitting;

  [[nodiscard]] double fragmentation() const;
};

// Cost: two word searches per run.
[[nodiscard]] FreeRuns free_runs_of(const HeapTable& table);
[[nodiscard]] FreeRuns free_runs_of(const GcHeap& heap);

}  // namespace libheap
