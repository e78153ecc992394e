#pragma once

// StatusLine: how a capture goes, on stderr: one line redrawn ten times a
// second on a terminal, else a plain line every five seconds, or nothing.

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>

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
  // /dev/ttyACM0"); `views` is what LiveViews add.
  void tick(const StreamCounts& counts, const std::string& note,
            const std::string& views);
  // Before anything else is written to the terminal.
  void erase();

 private:
  struct Sample {
    Clock::time_point at;
    uint64_t bytes = 0;
    uint64_t events = 0;
  };

  [[nodiscard]] std::string text(const StreamCounts& counts,
                                 const std::string& note) const;

  bool quiet_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point start_;
  Clock::time_point last_line_;
  std::deque<Sample> last_second_;
};

// What is worth knowing when nothing good comes in: "no packets: ..."; empty
// when all is well or it is too early to say.
[[nodiscard]] std::string trouble(const StreamCounts& counts,
                                  std::chrono::milliseconds elapsed);

// 75 s -> "1:15", 3700 s -> "1:01:40"
[[nodiscard]] std::string clock_text(std::chrono::milliseconds elapsed);

}  // namespace libheap::tools
