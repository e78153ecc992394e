#include "tools/capture/status_line.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "tools/capture/status_text.h"
#include "tools/common/terminal.h"

namespace libheap::tools {

namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPlainEvery{5};
constexpr size_t kNoLimit = 1000;  // columns of a plain line

// A terminal that was stopped (Ctrl-S) must not stop the capture.
bool takes_more() {
  pollfd ready{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  return poll(&ready, 1, 0) > 0;
}

}  // namespace

StatusLine::StatusLine(bool quiet, Clock::time_point start)
    : quiet_(quiet),
      terminal_(errors_go_to_terminal()),
      start_(start),
      last_line_(start) {}

void StatusLine::tick(const StreamCounts& counts, const std::string& note,
                      const LiveHeap* heap) {
  if (quiet_) return;
  const Clock::time_point now = Clock::now();
  events_.add(now, counts.events);
  if (!terminal_ && now - last_line_ < kPlainEvery) return;
  if (!takes_more()) return;
  last_line_ = now;
  TextStyle style = error_style();
  style.width = terminal_ ? style.width - 1 : kNoLimit;
  draw(status_text({.elapsed = duration_cast<milliseconds>(now - start_),
                    .counts = counts,
                    .events_per_second = events_.per_second(),
                    .note = note,
                    .heap = heap == nullptr ? HeapNow{} : heap->now()},
                   style));
}

void StatusLine::draw(const std::string& line) {
  if (terminal_) {
    fmt::print(stderr, "\r{}\x1b[K", line);
  } else {
    fmt::print(stderr, "{}\n", line);
  }
  shown_ = terminal_;
}

void StatusLine::erase() {
  if (shown_ && takes_more()) fmt::print(stderr, "\r\x1b[K");
  shown_ = false;
}

}  // namespace libheap::tools
