#include "libheap/model/first_fit.h"

namespace libheap {

bool FirstFit::holds(const Bitmap& free) const {
  for (uint32_t c = 0; c < kMinBlocks.size(); ++c) {
    if (free.find_run(0, kMinBlocks[c]) < bounds_[c]) return false;
  }
  return true;
}

}  // namespace libheap
