#pragma once

// Allocations that failed, and why.
//
//     exhausted     free blocks < blocks asked for: no arrangement would do
//     fragmented    free blocks >= blocks asked for > largest free run:
//                   there was room, in pieces
//     too large     so near the largest word that rounding up to blocks
//                   wrapped to none: no heap has room for it
//     locked        nothing may be allocated under the lock, room or not
//
// With automatic collection off nothing was collected first, and what looks
// used may be garbage: `collect_off` says so.
//
// Requests under the lock (gc or finaliser) are counted apart, since the heap
// is not to blame; requests for 0 bytes answer null by definition and are no
// failures.
// Definitions: docs/analyses.md, "Failed allocations".

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "libheap/replay/observer.h"

namespace libheap {

enum class FailureVerdict : uint8_t {
  kExhausted,
  kFragmented,
  kTooLarge,
  kLocked,
};
[[nodiscard]] std::string_view name_of(FailureVerdict verdict);

struct FailedAllocation {
  uint64_t event = 0;
  uint64_t time_us = Event::kNoTime;
  uint64_t n_bytes = 0;
  uint64_t blocks = 0;
  uint64_t free_blocks = 0;
  uint64_t largest_free_run = 0;
  uint32_t site = 0;
  bool resize = false;
  bool collect_off = false;  // automatic collection was disabled
  FailureVerdict verdict = FailureVerdict::kExhausted;
};

// The failure that these describe; nothing where the request was served, asked
// for nothing, or only asked whether it could grow in place.
[[nodiscard]] std::optional<FailedAllocation> failure_of(const Moment& now,
                                                         const SeenAlloc& seen);
[[nodiscard]] std::optional<FailedAllocation> failure_of(
    const Moment& now, const SeenRealloc& seen);

struct FailureFindings {
  uint64_t count = 0;
  uint64_t exhausted = 0;
  uint64_t fragmented = 0;
  uint64_t too_large = 0;
  uint64_t collect_off = 0;             // of count
  uint64_t locked = 0;                  // not in count
  std::vector<FailedAllocation> first;  // at most kKept
};

class FailureAnalysis : public ReplayObserver {
 public:
  static constexpr size_t kKept = 10'000;

  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;

  [[nodiscard]] const FailureFindings& findings() const { return sum_; }

 private:
  void add(const FailedAllocation& failure);

  FailureFindings sum_;
};

// --- Inline: every event of a trace passes through them --------------------

inline void FailureAnalysis::on_alloc(const Moment& now,
                                      const SeenAlloc& seen) {
  if (!seen.at.is_null()) return;
  if (const auto failure = failure_of(now, seen)) add(*failure);
}

inline void FailureAnalysis::on_realloc(const Moment& now,
                                        const SeenRealloc& seen) {
  if (!seen.at.is_null()) return;
  if (const auto failure = failure_of(now, seen)) add(*failure);
}

}  // namespace libheap
