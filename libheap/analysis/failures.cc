#include "libheap/analysis/failures.h"

namespace libheap {

std::string_view name_of(FailureVerdict verdict) {
  return verdict == FailureVerdict::kExhausted ? "exhausted" : "fragmented";
}

void FailureAnalysis::on_alloc(const Moment& now, const SeenAlloc& seen) {
  if (seen.out_of_memory) {
    failed(now, seen.n_bytes, seen.blocks, /*resize=*/false);
  } else if (seen.at.is_null() && seen.n_bytes != 0) {
    ++sum_.locked;
  }
}

void FailureAnalysis::on_realloc(const Moment& now, const SeenRealloc& seen) {
  if (seen.out_of_memory) {
    failed(now, seen.n_bytes, seen.blocks, /*resize=*/!seen.old.is_null());
  } else if (seen.at.is_null() && seen.n_bytes != 0 &&
             now.heap->lock_field() != 0) {
    ++sum_.locked;
  }
}

void FailureAnalysis::failed(const Moment& now, uint64_t n_bytes,
                             uint64_t blocks, bool resize) {
  FailedAllocation failure;
  failure.event = now.event;
  failure.time_us = now.time_us;
  failure.site = now.site;
  failure.n_bytes = n_bytes;
  failure.blocks = blocks;
  failure.resize = resize;
  failure.free_blocks = now.heap->total_blocks() - now.heap->used_blocks();
  failure.largest_free_run = now.heap->largest_free_run();
  failure.collect_off = !now.heap->auto_collect();
  ++sum_.count;
  if (failure.collect_off) ++sum_.collect_off;
  if (failure.free_blocks < blocks || blocks == 0) {
    // A size so near the largest word that it wraps to 0 blocks: no heap has
    // room for it.
    failure.verdict = FailureVerdict::kExhausted;
    ++sum_.exhausted;
  } else {
    failure.verdict = FailureVerdict::kFragmented;
    ++sum_.fragmented;
  }
  if (sum_.first.size() < kKept) sum_.first.push_back(failure);
}

}  // namespace libheap
