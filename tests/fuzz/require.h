#pragma once

// What a fuzzer holds mpheap to: says where it does not hold, and crashes.

#include <cstdio>
#include <cstdlib>

namespace libheap::testing {

inline void require(bool holds, const char* file = __builtin_FILE(),
                    int line = __builtin_LINE()) {
  if (holds) return;
  std::fprintf(stderr, "%s:%d: does not hold\n", file, line);
  std::abort();
}

}  // namespace libheap::testing
