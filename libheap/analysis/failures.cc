#include "libheap/analysis/failures.h"

namespace libheap {

namespace {

FailureVerdict verdict_of(const FailedAllocation& failure, bool locked) {
  if (locked) return FailureVerdict::kLocked;
  if (failure.blocks == 0) return FailureVerdict::kTooLarge;
  return failure.free_blocks < failure.blocks ? FailureVerdict::kExhausted
                                              : FailureVerdict::kFragmented;
}

FailedAllocation describe(const Moment& now, uint64_t n_bytes, uint64_t blocks,
                          bool locked) {
  FailedAllocation failure;
  failure.event = now.event;
  failure.time_us = now.time_us;
  failure.site = now.site;
  failure.n_bytes = n_bytes;
  failure.blocks = blocks;
  failure.free_blocks = now.heap->total_blocks() - now.heap->used_blocks();
  failure.largest_free_run = now.heap->largest_free_run();
  failure.collect_off = !now.heap->auto_collect();
  failure.verdict = verdict_of(failure, locked);
  return failure;
}

}  // namespace

std::string_view name_of(FailureVerdict verdict) {
  switch (verdict) {
    case FailureVerdict::kExhausted:
      return "exhausted";
    case FailureVerdict::kFragmented:
      return "fragmented";
    case FailureVerdict::kTooLarge:
      return "too_large";
    case FailureVerdict::kLocked:
      break;
  }
  return "locked";
}

std::optional<FailedAllocation> failure_of(const Moment& now,
                                           const SeenAlloc& seen) {
  if (!seen.at.is_null() || seen.n_bytes == 0) return std::nullopt;
  return describe(now, seen.n_bytes, seen.blocks, !seen.out_of_memory);
}

std::optional<FailedAllocation> failure_of(const Moment& now,
                                           const SeenRealloc& seen) {
  const bool locked = !seen.out_of_memory && now.heap->lock_field() != 0;
  if (!seen.at.is_null() || seen.n_bytes == 0 ||
      (!seen.out_of_memory && !locked)) {
    return std::nullopt;
  }
  FailedAllocation failure = describe(now, seen.n_bytes, seen.blocks, locked);
  failure.resize = !seen.old.is_null();
  return failure;
}

void FailureAnalysis::add(const FailedAllocation& failure) {
  switch (failure.verdict) {
    case FailureVerdict::kLocked:
      ++sum_.locked;
      return;
    case FailureVerdict::kExhausted:
      ++sum_.exhausted;
      break;
    case FailureVerdict::kFragmented:
      ++sum_.fragmented;
      break;
    case FailureVerdict::kTooLarge:
      ++sum_.too_large;
      break;
  }
  ++sum_.count;
  if (failure.collect_off) ++sum_.collect_off;
  if (sum_.first.size() < kKept) sum_.first.push_back(failure);
}

}  // namespace libheap
