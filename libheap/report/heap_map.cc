#include "libheap/report/heap_map.h"

#include <algorithm>

#include <fmt/format.h>

namespace libheap {

namespace {

constexpr uint32_t kOffsetColumns = 10;  // "00000000: "

uint32_t blocks_per_line(const TextStyle& style) {
  for (const uint32_t blocks : {64u, 32u}) {
    if (style.width >= kOffsetColumns + blocks) return blocks;
  }
  return 16;
}

std::string line_of(const Area& area, BlockIndex begin, BlockIndex end) {
  constexpr char kLetters[] = {'.', 'h', '='};
  std::string line;
  for (BlockIndex b = begin; b < end; ++b) {
    line += kLetters[static_cast<size_t>(area.kind(b))];
  }
  return line;
}

std::string area_text(const Area& area, uint64_t block_bytes,
                      uint32_t per_line) {
  std::string text;
  BlockIndex b = 0;
  while (b < area.blocks()) {
    const BlockIndex run_end = area.free_map().next_clear(b);
    const uint32_t free_lines = (run_end - b) / per_line;
    if (free_lines >= 2) {
      text += fmt::format("{:{}}({} lines all free)\n", "", kOffsetColumns,
                          free_lines);
      b += free_lines * per_line;
      continue;
    }
    const BlockIndex end = std::min(b + per_line, area.blocks());
    text += fmt::format("{:08x}: {}\n", b * block_bytes, line_of(area, b, end));
    b = end;
  }
  return text;
}

}  // namespace

std::string heap_map_text(const GcHeap& heap, const TextStyle& style) {
  const uint64_t block_bytes = heap.config().block_bytes;
  const uint32_t per_line = blocks_per_line(style);
  std::string text;
  for (const std::unique_ptr<Area>& area : heap.areas()) {
    text += fmt::format(
        "area {} of {} blocks at {:08x}, {} bytes each "
        "(h head, = tail, . free)\n",
        area->id(), area->blocks(), area->layout().pool, block_bytes);
    text += area_text(*area, block_bytes, per_line);
  }
  return text;
}

}  // namespace libheap
