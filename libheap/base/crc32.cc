#include "libheap/base/crc32.h"

#include <zlib.h>

namespace libheap {

uint32_t crc32(std::span<const uint8_t> bytes, uint32_t previous) {
  return static_cast<uint32_t>(::crc32_z(previous, bytes.data(), bytes.size()));
}

}  // namespace libheap
