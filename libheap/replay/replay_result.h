#pragma once

// What a replay proved, counted. The numbers of `mpheap replay`.

#include <array>
#include <cstdint>
#include <vector>

#include "libheap/replay/divergence.h"
#include "libheap/trace/event.h"

namespace libheap {

// A stretch of the trace known to be missing. Until `exact_again` the model
// follows the device's word and proves nothing.
struct Gap {
  uint64_t event = 0;        // counted events before it
  uint64_t lost = 0;         // events lost
  uint64_t line = 0;         // text logs; 0 elsewhere
  uint64_t exact_again = 0;  // the first event that is proven; 0: none
};

// Counts all gaps, keeps the first ones: a stream of nothing but losses must
// not fill our memory.
class GapLog {
 public:
  static constexpr size_t kKept = 10'000;

  void add(const Gap& gap) {
    ++count_;
    lost_ += gap.lost;
    if (kept_.size() < kKept) kept_.push_back(gap);
  }
  // The last gap is over.
  void end_last(uint64_t exact_again) {
    if (count_ == kept_.size() && count_ != 0) {
      kept_.back().exact_again = exact_again;
    }
  }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] uint64_t size() const { return count_; }
  [[nodiscard]] uint64_t lost() const { return lost_; }
  // The first of them.
  [[nodiscard]] const std::vector<Gap>& kept() const { return kept_; }
  [[nodiscard]] const Gap& operator[](size_t i) const { return kept_[i]; }
  [[nodiscard]] auto begin() const { return kept_.begin(); }
  [[nodiscard]] auto end() const { return kept_.end(); }

 private:
  std::vector<Gap> kept_;
  uint64_t count_ = 0;
  uint64_t lost_ = 0;
};

struct ReplayResult {
  uint64_t events = 0;    // counted kinds
  uint64_t collects = 0;  // collects and sweeps of everything
  std::array<uint64_t, kEventKinds> by_kind{};
  uint64_t results_checked = 0;  // answers of alloc and realloc compared
  uint64_t tables_checked = 0;   // whole tables compared, after collects
  uint64_t checkpoints_checked = 0;
  uint64_t checkpoints_failed = 0;
  uint64_t divergences = 0;
  std::vector<Divergence> first_divergences;
  GapLog gaps;
  bool ended = false;     // the END record was there
  bool complete = false;  // and said the recording is whole
  uint64_t first_us = Event::kNoTime;
  uint64_t last_us = Event::kNoTime;
};

}  // namespace libheap
