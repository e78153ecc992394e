#pragma once

// HeapPicture: a map of the heap, every block in a category, ready to be drawn.
//
// Objects are put into categories by what the reader of the map wants to see:
// what they are (kind), how large, how old, who made them, how long they live.
// A category has a letter for plain terminals and a place in a palette: either
// `ramp`, a position from 0 to 1 of something ordered, or its own number.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libheap/analysis/heap_table.h"

namespace libheap {

struct PictureCategory {
  char letter = 'h';
  std::string name;
  std::optional<double> ramp;  // where categories are ordered
  uint64_t objects = 0;
  uint64_t blocks = 0;
};

struct PictureArea {
  uint32_t id = 0;
  std::optional<uint64_t> pool;
  // One per block: kFree, kLost, or index of a category, with kTail set for
  // all blocks of an object but its first.
  std::vector<uint8_t> cells;
};

struct HeapPicture {
  static constexpr uint8_t kTail = 0x80;
  static constexpr uint8_t kFree = 0x7f;
  static constexpr uint8_t kLost = 0x7e;
  static constexpr size_t kMostCategories = 0x7e;

  uint64_t block_bytes = 16;
  std::vector<PictureArea> areas;
  std::vector<PictureCategory> categories;  // in the order of the legend
  Census census;

  [[nodiscard]] static uint8_t category_of(uint8_t cell) {
    return cell & static_cast<uint8_t>(~kTail);
  }
};

// Puts every object where `classify(area, head, end)` says: an index of
// `categories`.
using Classify =
    std::function<uint8_t(const AreaTable&, BlockIndex head, BlockIndex end)>;
[[nodiscard]] HeapPicture picture_of(const HeapTable& table,
                                     std::vector<PictureCategory> categories,
                                     const Classify& classify);

// All objects are 'h': what is known of a modelled heap without its history.
[[nodiscard]] HeapPicture picture_of(const GcHeap& heap);
// By the letters the firmware printed.
[[nodiscard]] HeapPicture picture_by_kind(const MemInfoDump& dump,
                                          const HeapTable& table);
// By powers of two of their blocks.
[[nodiscard]] HeapPicture picture_by_size(const HeapTable& table);

}  // namespace libheap
