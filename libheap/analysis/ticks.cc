#include "libheap/analysis/ticks.h"

#include <algorithm>

namespace libheap {

namespace {

void raise(TickExtreme& most, uint64_t value, uint64_t event) {
  if (value > most.value) most = {value, event};
}

}  // namespace

void TickAnalysis::on_collect_begin(const Moment& now, const SeenCollect&) {
  used_before_ = now.heap->used_blocks();
}

void TickAnalysis::on_collect_end(const Moment& now, const SeenCollect&) {
  open_.swept_blocks +=
      used_before_ - std::min(used_before_, now.heap->used_blocks());
}

void TickAnalysis::on_other(const Moment& now, const Event& event) {
  if (event.kind != EventKind::kTick) return;
  if (sum_.ticks != 0) close(now);
  ++sum_.ticks;
  open_ = {};
}

void TickAnalysis::close(const Moment& now) {
  ++sum_.iterations;
  sum_.requests += open_.requests;
  sum_.blocks += open_.blocks;
  sum_.swept_blocks += open_.swept_blocks;
  raise(sum_.most_requests, open_.requests, now.event);
  raise(sum_.most_blocks, open_.blocks, now.event);
}

}  // namespace libheap
