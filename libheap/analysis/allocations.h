#pragma once

// What the program asks for: how often, how much, in which sizes.
//
// Requested bytes are what the caller passed; blocks are what it cost:
//
//     rounding waste = blocks * block_bytes - requested bytes
//
// Only requests that were served count here; failures are in failures.h. A
// resize that moves counts as a request of its new size, one that stays in
// place as none. Definitions: docs/analyses.md, "Allocations".

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "libheap/replay/observer.h"

namespace libheap {

struct SizeCount {
  uint64_t n_bytes = 0;
  uint64_t blocks = 0;  // each
  uint64_t count = 0;
};

struct AllocationFindings {
  uint64_t requests = 0;  // served: allocations and resizes that moved
  uint64_t requested_bytes = 0;
  uint64_t blocks = 0;  // given for them
  uint64_t largest_request_bytes = 0;
  uint64_t resizes = 0;
  uint64_t resizes_in_place = 0;  // grown or shrunk where they were
  uint64_t resizes_moved = 0;
  uint64_t frees = 0;  // by the program; null and locked frees left out
  uint64_t freed_blocks = 0;
  uint64_t peak_used_blocks = 0;
  uint64_t peak_event = 0;
  // By blocks given in all, largest first; at most kTopSizes.
  std::vector<SizeCount> top_sizes;
  uint64_t distinct_sizes = 0;
};

class AllocationAnalysis : public ReplayObserver {
 public:
  static constexpr size_t kTopSizes = 12;

  void on_start(const TraceHeader& header, const Moment& now) override;
  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override;

  [[nodiscard]] AllocationFindings findings() const;

 private:
  // Sizes below this are counted in a plain array: nearly all are.
  static constexpr uint64_t kSmallSizes = 4096;
  // Others in a map that stops taking new sizes here, so that a hostile trace
  // cannot fill our memory; what it holds by then is the top anyway.
  static constexpr size_t kLargeSizes = 65536;

  void served(uint64_t n_bytes, uint64_t blocks);
  void note_peak(const Moment& now);

  AllocationFindings sum_;
  const GcHeap* heap_ = nullptr;
  std::vector<uint64_t> small_;
  std::unordered_map<uint64_t, uint64_t> large_;
};

// --- Inline: every event of a trace passes through them --------------------

inline void AllocationAnalysis::on_alloc(const Moment& now,
                                         const SeenAlloc& seen) {
  if (seen.at.is_null()) return;
  served(seen.n_bytes, seen.blocks);
  note_peak(now);
}

inline void AllocationAnalysis::on_free(const Moment&, BlockRef,
                                        uint32_t blocks) {
  if (blocks == 0) return;
  ++sum_.frees;
  sum_.freed_blocks += blocks;
}

inline void AllocationAnalysis::served(uint64_t n_bytes, uint64_t blocks) {
  ++sum_.requests;
  sum_.requested_bytes += n_bytes;
  sum_.blocks += blocks;
  sum_.largest_request_bytes = std::max(sum_.largest_request_bytes, n_bytes);
  if (n_bytes < kSmallSizes) {
    ++small_[n_bytes];
  } else if (large_.size() < kLargeSizes || large_.contains(n_bytes)) {
    ++large_[n_bytes];
  }
}

inline void AllocationAnalysis::note_peak(const Moment& now) {
  const uint64_t used = now.heap->used_blocks();
  if (used <= sum_.peak_used_blocks) return;
  sum_.peak_used_blocks = used;
  sum_.peak_event = now.event;
}

}  // namespace libheap
