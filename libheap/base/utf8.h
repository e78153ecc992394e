#pragma once

// UTF-8: how long a character is, by its first byte.

#include <cstdint>

namespace libheap {

// How many bytes follow the first one of a character beyond ASCII; -1: no such
// character begins with it.
[[nodiscard]] constexpr int utf8_follow(uint8_t first) {
  if (first >= 0xc2 && first <= 0xdf) return 1;
  if (first >= 0xe0 && first <= 0xef) return 2;
  if (first >= 0xf0 && first <= 0xf4) return 3;
  return -1;
}

}  // namespace libheap
