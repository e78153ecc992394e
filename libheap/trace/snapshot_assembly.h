#pragma once

// SnapshotAssembly: a snapshot put together from its slices.
//
//     number | index, last | bytes          one SNAPSHOT packet each
//
// Other packets may stand between (interrupts record while a snapshot is
// sent). One slice that is missing voids the whole: a snapshot is believed
// only if every slice of its number came, in order. What the bytes mean is for
// replay/snapshot_graph.h, which knows the heap.

#include <cstdint>
#include <span>

#include "libheap/trace/event.h"

namespace libheap {

class SnapshotAssembly {
 public:
  // The body of a SNAPSHOT packet. Answers the snapshot if this was its last
  // slice and none is missing, else null. Lives until the next slice.
  [[nodiscard]] const SnapshotRecord* add(std::span<const uint8_t> slice);

 private:
  bool open_ = false;
  uint8_t number_ = 0;
  uint32_t next_index_ = 0;
  SnapshotRecord snapshot_;
};

}  // namespace libheap
