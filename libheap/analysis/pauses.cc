#include "libheap/analysis/pauses.h"

#include <algorithm>

#include "libheap/trace/header_settings.h"

namespace libheap {
namespace {

// A program has a handful of labels; more would only take our memory.
constexpr size_t kMostLabels = 4096;
constexpr size_t kMostLabelBytes = size_t{1} << 20;

const Area* area_of(const GcHeap& heap, uint32_t id) {
  for (const std::unique_ptr<Area>& area : heap.areas()) {
    if (area->id() == id) return area.get();
  }
  return nullptr;
}

// The dead ones with a finaliser.
uint64_t finalisers_called(const Area& area, const SurvivorMap& survivors) {
  const Bitmap& flags = area.finaliser_map();
  uint64_t count = 0;
  for (uint32_t b = flags.next_set(0); b < flags.size();
       b = flags.next_set(b + 1)) {
    if (!survivors.test(b)) ++count;
  }
  return count;
}

void add_sweep_bounds(const GcHeap& heap, PauseState& state) {
  const ReleaseTraits& traits = heap.config().traits;
  for (const std::unique_ptr<Area>& area : heap.areas()) {
    state.total_blocks += area->blocks();
    state.swept_blocks +=
        swept_blocks(traits, area->blocks(), area->last_used_block);
    if (heap.config().finaliser) {
      state.flag_bytes += swept_flag_bytes(traits, area->last_used_block);
    }
  }
}

}  // namespace

bool freed_next_to_nothing(const Pause& pause) {
  return pause.cause == CollectCause::kExplicit &&
         pause.state.freed_blocks * 100 < pause.used_before;
}

void PauseTotals::add(const Pause& pause) {
  ++count;
  ++by_cause[static_cast<size_t>(pause.cause)];
  last_cause = pause.cause;
  idle_explicit += freed_next_to_nothing(pause) ? 1 : 0;
  other_core_waits += pause.other_core_waited_us != 0 ? 1 : 0;
  other_core_waited_us += pause.other_core_waited_us;
  other_core_longest_us =
      std::max(other_core_longest_us, pause.other_core_waited_us);
  overflowed += pause.overflowed ? 1 : 0;
  if (pause.tick != 0 && pause.tick != last_tick) ++ticks_hit;
  last_tick = pause.tick;
  if (!pause.timed() || timed.size() == kTimed) return;
  // A clock that went back is mended, or no figure would hold.
  const uint64_t begin = timed.empty()
                             ? pause.begin_us
                             : std::max(pause.begin_us, timed.back().end);
  timed.push_back({begin, std::max(begin, pause.end_us)});
}

PauseTotals totals_of(const std::vector<Pause>& pauses) {
  PauseTotals totals;
  for (const Pause& pause : pauses) totals.add(pause);
  return totals;
}

void PauseAnalysis::on_start(const TraceHeader& header, const Moment&) {
  trace_.release = header.release;
  trace_.clock_hz = clock_of(header);
  open_.state.mark_stack_entries = header.mark_stack_entries;
  open_.state.words_per_block =
      header.block_bytes / std::max(1U, header.word_bytes);
}

void PauseAnalysis::on_collect_begin(const Moment& now,
                                     const SeenCollect& seen) {
  PauseState state;
  state.mark_stack_entries = open_.state.mark_stack_entries;
  state.words_per_block = open_.state.words_per_block;
  open_ = {};
  open_.state = state;
  add_sweep_bounds(*now.heap, open_.state);
  open_.event = now.event;
  open_.cause = seen.cause;
  open_.core = now.core;
  open_.begin_us = seen.begin_us;
  open_.used_before = now.heap->used_blocks();
  open_.tick = trace_.ticks;
  open_.label = label_;
}

void PauseAnalysis::on_sweep(const Moment& now,
                             std::span<const AreaSurvivors> survivors) {
  for (const AreaSurvivors& one : survivors) {
    const Area* area = area_of(*now.heap, one.area);
    if (area == nullptr || area->finaliser_map().size() == 0 ||
        one.heads.size() != area->blocks()) {
      continue;
    }
    open_.state.finalisers += finalisers_called(*area, one.heads);
  }
}

void PauseAnalysis::on_collect_end(const Moment& now, const SeenCollect& seen) {
  if (seen.sweep_all) {
    ++trace_.resets;
    return;
  }
  open_.mark_end_us = seen.mark_end_us;
  open_.end_us = now.time_us;
  open_.overflowed = seen.overflowed;
  open_.objects_before = seen.heads_before;
  if (marks_ != nullptr) open_.replayed = marks_->last();
  PauseState& state = open_.state;
  state.live_objects = seen.heads_after;
  state.live_blocks = now.heap->used_blocks();
  state.freed_objects =
      seen.heads_before - std::min(seen.heads_before, seen.heads_after);
  state.freed_blocks =
      open_.used_before - std::min(open_.used_before, state.live_blocks);
  list_last();
  last_ = open_;
}

void PauseAnalysis::list_last() {
  if (!last_) return;
  trace_.all.add(*last_);
  listed_.offer(*last_);
  last_.reset();
}

// A wait ends after the collect it was for; it may have begun before, behind a
// request.
void PauseAnalysis::add_wait(const Moment& now, uint64_t us) {
  if (!last_ || !last_->timed() || now.core == last_->core) return;
  if (now.time_us == Event::kNoTime) return;
  const uint64_t begin =
      std::max(now.time_us - std::min(now.time_us, us), last_->begin_us);
  const uint64_t end = std::min(now.time_us, last_->end_us);
  if (begin < end) last_->other_core_waited_us += end - begin;
}

void PauseAnalysis::on_other(const Moment& now, const Event& event) {
  if (event.kind == EventKind::kTick) ++trace_.ticks;
  if (event.kind == EventKind::kWait) {
    see_core(now);
    add_wait(now, event.number);
  }
  if (event.kind == EventKind::kLabel) {
    label_ = number_of(event.text);
  }
}

// 0 where there is no room for one more.
size_t PauseAnalysis::number_of(std::string_view label) {
  const auto known = label_numbers_.find(label);
  if (known != label_numbers_.end()) return known->second;
  if (trace_.labels.size() == kMostLabels ||
      label.size() > kMostLabelBytes - label_bytes_) {
    return 0;
  }
  label_bytes_ += label.size();
  trace_.labels.emplace_back(label);
  return label_numbers_[std::string(label)] = trace_.labels.size();
}

void PauseAnalysis::on_finish(const Moment& now) {
  if (now.time_us != Event::kNoTime) trace_.end_us = now.time_us;
  list_last();
  trace_.pauses = listed_.items();
  trace_.pause_stride = listed_.stride();
  if (marks_ != nullptr) trace_.content = marks_->content();
}

}  // namespace libheap
