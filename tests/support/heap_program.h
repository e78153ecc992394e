#pragma once

// HeapProgram: a model heap and the program that uses it, for tests.
//
// It runs requests to their end, through the collects and the growth they
// cause, and decides what the model cannot know: which objects survive, what
// happens inside a collect and right after it, how much memory there is.

#include <cstdint>
#include <functional>
#include <vector>

#include "libheap/model/gc_heap.h"

namespace libheap {

inline constexpr Release kV1x19{1, 19, 1, true};
inline constexpr Release kV1x20{1, 20, 0, true};
inline constexpr Release kV1x21{1, 21, 0, true};
inline constexpr Release kV1x24{1, 24, 1, true};
inline constexpr Release kV1x25{1, 25, 0, true};
inline constexpr Release kV1x28{1, 28, 0, true};

inline constexpr uint64_t kHeapStart = 0x20000000;
inline constexpr uint64_t kBlock = 16;  // bytes

// The usual build of a release; areas added later have a record of 32 bytes.
[[nodiscard]] HeapConfig config_of(const Release& release,
                                   SplitMode split = SplitMode::kNone);

[[nodiscard]] constexpr BlockRef block(BlockIndex index, uint32_t area = 0) {
  return {area, index};
}

struct HeapProgram {
  // A heap of exactly so many blocks, a multiple of 4.
  explicit HeapProgram(uint64_t blocks,
                       const HeapConfig& config = HeapConfig());

  BlockRef alloc(uint64_t n_bytes, bool finaliser = false);
  BlockRef alloc_blocks(uint64_t n) { return alloc(n * kBlock); }
  BlockRef realloc(BlockRef old, uint64_t n_bytes, bool may_move = true);
  CollectResult collect();
  // Allocates until nothing of that size fits, without collecting.
  void fill(uint64_t blocks_each = 1);
  // An area of so many blocks; answers its number.
  uint32_t add_area(uint64_t blocks, uint64_t at);

  [[nodiscard]] const Area& first_area() const { return *heap.areas().front(); }

  GcHeap heap;
  std::vector<BlockRef> kept;        // what survives a collect
  std::vector<CollectCause> causes;  // of the collects that requests caused
  std::function<void()> in_collect;
  std::function<void()> after_collect;
  uint64_t available = 0;       // bytes the port could spare for an area
  std::vector<uint64_t> grown;  // bytes asked of the port, 0 for none
  uint64_t next_area = kHeapStart + 0x100000;

 private:
  [[nodiscard]] std::vector<AreaSurvivors> survivors() const;
  void grow(AllocRequest& request);
};

// Three areas of eight blocks, the second at a lower address than the first.
[[nodiscard]] HeapProgram split_program();

}  // namespace libheap
