#include "tools/capture/status_line.h"

#include <algorithm>

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "libheap/report/units.h"
#include "tools/common/terminal.h"

namespace libheap::tools {

namespace {

using std::chrono::duration;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPlainEvery{5};
constexpr seconds kRateOver{1};
constexpr seconds kPatience{3};

size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  return 80;
}

// A terminal that was stopped (Ctrl-S) must not stop the capture.
bool takes_more() {
  pollfd ready{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  return poll(&ready, 1, 0) > 0;
}

uint64_t per_second(uint64_t count, duration<double> time) {
  return time.count() <= 0
             ? 0
             : static_cast<uint64_t>(static_cast<double>(count) / time.count());
}

}  // namespace

std::string clock_text(milliseconds elapsed) {
  const auto total = elapsed.count() / 1000;
  const auto hours = total / 3600;
  const auto minutes = total / 60 % 60;
  if (hours == 0) return fmt::format("{}:{:02}", minutes, total % 60);
  return fmt::format("{}:{:02}:{:02}", hours, minutes, total % 60);
}

std::string trouble(const StreamCounts& counts, milliseconds elapsed) {
  if (elapsed < kPatience || counts.packets != 0) return "";
  if (counts.bytes == 0) return "nothing received yet";
  if (counts.damage_bytes > counts.text_bytes) {
    return "no packets, but noise: wrong --baud?";
  }
  return "no packets: is the program tracing (mpheap.start())?";
}

StatusLine::StatusLine(bool quiet, Clock::time_point start)
    : quiet_(quiet),
      terminal_(errors_go_to_terminal()),
      start_(start),
      last_line_(start) {}

std::string StatusLine::text(const StreamCounts& counts,
                             const std::string& note) const {
  const Sample& now = last_second_.back();
  const Sample& then = last_second_.front();
  const auto elapsed = duration_cast<milliseconds>(now.at - start_);
  std::string line = fmt::format(
      "{}  {}  {}  {}", clock_text(elapsed), human_bytes(counts.bytes),
      counted(counts.packets, "packet"), counted(counts.events, "event"));
  const std::string why = note.empty() ? trouble(counts, elapsed) : note;
  if (why.empty()) {
    line += fmt::format(
        "  {}/s",
        with_commas(per_second(now.events - then.events, now.at - then.at)));
  }
  line += fmt::format("  {} lost", with_commas(counts.lost_events));
  if (counts.damage != 0) {
    line += fmt::format("  {} damaged", human_bytes(counts.damage_bytes));
  }
  if (!why.empty()) line += "  " + why;
  return line;
}

void StatusLine::tick(const StreamCounts& counts, const std::string& note,
                      const std::string& views) {
  if (quiet_) return;
  const Clock::time_point now = Clock::now();
  last_second_.push_back({now, counts.bytes, counts.events});
  while (now - last_second_.front().at > kRateOver) last_second_.pop_front();
  if (!terminal_ && now - last_line_ < kPlainEvery) return;
  if (!takes_more()) return;
  last_line_ = now;
  std::string line = text(counts, note) + views;
  if (!terminal_) {
    fmt::print(stderr, "{}\n", line);
    return;
  }
  line.resize(std::min(line.size(), terminal_width() - 1));
  fmt::print(stderr, "\r{}\x1b[K", line);
  shown_ = true;
}

void StatusLine::erase() {
  if (shown_ && takes_more()) fmt::print(stderr, "\r\x1b[K");
  shown_ = false;
}

}  // namespace libheap::tools
