#pragma once

// What a program asked of its heap, taken from a golden log: plain operations
// with the blocks the model gave, so that a model and a yardstick can be put to
// the same work, and be seen to give the same answers, without a trace, a
// replay or an analysis being measured too.

#include <cstdint>
#include <string>
#include <vector>

#include "libheap/model/gc_heap.h"

namespace libheap::bench {

struct HeapOperation {
  enum class Kind : uint8_t { kAlloc, kRealloc, kFree, kCollect };

  Kind kind = Kind::kAlloc;
  bool may_move = false;
  uint32_t blocks = 0;     // wanted
  uint32_t head = 0;       // of what is freed or resized
  uint32_t result = 0;     // UINT32_MAX: no room
  uint32_t survivors = 0;  // of a collect: which of HeapWork::survivors
};

struct HeapWork {
  std::string name;
  HeapConfig config;
  uint64_t start = 0;  // device addresses of the heap
  uint64_t end = 0;
  uint32_t blocks = 0;
  std::vector<HeapOperation> operations;
  // One list per collect: of the heap's one area.
  std::vector<std::vector<AreaSurvivors>> survivors;
};

// Of every golden log whose heap is one area and never starts afresh. What is
// asked under the lock, or of no blocks, asks nothing of the search: left out.
[[nodiscard]] std::vector<HeapWork> golden_work();

// Heaps that golden logs do not have: full to the last block, or a checkerboard
// of one used and one free, in which `blocks_each` are asked for again and
// again and cannot be had, each time followed by one block that can.
[[nodiscard]] HeapWork checkerboard(uint32_t blocks, uint32_t blocks_each);
[[nodiscard]] HeapWork full_heap(uint32_t blocks);

}  // namespace libheap::bench
