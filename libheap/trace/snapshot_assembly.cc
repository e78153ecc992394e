#include "libheap/trace/snapshot_assembly.h"

#include "firmware-tracer/tracer_format.h"

namespace libheap {

const SnapshotRecord* SnapshotAssembly::add(std::span<const uint8_t> slice) {
  if (slice.size() < TRACER_SLICE_HEADER) {
    open_ = false;
    return nullptr;
  }
  const uint32_t field = slice[1] | uint32_t{slice[2]} << 8;
  const uint32_t index = field & (TRACER_SLICE_LAST - 1);
  if (index == 0) {
    open_ = true;
    number_ = slice[0];
    next_index_ = 0;
    snapshot_.bytes.clear();
  }
  if (!open_ || slice[0] != number_ || index != next_index_) {
    open_ = false;
    return nullptr;
  }
  ++next_index_;
  const auto bytes = slice.subspan(TRACER_SLICE_HEADER);
  snapshot_.bytes.insert(snapshot_.bytes.end(), bytes.begin(), bytes.end());
  if ((field & TRACER_SLICE_LAST) == 0) return nullptr;
  open_ = false;
  return &snapshot_;
}

}  // namespace libheap
