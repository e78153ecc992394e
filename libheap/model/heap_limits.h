#pragma once

// The largest heap the model takes, all its areas together: 32 MiB of pool at
// 16 bytes a block, twice the largest PSRAM an RP2350 takes. The bound keeps a
// hostile trace from taking our memory and time.

#include <cstdint>

namespace libheap {

inline constexpr uint64_t kMostHeapBlocks = uint64_t{1} << 21;

}  // namespace libheap
