#pragma once

// CRC-32 as in zlib, Ethernet and the recordings' checkpoints (polynomial
// 0x04C11DB7 reflected, initial and final XOR all ones). Chainable:
//
//     crc32(b, crc32(a)) == crc32(a followed by b)
//
// zlib computes it; this header only gives it our types.

#include <cstdint>
#include <span>

namespace libheap {

[[nodiscard]] uint32_t crc32(std::span<const uint8_t> bytes,
                             uint32_t previous = 0);

}  // namespace libheap
