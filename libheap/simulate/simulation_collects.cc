// Simulator: collects, and what a request waits for.

#include <algorithm>
#include <bit>

#include "libheap/simulate/simulator.h"

namespace libheap {

template <typename Waiting>
void Simulator::finish(Waiting& request, AllocRequest& alloc,
                       Progress progress) {
  while (progress != Progress::kDone) {
    if (progress == Progress::kCollect) {
      collect(alloc.cause);
      if (alloc.cause == CollectCause::kExhausted) {
        const uint64_t run = heap_.largest_free_run();
        const bool narrow = run >= alloc.blocks && run / 2 < alloc.blocks;
        result_.narrow_escapes += narrow ? 1 : 0;
      }
    } else {
      grow(alloc);
    }
    progress = heap_.advance(request);
  }
}

template void Simulator::finish(AllocRequest&, AllocRequest&, Progress);
template void Simulator::finish(ReallocRequest&, AllocRequest&, Progress);

// The port gives what it gave in the recording, in the same order.
void Simulator::grow(AllocRequest& alloc) {
  if (next_growth_ >= workload_.growths.size()) {
    return GcHeap::decline_growth(alloc);
  }
  const RecordedGrowth& growth = workload_.growths[next_growth_++];
  const std::optional<uint64_t> bytes = heap_.growth_bytes(alloc, growth.offer);
  GcHeap::decline_growth(alloc);  // a request adds one area at most
  if (!bytes || growth.start == 0) return;
  make_room(heap_.add_area(growth.start, growth.start + *bytes));
  smallest_.scan(heap_);
}

void Simulator::collect(CollectCause cause) {
  note_used();
  const std::vector<RecordedCollect>& recorded = workload_.recorded.collects;
  while (next_recorded_ < recorded.size() &&
         recorded[next_recorded_].position < position_) {
    ++next_recorded_;
  }
  if (next_recorded_ == recorded.size() ||
      recorded[next_recorded_].position != position_) {
    result_.only_recorded_collects = false;
  }
  SimulatedCollect seen;
  seen.position = position_;
  seen.cause = cause;
  for (const std::unique_ptr<Area>& area : heap_.areas()) {
    seen.last_used_block += area->last_used_block;
    seen.total_blocks += area->blocks();
  }
  const uint64_t used_before = heap_.used_blocks();
  if (cause == CollectCause::kExhausted) {
    result_.crumb_blocks += seen.total_blocks - used_before;
  }
  heap_.begin_collect();
  choose_survivors();
  const CollectResult done = heap_.end_collect(survivors_);
  smallest_.swept();
  if (!done.dropped_areas.empty()) smallest_.scan(heap_);
  seen.live_objects = done.heads_after;
  seen.live_blocks = heap_.used_blocks();
  seen.swept_objects = done.heads_before - done.heads_after;
  seen.swept_blocks = used_before - seen.live_blocks;
  account(seen);
}

void Simulator::choose_survivors() {
  survivors_.resize(heap_.areas().size());
  for (size_t i = 0; i < survivors_.size(); ++i) {
    const Area& area = *heap_.areas()[i];
    AreaSurvivors& survivors = survivors_[i];
    survivors.area = area.id();
    if (survivors.heads.size() != area.blocks()) {
      survivors.heads = Bitmap(area.blocks());
    }
    const std::vector<Position>& deaths = deaths_at_[area.id()];
    const std::span<const uint64_t> free = area.free_map().words();
    const std::span<const uint64_t> tail = area.tail_map().words();
    const size_t words = area.used_words();
    for (size_t w = words; w < free.size(); ++w) survivors.heads.words()[w] = 0;
    for (size_t w = 0; w < words; ++w) {
      uint64_t alive = 0;
      // Bits past the pool are neither free nor tails.
      const size_t left = deaths.size() - w * 64;
      const uint64_t valid =
          left >= 64 ? ~uint64_t{0} : (uint64_t{1} << left) - 1;
      uint64_t heads = ~(free[w] | tail[w]) & valid;
      for (; heads != 0; heads &= heads - 1) {
        const auto bit = static_cast<uint32_t>(std::countr_zero(heads));
        const uint64_t lives = deaths[w * 64 + bit] > position_ ? 1 : 0;
        alive |= lives << bit;
      }
      survivors.heads.words()[w] = alive;
    }
  }
}

void Simulator::account(const SimulatedCollect& seen) {
  ++result_.collects;
  result_.threshold_collects += seen.cause == CollectCause::kThreshold ? 1 : 0;
  result_.exhausted_collects += seen.cause == CollectCause::kExhausted ? 1 : 0;
  result_.explicit_collects += seen.cause == CollectCause::kExplicit ? 1 : 0;
  result_.live_after_max_blocks =
      std::max(result_.live_after_max_blocks, seen.live_blocks);
  if (extras_.pauses != nullptr) {
    const PauseRange pause = extras_.pauses->pause_of(seen);
    PauseRange& longest = result_.longest_pause;
    PauseRange& total = result_.total_pause;
    longest.low_us = std::max(longest.low_us, pause.low_us);
    longest.estimate_us = std::max(longest.estimate_us, pause.estimate_us);
    longest.high_us = std::max(longest.high_us, pause.high_us);
    total.low_us += pause.low_us;
    total.estimate_us += pause.estimate_us;
    total.high_us += pause.high_us;
  }
  if (extras_.keep_collects) result_.kept.push_back(seen);
}

void Simulator::sweep_all() {
  note_used();
  heap_.begin_sweep_all();
  heap_.end_collect({});
  smallest_.swept();
  std::fill(slots_.begin(), slots_.end(), kNullBlock);
}

}  // namespace libheap
