#pragma once

// RateMeter: how fast a count grows, over the last second.

#include <chrono>
#include <cstdint>
#include <deque>

namespace libheap::tools {

class RateMeter {
 public:
  using Clock = std::chrono::steady_clock;

  void add(Clock::time_point at, uint64_t count) {
    if (!last_second_.empty() && count < last_second_.back().count) {
      last_second_.clear();  // it was begun anew
    }
    last_second_.push_back({at, count});
    while (at - last_second_.front().at > kOver) last_second_.pop_front();
  }

  [[nodiscard]] uint64_t per_second() const {
    if (last_second_.empty()) return 0;
    const Sample& now = last_second_.back();
    const Sample& then = last_second_.front();
    const std::chrono::duration<double> time = now.at - then.at;
    if (time.count() <= 0) return 0;
    return static_cast<uint64_t>(static_cast<double>(now.count - then.count) /
                                 time.count());
  }

 private:
  static constexpr std::chrono::seconds kOver{1};

  struct Sample {
    Clock::time_point at;
    uint64_t count = 0;
  };

  std::deque<Sample> last_second_;
};

}  // namespace libheap::tools
