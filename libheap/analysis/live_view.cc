#include "libheap/analysis/live_view.h"

namespace libheap {

namespace {

// In turns the fuller and the emptier: the sawtooth stays one.
bool keep_extremes(size_t pair, const HeapSample& first,
                   const HeapSample& second) {
  return pair % 2 == 0 ? second.used_blocks > first.used_blocks
                       : second.used_blocks < first.used_blocks;
}

uint64_t pause_us(const CollectSummary& collect) {
  const bool timed =
      collect.begin_us != Event::kNoTime && collect.end_us != Event::kNoTime;
  return timed ? collect.end_us - collect.begin_us : 0;
}

bool keep_longer(size_t, const CollectSummary& first,
                 const CollectSummary& second) {
  return pause_us(second) > pause_us(first);
}

template <typename Item>
bool keep_newer(size_t, const Item&, const Item&) {
  return true;
}

}  // namespace

LiveView::LiveView()
    : samples_(kSamples, keep_extremes),
      listed_(kCollects, keep_longer),
      failures_(kFailures, keep_newer<FailedAllocation>),
      labels_(kLabels, keep_newer<Label>) {}

void LiveView::on_alloc(const Moment& now, const SeenAlloc& seen) {
  if (!seen.at.is_null()) {
    allocated_blocks_ += seen.blocks;
    if (++unseen_ >= kStride) add_sample(now);
  } else if (const auto failure = failure_of(now, seen)) {
    add_failure(now, *failure);
  }
}

void LiveView::on_realloc(const Moment& now, const SeenRealloc& seen) {
  if (seen.at.is_null()) {
    if (const auto failure = failure_of(now, seen)) add_failure(now, *failure);
  } else if (seen.at != seen.old) {
    allocated_blocks_ += seen.blocks;
  }
}

void LiveView::on_collect_begin(const Moment& now, const SeenCollect& seen) {
  collects_.on_collect_begin(now, seen);
  add_sample(now);
}

void LiveView::on_collect_end(const Moment& now, const SeenCollect& seen) {
  collects_.on_collect_end(now, seen);
  listed_.add(collects_.last());
  add_sample(now);
}

void LiveView::on_other(const Moment& now, const Event& event) {
  if (event.kind != EventKind::kLabel) return;
  labels_.add({now.event, now.time_us, std::string(event.text)});
}

void LiveView::look(const Moment& now) {
  if (now.heap == nullptr) return;
  const auto& samples = samples_.items();
  if (samples.empty() || samples.back().event != now.event ||
      samples.back().used_blocks != now.heap->used_blocks()) {
    add_sample(now);
  }
}

void LiveView::told() {
  samples_.told();
  listed_.told();
  failures_.told();
  labels_.told();
}

void LiveView::add_sample(const Moment& now) {
  unseen_ = 0;
  samples_.add({now.event, now.time_us, now.heap->used_blocks(),
                now.heap->largest_free_run(), now.heap->total_blocks()});
}

void LiveView::add_failure(const Moment& now, const FailedAllocation& failure) {
  failures_.add(failure);
  add_sample(now);
}

}  // namespace libheap
