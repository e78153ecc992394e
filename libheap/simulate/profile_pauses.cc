#include "libheap/simulate/profile_pauses.h"

#include <utility>

namespace libheap {

ProfilePauses::ProfilePauses(PauseProfile profile, const HeapConfig& heap,
                             uint32_t mark_stack_entries)
    : profile_(std::move(profile)),
      heap_(heap),
      mark_stack_entries_(mark_stack_entries) {}

PauseRange ProfilePauses::pause_of(const SimulatedCollect& collect) const {
  PauseState state;
  state.live_objects = collect.live_objects;
  state.live_blocks = collect.live_blocks;
  state.freed_objects = collect.swept_objects;
  state.freed_blocks = collect.swept_blocks;
  state.total_blocks = collect.total_blocks;
  state.swept_blocks =
      swept_blocks(heap_.traits, collect.total_blocks, collect.last_used_block);
  state.flag_bytes = swept_flag_bytes(heap_.traits, collect.last_used_block);
  state.words_per_block = heap_.block_bytes / heap_.word_bytes;
  state.mark_stack_entries = mark_stack_entries_;
  const PauseEstimate estimate = predict_pause(profile_, state);
  return {estimate.low_us, estimate.us, estimate.high_us};
}

}  // namespace libheap
