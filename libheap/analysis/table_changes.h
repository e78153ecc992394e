#pragma once

// Where two tables of one area differ, told in objects.
//
// A block counts as changed where it is free, head or tail in one table and
// something else in the other, and where `touched` says so (something was put
// there, perhaps just what was there before). Named are the heads, in either
// table, of objects that may have changed: every object that differs, and some
// neighbours that do not.
//
// Cost: a few word operations per 64 blocks, and a search for the head per
// change.

#include "libheap/model/bitmap.h"

namespace libheap {

// The two bitmaps of a table; see model/area.h.
struct TableMaps {
  const Bitmap& free;
  const Bitmap& tail;

  [[nodiscard]] bool is_head(uint32_t block) const {
    return !free.test(block) && !tail.test(block);
  }
  // `block` must not be free.
  [[nodiscard]] uint32_t head_of(uint32_t block) const {
    return tail.test(block) ? tail.run_begin(block) - 1 : block;
  }
  [[nodiscard]] uint32_t chain_end(uint32_t head) const {
    return tail.next_clear(head + 1);
  }
};

// All maps must be of one size.
[[nodiscard]] Bitmap changed_heads(const TableMaps& before,
                                   const TableMaps& after,
                                   const Bitmap& touched);

}  // namespace libheap
