#include "libheap/analysis/free_runs.h"

#include <algorithm>
#include <bit>

#include "libheap/analysis/heap_over_time.h"
#include "libheap/analysis/heap_table.h"

namespace libheap {

namespace {

void add_run(uint64_t length, FreeRuns& found) {
  const auto power = static_cast<size_t>(std::bit_width(length) - 1);
  if (found.runs_of_power.size() <= power) {
    found.runs_of_power.resize(power + 1);
    found.fitting.resize(power + 1);
  }
  ++found.runs_of_power[power];
  for (size_t k = 0; k <= power; ++k) found.fitting[k] += length >> k;
  ++found.runs;
  found.free_blocks += length;
  found.largest = std::max(found.largest, length);
}

void add_area(const Bitmap& free, FreeRuns& found) {
  found.total_blocks += free.size();
  uint32_t begin = free.next_set(0);
  while (begin < free.size()) {
    const uint32_t end = free.next_clear(begin);
    add_run(end - begin, found);
    begin = free.next_set(end);
  }
}

}  // namespace

double FreeRuns::fragmentation() const {
  return libheap::fragmentation(free_blocks, largest);
}

FreeRuns free_runs_of(const HeapTable& table) {
  FreeRuns found;
  for (const AreaTable& area : table.areas) add_area(area.free, found);
  return found;
}

FreeRuns free_runs_of(const GcHeap& heap) {
  FreeRuns found;
  for (const std::unique_ptr<Area>& area : heap.areas()) {
    add_area(area->free_map(), found);
  }
  return found;
}

}  // namespace libheap
