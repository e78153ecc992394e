#pragma once

// StatusLine: how a capture goes, on stderr: one line redrawn ten times a
// second on a terminal, else a plain line every five seconds, or nothing.
// What it says is status_text's.

#include <chrono>
#include <cstdint>
#include <string>

#include "tools/capture/live_heap.h"
#include "tools/capture/rate_meter.h"
#include "tools/capture/stream_monitor.h"

namespace libheap::tools {

class StatusLine {
 public:
  using Clock = std::chrono::steady_clock;

  StatusLine(bool quiet, Clock::time_point start);
  ~StatusLine() { erase(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  // Ten times a second. `note` takes the place of the rates ("waiting for
  // /dev/ttyACM0"); `heap` is null where nobody looks at it.
  void tick(const StreamCounts& counts, const std::string& note,
            const LiveHeap* heap);
  // Before anything else is written to the terminal.
  void erase();

 private:
  void draw(const std::string& line);

  bool quiet_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point start_;
  Clock::time_point last_line_;
  RateMeter events_;
};

}  // namespace libheap::tools
