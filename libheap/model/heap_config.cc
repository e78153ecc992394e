#include "libheap/model/heap_config.h"

#include <bit>

#include "libheap/base/error.h"

namespace libheap {

void validate(const HeapConfig& config) {
  if (config.release < kOldestRelease) {
    throw Error("heap of MicroPython " + to_string(config.release) +
                " cannot be modelled; the oldest known is " +
                to_string(kOldestRelease));
  }
  if (config.word_bytes != 4 && config.word_bytes != 8) {
    throw Error("word size " + std::to_string(config.word_bytes) +
                " bytes is not 4 or 8");
  }
  if (!std::has_single_bit(config.block_bytes) || config.block_bytes < 4 ||
      config.block_bytes > 4096) {
    throw Error("block size " + std::to_string(config.block_bytes) +
                " bytes is not a power of two from 4 to 4096");
  }
}

}  // namespace libheap
