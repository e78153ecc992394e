#include "libheap/analysis/smallest_largest_run.h"

namespace libheap {

void SmallestLargestRun::on_start(const TraceHeader&, const Moment& now) {
  if (run_.scan(*now.heap)) note_minimum(now);
}

void SmallestLargestRun::on_realloc(const Moment& now,
                                    const SeenRealloc& seen) {
  if (seen.at.is_null()) {
    if (seen.n_bytes == 0)
      on_free(now, seen.old, static_cast<uint32_t>(seen.old_blocks));
    return;
  }
  if (seen.at == seen.old) {
    const BlockIndex begin = seen.at.block;
    if (seen.blocks > seen.old_blocks) {
      taken(now,
            {seen.at.area, begin + static_cast<BlockIndex>(seen.old_blocks)},
            seen.blocks - seen.old_blocks);
    } else {
      run_.freed(seen.at.area, begin + seen.blocks,
                 seen.old_blocks - seen.blocks);
    }
    return;
  }
  // Taken first, then freed, as on the device.
  taken(now, seen.at, seen.blocks);
  if (!seen.old.is_null()) {
    on_free(now, seen.old, static_cast<uint32_t>(seen.old_blocks));
  }
}

void SmallestLargestRun::on_collect_end(const Moment&, const SeenCollect&) {
  run_.swept();
}

void SmallestLargestRun::on_other(const Moment& now, const Event& event) {
  if (event.kind == EventKind::kInit || event.kind == EventKind::kAreaAdded ||
      event.kind == EventKind::kLoss) {
    if (run_.scan(*now.heap)) note_minimum(now);
  }
}

void SmallestLargestRun::note_minimum(const Moment& now) {
  smallest_.blocks = run_.blocks();
  smallest_.free_blocks = now.heap->total_blocks() - now.heap->used_blocks();
  smallest_.event = now.event;
  smallest_.time_us = now.time_us;
}

}  // namespace libheap
