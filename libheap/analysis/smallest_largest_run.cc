#include "libheap/analysis/smallest_largest_run.h"

#include <algorithm>

namespace libheap {

void SmallestLargestRun::on_start(const TraceHeader&, const Moment& now) {
  scan(now);
}

void SmallestLargestRun::on_alloc(const Moment& now, const SeenAlloc& seen) {
  if (seen.at.is_null()) return;
  taken(now, seen.at.area, seen.at.block, seen.at.block + seen.blocks);
}

void SmallestLargestRun::on_realloc(const Moment& now,
                                    const SeenRealloc& seen) {
  if (seen.at.is_null()) {
    if (seen.n_bytes == 0)
      on_free(now, seen.old, static_cast<uint32_t>(seen.old_blocks));
    return;
  }
  if (seen.at == seen.old) {
    if (seen.blocks > seen.old_blocks) {
      taken(now, seen.at.area, seen.at.block + seen.old_blocks,
            seen.at.block + seen.blocks);
    } else if (seen.blocks < seen.old_blocks) {
      const auto cut = static_cast<BlockIndex>(seen.at.block + seen.blocks);
      on_free(now, {seen.at.area, cut},
              static_cast<uint32_t>(seen.old_blocks - seen.blocks));
    }
    return;
  }
  // Taken first, then freed, as on the device.
  taken(now, seen.at.area, seen.at.block, seen.at.block + seen.blocks);
  if (!seen.old.is_null()) {
    on_free(now, seen.old, static_cast<uint32_t>(seen.old_blocks));
  }
}

void SmallestLargestRun::on_free(const Moment&, BlockRef block,
                                 uint32_t blocks) {
  if (blocks == 0) return;
  const uint64_t end = uint64_t{block.block} + blocks;
  const bool touches = block.area == witness_area_ &&
                       (end == witness_begin_ || block.block == witness_end_);
  // Joined to the witness it may have made it longer than we know; elsewhere
  // it joins two other runs at most.
  others_ =
      touches ? UINT64_MAX : 2 * std::min(others_, UINT64_MAX / 4) + blocks;
}

void SmallestLargestRun::on_collect_end(const Moment&, const SeenCollect&) {
  others_ = UINT64_MAX;  // a sweep frees anywhere
}

void SmallestLargestRun::on_other(const Moment& now, const Event& event) {
  if (event.kind == EventKind::kInit || event.kind == EventKind::kAreaAdded ||
      event.kind == EventKind::kLoss) {
    scan(now);
  }
}

void SmallestLargestRun::taken(const Moment& now, uint32_t area, uint64_t begin,
                               uint64_t end) {
  if (area != witness_area_ || end <= witness_begin_ || begin >= witness_end_) {
    return;
  }
  // What is left of the witness in front and behind; the longer part stays.
  const uint64_t front = begin > witness_begin_ ? begin - witness_begin_ : 0;
  const uint64_t behind = witness_end_ > end ? witness_end_ - end : 0;
  if (front > behind) {
    witness_end_ = begin;
    if (others_ != UINT64_MAX) others_ = std::max(others_, behind);
  } else {
    witness_begin_ = std::min(end, witness_end_);
    if (others_ != UINT64_MAX) others_ = std::max(others_, front);
  }
  if (witness_blocks() >= smallest_.blocks) return;
  if (witness_blocks() >= others_) {
    set_minimum(now, witness_blocks());
  } else {
    scan(now);
  }
}

void SmallestLargestRun::set_minimum(const Moment& now, uint64_t blocks) {
  if (blocks >= smallest_.blocks) return;
  smallest_.blocks = blocks;
  smallest_.free_blocks = now.heap->total_blocks() - now.heap->used_blocks();
  smallest_.event = now.event;
  smallest_.time_us = now.time_us;
}

void SmallestLargestRun::scan(const Moment& now) {
  uint64_t longest = 0;
  uint64_t second = 0;
  for (const std::unique_ptr<Area>& area : now.heap->areas()) {
    const Bitmap& free = area->free_map();
    const uint32_t here = free.longest_run();
    if (here <= longest) {
      second = std::max<uint64_t>(second, here);
      continue;
    }
    second = std::max(second, longest);
    longest = here;
    witness_area_ = area->id();
    const uint32_t begin = free.find_run(0, here);
    witness_begin_ = begin;
    witness_end_ = begin + here;
    second = std::max<uint64_t>({second, free.longest_run(0, begin),
                                 free.longest_run(begin + here, free.size())});
  }
  if (longest == 0) {
    witness_area_ = 0;
    witness_begin_ = witness_end_ = 0;
  }
  others_ = second;
  set_minimum(now, longest);
}

}  // namespace libheap
