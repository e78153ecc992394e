#pragma once

// ReplayState: all that a replay knows at a moment between two events, as a
// value: what it has counted, and the heap. Replayer::state() gives it,
// Replayer::resume() goes on from it.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "libheap/base/block_ref.h"
#include "libheap/model/bitmap.h"
#include "libheap/replay/replay_result.h"

namespace libheap {

// A heap of one area.
struct HeapState {
  uint64_t start = 0;  // device addresses of the area
  uint64_t end = 0;
  uint64_t amount = 0;
  std::optional<uint64_t> threshold;  // blocks
  uint64_t lock_field = 0;
  bool auto_collect = true;
  uint32_t last_free_byte = 0;
  uint32_t last_used_block = 0;
  Bitmap free;
  Bitmap tail;
  std::vector<uint8_t> finalisers;  // one bit per block
  std::vector<uint8_t> weakrefs;
};

struct ReplayState {
  static constexpr uint32_t kAges = 64;

  ReplayResult counted;  // without divergences and gaps: there were none
  std::array<BlockRef, kAges> results{};  // of the last records
  BlockRef answer;
  HeapState heap;
};

}  // namespace libheap
