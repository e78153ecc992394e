// Replayer: its state as a value, and going on from one.

#include "libheap/base/error.h"
#include "libheap/replay/replayer.h"

namespace libheap {

namespace {

HeapState state_of(const GcHeap& heap) {
  const Area& area = *heap.areas().front();
  HeapState state;
  state.start = area.layout().start;
  state.end = area.layout().end;
  state.amount = heap.amount();
  state.threshold = heap.threshold();
  state.lock_field = heap.lock_field();
  state.auto_collect = heap.auto_collect();
  state.last_free_byte = area.last_free_byte;
  state.last_used_block = area.last_used_block;
  state.free = area.free_map();
  state.tail = area.tail_map();
  area.append_finalisers(state.finalisers);
  area.append_weakrefs(state.weakrefs);
  return state;
}

void restore(const HeapState& state, GcHeap& heap) {
  heap.init(state.start, state.end);
  Area& area = *heap.areas().front();
  if (state.free.size() != area.blocks() ||
      state.tail.size() != area.blocks()) {
    throw Error("the state of a heap of another size");
  }
  area.adopt(state.free, state.tail);
  area.adopt_finalisers(state.finalisers);
  area.adopt_weakrefs(state.weakrefs);
  area.last_free_byte = state.last_free_byte;
  area.last_used_block = state.last_used_block;
  heap.set_amount(state.amount);
  heap.set_threshold(state.threshold);
  heap.set_lock_field(state.lock_field);
  heap.set_auto_collect(state.auto_collect);
}

}  // namespace

std::optional<ReplayState> Replayer::state() const {
  const bool sound = exact_ && result_.divergences == 0 &&
                     result_.checkpoints_failed == 0 && result_.gaps.empty() &&
                     disputed_.empty();
  if (!sound || !started_ || !frames_.empty() || heap_.collecting() ||
      result_.ended || heap_.config().split != SplitMode::kNone) {
    return std::nullopt;
  }
  ReplayState state;
  state.counted = result_;
  state.results = results_;
  state.answer = answer_;
  state.heap = state_of(heap_);
  return state;
}

void Replayer::resume(const ReplayState& state) {
  if (!started_) start();
  result_ = state.counted;
  results_ = state.results;
  answer_ = state.answer;
  restore(state.heap, heap_);
  exact_ = true;
  frames_.clear();
  disputed_.clear();
  steps_ = 0;
  current_ = nullptr;
}

}  // namespace libheap
