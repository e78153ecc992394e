#pragma once

// Where the tables and the pool of one area lie, from the memory it was given.
//
//   start                                                    end (rounded down)
//   | [record] | table | gap | finalisers | weakrefs | slack | pool           |
//                A bytes       ceil(N/8)    ceil(N/8)          N * block_bytes
//
//   N = 4 A          two bits of the table per block
//   A = floor(8 (T - gap) / (8 + 4 f + 4 k + 32 block_bytes))
//                    T = bytes between the first table and the rounded end,
//                    f, k = 1 with a finaliser, a weak-reference table
//
// The start is not aligned, only the end is; the record is there in added
// areas of a split heap. Addresses are the device's. See docs/heap-model.md,
// "Geometry".

#include <cstdint>

#include "libheap/model/heap_config.h"

namespace libheap {

struct AreaLayout {
  uint64_t start = 0;  // of the memory given
  uint64_t end = 0;    // as given, before rounding
  uint64_t table = 0;
  uint64_t table_bytes = 0;
  uint64_t finaliser_table = 0;  // 0 where there is none
  uint64_t finaliser_table_bytes = 0;
  uint64_t weakref_table = 0;  // 0 where there is none
  uint64_t weakref_table_bytes = 0;
  uint64_t pool = 0;
  uint64_t pool_end = 0;

  [[nodiscard]] uint64_t blocks() const { return 4 * table_bytes; }
  bool operator==(const AreaLayout&) const = default;
};

// The layout of memory [start, end). `added` areas begin with their record.
// Throws Error when the memory is too small for one table byte, or so large
// that block numbers no longer fit.
[[nodiscard]] AreaLayout layout_area(const HeapConfig& config, uint64_t start,
                                     uint64_t end, bool added);

}  // namespace libheap
