#pragma once

// BlockRef names one block of the heap: which area, and which block of its
// pool. It stands for a device address without needing one:
//
//     address = pool_start(area) + block * block_bytes
//
// Area numbers are identities, given in the order areas were added and never
// reused within one run, so a reference stays valid when another area goes
// away. The null reference stands for a NULL pointer.

#include <compare>
#include <cstdint>

namespace libheap {

using BlockIndex = uint32_t;

struct BlockRef {
  static constexpr uint32_t kNullArea = UINT32_MAX;

  uint32_t area = kNullArea;
  BlockIndex block = 0;

  [[nodiscard]] constexpr bool is_null() const { return area == kNullArea; }
  constexpr auto operator<=>(const BlockRef&) const = default;
};

inline constexpr BlockRef kNullBlock{};

}  // namespace libheap
