#pragma once

// HeapTable: which blocks are free and which belong together, at one moment.
//
// The one thing that a modelled heap and a printed mem_info(1) map have in
// common, and all that measures of free runs and splitters need. Bitmaps as in
// model/area.h: free, tail; what is neither is the head of an object.
//
// A stretch of blocks that a damaged dump says nothing of counts as one object
// (nothing can be placed there); `lost` says which blocks those are.

#include <cstdint>
#include <optional>
#include <vector>

#include "libheap/base/block_ref.h"
#include "libheap/model/bitmap.h"
#include "libheap/model/census.h"
#include "libheap/model/gc_heap.h"
#include "libheap/trace/mem_info_dump.h"

namespace libheap {

struct AreaTable {
  uint32_t id = 0;
  std::optional<uint64_t> pool;  // device address of block 0
  Bitmap free;
  Bitmap tail;
  Bitmap lost;  // empty where nothing is

  [[nodiscard]] uint32_t blocks() const { return free.size(); }
  [[nodiscard]] bool is_lost(BlockIndex block) const {
    return lost.size() != 0 && lost.test(block);
  }
  // One past the last block of the object at `head`.
  [[nodiscard]] BlockIndex object_end(BlockIndex head) const {
    return tail.next_clear(head + 1);
  }
};

struct HeapTable {
  uint64_t block_bytes = kUsualBlockBytes;
  std::vector<AreaTable> areas;

  [[nodiscard]] uint64_t total_blocks() const;
};

[[nodiscard]] HeapTable table_of(const GcHeap& heap);
[[nodiscard]] HeapTable table_of(const MemInfoDump& dump);

// As gc_info counts; blocks that are lost are in total_blocks only.
[[nodiscard]] Census census_of(const HeapTable& table);

// Calls visit(head, end) for each object of the area, in order.
template <typename Visit>
void for_each_object(const AreaTable& area, const Visit& visit) {
  BlockIndex block = area.free.next_clear(0);
  while (block < area.blocks()) {
    const BlockIndex end = area.object_end(block);
    if (!area.is_lost(block)) visit(block, end);
    block = end < area.blocks() ? area.free.next_clear(end) : end;
  }
}

}  // namespace libheap
