#pragma once

// TraceClock: one time for every moment of a trace.
//
// The device's microseconds where the trace has them; a moment without (the
// end of a log, a record that says none) is when the one before it was. A
// trace without any times is counted in events.

#include <cstdint>

#include "libheap/replay/observer.h"

namespace libheap {

class TraceClock {
 public:
  uint64_t at(const Moment& now) {
    if (now.time_us != Event::kNoTime) {
      timed_ = true;
      last_ = now.time_us;
    } else if (!timed_) {
      last_ = now.event;
    }
    return last_;
  }
  [[nodiscard]] uint64_t last() const { return last_; }
  [[nodiscard]] bool timed() const { return timed_; }

 private:
  uint64_t last_ = 0;
  bool timed_ = false;
};

}  // namespace libheap
