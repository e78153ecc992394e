#include "libheap/model/smallest_run.h"

namespace libheap {

bool SmallestRun::cut(const GcHeap& heap, uint64_t begin, uint64_t end) {
  // What is left of the witness in front and behind; the longer part stays.
  const uint64_t front = begin > begin_ ? begin - begin_ : 0;
  const uint64_t behind = end_ > end ? end_ - end : 0;
  if (front > behind) {
    end_ = begin;
    if (others_ != UINT64_MAX) others_ = std::max(others_, behind);
  } else {
    begin_ = std::min(end, end_);
    if (others_ != UINT64_MAX) others_ = std::max(others_, front);
  }
  if (witness() >= minimum_) return false;
  return witness() >= others_ ? lower(witness()) : scan(heap);
}

bool SmallestRun::lower(uint64_t blocks) {
  if (blocks >= minimum_) return false;
  minimum_ = blocks;
  return true;
}

bool SmallestRun::scan(const GcHeap& heap) {
  uint64_t longest = 0;
  uint64_t second = 0;
  for (const std::unique_ptr<Area>& area : heap.areas()) {
    const Bitmap& free = area->free_map();
    const uint32_t here = area->longest_free_run();
    if (here <= longest) {
      second = std::max<uint64_t>(second, here);
      continue;
    }
    second = std::max(second, longest);
    longest = here;
    area_ = area->id();
    begin_ = free.find_run(0, here);
    end_ = begin_ + here;
    const auto begin = static_cast<uint32_t>(begin_);
    second = std::max<uint64_t>({second, free.longest_run(0, begin),
                                 free.longest_run(begin + here, free.size())});
  }
  if (longest == 0) area_ = 0;
  if (longest == 0) begin_ = end_ = 0;
  others_ = second;
  return lower(longest);
}

}  // namespace libheap
