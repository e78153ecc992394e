#include "libheap/analysis/heap_table.h"

#include <algorithm>

namespace libheap {

namespace {

AreaTable table_of(const MemInfoArea& printed, uint32_t id) {
  const std::string& letters = printed.letters;
  const auto blocks = static_cast<uint32_t>(letters.size());
  AreaTable area;
  area.id = id;
  area.pool = printed.pool;
  area.free = Bitmap(blocks);
  area.tail = Bitmap(blocks);
  if (printed.lost_blocks != 0) area.lost = Bitmap(blocks);
  for (uint32_t b = 0; b < blocks; ++b) {
    const char before = b == 0 ? kFreeLetter : letters[b - 1];
    if (letters[b] == kFreeLetter) {
      area.free.set(b);
    } else if (letters[b] == kLostBlock) {
      area.lost.set(b);
      if (before == kLostBlock) area.tail.set(b);
    } else if (letters[b] == kTailLetter && before != kFreeLetter &&
               before != kLostBlock) {
      // A tail whose head is lost is taken for one.
      area.tail.set(b);
    }
  }
  return area;
}

void count_object(uint64_t blocks, Census& census) {
  ++census.objects;
  if (blocks == 1) ++census.one_block_objects;
  if (blocks == 2) ++census.two_block_objects;
  census.used_blocks += blocks;
  census.max_block = std::max(census.max_block, blocks);
}

}  // namespace

uint64_t HeapTable::total_blocks() const {
  uint64_t blocks = 0;
  for (const AreaTable& area : areas) blocks += area.blocks();
  return blocks;
}

HeapTable table_of(const GcHeap& heap) {
  HeapTable table;
  table.block_bytes = heap.config().block_bytes;
  for (const std::unique_ptr<Area>& area : heap.areas()) {
    table.areas.push_back({.id = area->id(),
                           .pool = area->layout().pool,
                           .free = area->free_map(),
                           .tail = area->tail_map(),
                           .lost = {}});
  }
  return table;
}

HeapTable table_of(const MemInfoDump& dump) {
  HeapTable table;
  if (dump.block_bytes != 0) table.block_bytes = dump.block_bytes;
  for (const MemInfoArea& area : dump.areas) {
    table.areas.push_back(
        table_of(area, static_cast<uint32_t>(table.areas.size())));
  }
  return table;
}

Census census_of(const HeapTable& table) {
  Census census;
  census.total_blocks = table.total_blocks();
  for (const AreaTable& area : table.areas) {
    for_each_object(area, [&census](BlockIndex head, BlockIndex end) {
      count_object(end - head, census);
    });
    census.free_blocks += area.free.count();
    census.max_free =
        std::max<uint64_t>(census.max_free, area.free.longest_run());
  }
  return census;
}

}  // namespace libheap
