#pragma once

// Why a collect ran. The letters are those of the recordings: t, x, e.

#include <cstdint>

namespace libheap {

enum class CollectCause : uint8_t {
  kThreshold,  // as much as gc.threshold() says was allocated since the last
  kExhausted,  // no run of free blocks was long enough for a request
  kExplicit,   // the program asked: gc.collect()
};

}  // namespace libheap
