#pragma once

// LastLongRun: when was there last, after a collect, a free run of n blocks?
//
// For any n, asked later. Only collects matter whose largest run is longer than
// that of every later one, so a stack of those answers it: each new collect
// takes off all that are no longer, and n is searched from the top.
//
//     collect   1    2    3    4    5
//     largest  90   40   70   20   30      stack: 90 (1), 70 (3), 30 (5)
//
// Cost: constant per collect; the stack is never longer than the longest run.

#include <cstdint>
#include <optional>
#include <vector>

#include "libheap/trace/event.h"

namespace libheap {

struct LongRun {
  uint64_t event = 0;
  uint64_t time_us = Event::kNoTime;
  uint64_t collect = 0;  // its number, from 1
  uint64_t blocks = 0;
};

class LastLongRun {
 public:
  void add(uint64_t event, uint64_t time_us, uint64_t largest_run) {
    while (!stack_.empty() && stack_.back().blocks <= largest_run) {
      stack_.pop_back();
    }
    stack_.push_back({event, time_us, ++collects_, largest_run});
  }

  [[nodiscard]] uint64_t collects() const { return collects_; }

  // The last collect that left a run of at least `blocks`.
  [[nodiscard]] std::optional<LongRun> find(uint64_t blocks) const {
    for (auto run = stack_.rbegin(); run != stack_.rend(); ++run) {
      if (run->blocks >= blocks) return *run;
    }
    return std::nullopt;
  }

 private:
  std::vector<LongRun> stack_;
  uint64_t collects_ = 0;
};

}  // namespace libheap
