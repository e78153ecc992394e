#include "libheap/model/first_fit.h"

namespace libheap {

uint32_t FirstFit::find(const Bitmap& free, uint32_t n) {
  const uint32_t c = class_of(n);
  const uint32_t from = bounds_[c] > bounds_[0] ? bounds_[c] : bounds_[0];
  const uint32_t first = free.find_run(from, kMinBlocks[c]);
  bounds_[c] = first;
  const uint32_t fit = kMinBlocks[c] == n ? first : free.find_run(first, n);
  return fit < free.size() ? fit : kNoRun;
}

bool FirstFit::holds(const Bitmap& free) const {
  for (uint32_t c = 0; c < kMinBlocks.size(); ++c) {
    if (free.find_run(0, kMinBlocks[c]) < bounds_[c]) return false;
  }
  return true;
}

}  // namespace libheap
