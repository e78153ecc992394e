#include "libheap/analysis/peak_fragmentation.h"

#include <algorithm>

namespace libheap {

namespace {

double excess(uint64_t extent, uint64_t live) {
  if (live == 0) return 0;
  return static_cast<double>(extent) / static_cast<double>(live) - 1;
}

}  // namespace

void PeakFragmentation::add(uint64_t event, const GcHeap& heap,
                            uint64_t amount) {
  uint64_t extent = 0;
  for (const std::unique_ptr<Area>& area : heap.areas()) {
    extent += area->free_map().run_begin(area->used_end());
  }
  add(event, heap.used_blocks(), extent, amount);
}

void PeakFragmentation::add(uint64_t event, uint64_t live, uint64_t extent,
                            uint64_t amount) {
  if (live == 0) return;  // nothing is held, so nothing is in the way
  const Peak here{event, live, extent};
  if (live > sum_.most_live.live) sum_.most_live = here;
  if (extent > sum_.most_used.extent) sum_.most_used = here;
  ++sum_.collects;
  const auto weight = static_cast<double>(std::max<uint64_t>(amount, 1));
  weighted_ += weight * excess(extent, live);
  weight_ += weight;
}

PeakFragmentation::Measures PeakFragmentation::measures() const {
  Measures found = sum_;
  if (found.collects == 0) return found;
  found.average = weighted_ / weight_;
  found.at_most_live = excess(found.most_live.extent, found.most_live.live);
  found.at_most_used = excess(found.most_used.extent, found.most_used.live);
  found.of_peaks = excess(found.most_used.extent, found.most_live.live);
  return found;
}

}  // namespace libheap
