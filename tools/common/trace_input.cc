#include "tools/common/trace_input.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "libheap/report/units.h"
#include "tools/common/command.h"
#include "tools/common/passing_source.h"
#include "tools/common/terminal.h"

namespace libheap::tools {

namespace {

// Passes events through and, now and then, says how far it is.
class ProgressSource final : public PassingSource {
 public:
  ProgressSource(std::unique_ptr<EventSource> source, uint64_t total_bytes)
      : PassingSource(std::move(source)), total_bytes_(total_bytes) {}
  ProgressSource(const ProgressSource&) = delete;
  ProgressSource& operator=(const ProgressSource&) = delete;
  ~ProgressSource() override { erase(); }

  bool next(Event& event) override {
    if ((++events_ & 0xffff) == 0) show();
    if (source_->next(event)) return true;
    erase();
    return false;
  }

 private:
  using Clock = std::chrono::steady_clock;

  void show() {
    const Clock::time_point now = Clock::now();
    if (now - shown_ < std::chrono::milliseconds(shown_once_ ? 100 : 1000)) {
      return;
    }
    shown_ = now;
    shown_once_ = true;
    std::string text = fmt::format("\r{} records", with_commas(events_));
    if (total_bytes_ != 0) {
      text += ", " + percent_of(source_->bytes_read(), total_bytes_);
    }
    fmt::print(stderr, "{}\x1b[K", text);
  }
  void erase() {
    if (shown_once_) fmt::print(stderr, "\r\x1b[K");
    shown_once_ = false;
  }

  uint64_t total_bytes_;
  uint64_t events_ = 0;
  Clock::time_point shown_ = Clock::now();
  bool shown_once_ = false;
};

uint64_t size_of(const std::string& path) {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

}  // namespace

TracePlace parse_place(const std::string& text, const std::string& option) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit(end, text.data() + text.size());
  double scale = 0;
  if (unit == "us") scale = 1;
  if (unit == "ms") scale = 1e3;
  if (unit == "s") scale = 1e6;
  TracePlace place;
  place.is_time = scale != 0;
  const double value = number * (place.is_time ? scale : 1);
  const bool whole = place.is_time || number == std::floor(number);
  if (error != std::errc() || number < 0 || value > 1e18 || !whole ||
      (!place.is_time && !unit.empty())) {
    throw UsageError(fmt::format(
        "{}: \"{}\" is neither an event number nor a time like 250ms", option,
        text));
  }
  place.value = static_cast<uint64_t>(value);
  return place;
}

std::unique_ptr<EventSource> open_input(const std::string& path, bool quiet) {
  return open_input(open_byte_source(path), path, quiet);
}

std::unique_ptr<EventSource> open_input(std::unique_ptr<ByteSource> bytes,
                                        const std::string& path, bool quiet) {
  return with_progress(open_trace(std::move(bytes)), path, quiet);
}

std::unique_ptr<EventSource> with_progress(std::unique_ptr<EventSource> source,
                                           const std::string& path,
                                           bool quiet) {
  if (quiet || !errors_go_to_terminal()) return source;
  return std::make_unique<ProgressSource>(std::move(source), size_of(path));
}

}  // namespace libheap::tools
