#pragma once

// What gc_info counts: the figures behind gc.mem_free(), gc.mem_alloc() and
// the first lines of micropython.mem_info(), over all areas.
//
//     used_blocks + free_blocks = total_blocks
//
// max_free is the longest free run inside one area: runs do not join across
// areas. All counts are in blocks or objects, as the firmware reports them.

#include <cstdint>

namespace libheap {

struct Census {
  uint64_t total_blocks = 0;
  uint64_t used_blocks = 0;
  uint64_t free_blocks = 0;
  uint64_t objects = 0;            // heads
  uint64_t one_block_objects = 0;  // chains of exactly one block
  uint64_t two_block_objects = 0;
  uint64_t max_block = 0;  // longest chain, blocks
  uint64_t max_free = 0;   // longest free run, blocks

  bool operator==(const Census&) const = default;
};

}  // namespace libheap
