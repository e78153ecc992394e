#pragma once

// Splitters: objects that keep free runs apart.
//
//     .....h=.......     the object at h splits; if it were gone,
//     <-5-><2>-7-->      a run of 5 + 2 + 7 = 14 blocks would be there
//
// A splitter has free blocks directly on both sides. Splitters are ranked by
// the run that would join, then by how small they are themselves, then by
// address. Two objects help only together where neither alone would make a run
// long enough: neighbours, or two with free blocks between.
//
// For a request that found no room, the fewest objects in the way are those
// whose going would make room for it at the least price: fewest objects, then
// fewest blocks. Runs never cross areas. Definitions: docs/analyses.md,
// "Splitters".
//
// Cost: one pass over the objects of the heap; fewest_in_the_way another per
// object it needs.

#include <cstdint>
#include <optional>
#include <vector>

#include "libheap/analysis/heap_table.h"
#include "libheap/base/block_ref.h"

namespace libheap {

struct PlacedObject {
  BlockRef head;
  uint64_t blocks = 0;
};

struct Splitter {
  PlacedObject object;
  uint64_t free_before = 0;  // blocks, directly before it
  uint64_t free_after = 0;

  // The run that would be there if it were gone.
  [[nodiscard]] uint64_t joined() const {
    return free_before + object.blocks + free_after;
  }
};

// Neighbouring objects, and the run that would be there if all were gone.
struct ObjectsInTheWay {
  std::vector<PlacedObject> objects;
  uint64_t joined = 0;
};

struct SplitterFindings {
  std::vector<Splitter> ranked;        // at most as many as asked for
  uint64_t count = 0;                  // of all splitters
  std::vector<ObjectsInTheWay> pairs;  // that only help together; ranked
};

// Pairs help only together to make a run of `wanted` blocks.
[[nodiscard]] SplitterFindings splitters_of(const HeapTable& table,
                                            uint64_t wanted, size_t most);

// At most kMostInTheWay of them; nothing where no so few would do.
inline constexpr size_t kMostInTheWay = 64;
[[nodiscard]] std::optional<ObjectsInTheWay> fewest_in_the_way(
    const HeapTable& table, uint64_t wanted);

}  // namespace libheap
