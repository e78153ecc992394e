#include "tools/capture/capture_session.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

// Boost 1.74's Asio uses std::exchange without including this.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "libheap/base/error.h"
#include "libheap/wire/host_note.h"
#include "tools/capture/capture_file.h"
#include "tools/capture/console.h"
#include "tools/capture/input_port.h"
#include "tools/capture/live_feed.h"
#include "tools/capture/live_heap.h"
#include "tools/capture/live_publisher.h"
#include "tools/capture/live_server.h"
#include "tools/capture/serial_ports.h"
#include "tools/capture/status_line.h"
#include "tools/capture/stream_monitor.h"

namespace libheap::tools {

namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr milliseconds kTick{100};
constexpr milliseconds kReopenEvery{200};
constexpr milliseconds kGrace{100};
// How long a live page is given to show the end: of a file or a pipe all of it,
// of a device what came last.
constexpr milliseconds kShowAll{3000};
constexpr milliseconds kShowLast{300};
constexpr milliseconds kLastFrame{200};
constexpr milliseconds kFileAgain{1};

uint64_t unix_time_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(duration_cast<microseconds>(now).count());
}

// What --serve adds.
struct LivePages {
  LivePages(const ServeAddress& address, const std::string& file)
      : publisher(feed, file), server(feed, address) {}

  LiveFeed feed{fmt::format("{:x}", unix_time_us())};
  LivePublisher publisher;
  LiveServer server;
};

class Session {
 public:
  explicit Session(const CaptureOptions& options);
  CaptureFacts run();

 private:
  void watch_signals();
  void tick();
  void attach(InputPort port);
  void wait_for_input();
  void read_later();
  void read_input();
  void take(std::span<const uint8_t> bytes);  // from the file's room
  void show_packet(const Packet& packet, const SequenceStep& step);
  void input_ended(InputPort::Got how);
  void detach();
  void tell_counts();
  void tell_link(LivePublisher::Link link);
  void announce_pages();
  void end_pages();
  void reopen_later();
  void reopen();
  void stop(const std::string& reason);
  void end();
  void write_note(HostNote::What what);
  void say(const std::string& message);
  [[nodiscard]] CaptureFacts facts() const;

  const CaptureOptions& options_;
  asio::io_context context_;
  asio::signal_set signals_{context_};
  asio::steady_timer tick_{context_};
  asio::steady_timer deadline_{context_};
  asio::steady_timer reopen_{context_};
  asio::steady_timer again_{context_};

  std::string path_;
  std::optional<InputPort> port_;
  // Waits for port_'s descriptor, which it does not own.
  std::optional<asio::posix::stream_descriptor> waiter_;
  std::unique_ptr<LivePages> pages_;
  CaptureFile file_;
  Console console_;
  StreamMonitor monitor_;
  std::optional<LiveHeap> live_heap_;  // only where somebody looks

  Clock::time_point start_ = Clock::now();
  StatusLine status_;
  std::string reason_;  // not empty: it is to end
  bool ended_ = false;
  uint64_t reconnects_ = 0;
  uint32_t baud_ = 0;
};

InputPort open_first(const CaptureOptions& options, const std::string& path) {
  InputPort port = InputPort::open(path, options.baud);
  if (options.file != "-" && port.is_file(options.file)) {
    throw Error(options.file + ": is the input too");
  }
  return port;
}

Session::Session(const CaptureOptions& options)
    : options_(options),
      path_(options.port == "-" ? "-" : find_port(options.port)),
      port_(open_first(options, path_)),
      pages_(options.serve
                 ? std::make_unique<LivePages>(*options.serve, options.file)
                 : nullptr),
      file_(options.file, options.force),
      monitor_(
          [this](std::string_view text) {
            if (options_.console) console_.add(text);
            if (pages_) pages_->publisher.add_console(text);
          },
          [this](const Packet& packet, const SequenceStep& step) {
            show_packet(packet, step);
          }),
      status_(options.quiet, start_) {
  monitor_.look_for(options.until_label);
  if (!options.quiet || pages_) {
    live_heap_.emplace(pages_ ? &pages_->publisher : nullptr);
  }
  if (port_->kind() == InputPort::Kind::kSerial) baud_ = options.baud;
}

CaptureFacts Session::run() {
  watch_signals();
  if (options_.duration_us) {
    deadline_.expires_at(start_ + microseconds(*options_.duration_us));
    deadline_.async_wait([this](const ErrorCode& error) {
      if (!error) stop("duration");
    });
  }
  write_note(HostNote::What::kStarted);
  if (pages_) announce_pages();
  attach(std::move(*std::exchange(port_, std::nullopt)));
  tick();
  context_.run();
  status_.erase();
  monitor_.finish();
  if (pages_) end_pages();
  console_.finish();
  file_.close();
  return facts();
}

void Session::watch_signals() {
  std::signal(SIGPIPE, SIG_IGN);  // a console nobody reads ends nothing
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) signals_.add(number);
  signals_.async_wait([this](const ErrorCode& error, int) {
    if (error) return;
    stop("signal");
    watch_signals();
  });
}

void Session::tick() {
  monitor_.show_text();
  if (options_.console) {
    status_.erase();
    console_.flush();
  }
  tell_counts();
  status_.tick(monitor_.counts(), waiter_ ? "" : "waiting for " + path_,
               live_heap_ ? &*live_heap_ : nullptr);
  tick_.expires_after(kTick);
  tick_.async_wait([this](const ErrorCode& error) {
    if (!error) tick();
  });
}

void Session::attach(InputPort port) {
  port_.emplace(std::move(port));
  waiter_.emplace(context_, port_->descriptor());
  tell_link(LivePublisher::Link::kOpen);
  wait_for_input();
}

void Session::detach() {
  if (waiter_) waiter_->release();
  waiter_.reset();
  port_.reset();
}

void Session::wait_for_input() {
  if (port_->kind() == InputPort::Kind::kFile) {
    // A file can wait until the pages have seen what was read of it.
    if (pages_ && live_heap_->is_behind()) return read_later();
    asio::post(context_, [this] { read_input(); });
    return;
  }
  waiter_->async_wait(asio::posix::stream_descriptor::wait_read,
                      [this](const ErrorCode& error) {
                        if (!error) read_input();
                      });
}

void Session::read_later() {
  again_.expires_after(kFileAgain);
  again_.async_wait([this](const ErrorCode& error) {
    if (!error && port_) wait_for_input();
  });
}

void Session::read_input() {
  if (ended_ || !port_) return;
  size_t size = 0;
  const std::span<uint8_t> room = file_.room();
  const InputPort::Got got = port_->read(room, size);
  if (got == InputPort::Got::kBytes) {
    take(room.first(size));
  } else if (got != InputPort::Got::kNothingYet) {
    return input_ended(got);
  }
  if (!ended_) wait_for_input();
}

void Session::take(std::span<const uint8_t> bytes) {
  if (!reason_.empty()) {  // only the packet at hand is still wanted
    const auto zero = std::find(bytes.begin(), bytes.end(), 0);
    const bool complete = zero != bytes.end();
    bytes = bytes.first(static_cast<size_t>(zero - bytes.begin()) +
                        (complete ? 1 : 0));
  }
  file_.commit(bytes.size());
  monitor_.push(bytes);
  tell_counts();
  if (options_.console) console_.flush();
  if (reason_.empty() && monitor_.label_seen()) return stop("label");
  if (!reason_.empty() && !monitor_.inside_packet()) end();
}

void Session::show_packet(const Packet& packet, const SequenceStep& step) {
  if (!live_heap_) return;
  if (step.restarted) live_heap_->begin_stream();
  live_heap_->push(packet);
}

void Session::input_ended(InputPort::Got how) {
  detach();
  if (how == InputPort::Got::kEnd) {
    reason_ = "end of input";
    return end();
  }
  if (!reason_.empty()) return end();
  if (!options_.reconnect) {
    say(path_ + ": disconnected");
    reason_ = "disconnected";
    return end();
  }
  say(path_ + ": disconnected; waiting for it");
  write_note(HostNote::What::kDisconnected);
  tell_link(LivePublisher::Link::kGone);
  reopen_later();
}

void Session::reopen_later() {
  reopen_.expires_after(kReopenEvery);
  reopen_.async_wait([this](const ErrorCode& error) {
    if (!error) reopen();
  });
}

void Session::reopen() {
  try {
    path_ = find_port(options_.port);  // another name, maybe
  } catch (const Error&) {
    return reopen_later();
  }
  std::optional<InputPort> port = InputPort::try_reopen(path_, options_.baud);
  if (!port) return reopen_later();
  ++reconnects_;
  say(path_ + ": connected again");
  write_note(HostNote::What::kReconnected);
  attach(std::move(*port));
}

void Session::stop(const std::string& reason) {
  const bool again = !reason_.empty();  // a second Ctrl-C: now
  if (!again) reason_ = reason;
  if (again || !waiter_ || !monitor_.inside_packet()) return end();
  deadline_.expires_after(kGrace);
  deadline_.async_wait([this](const ErrorCode& error) {
    if (!error) end();
  });
}

void Session::end() {
  if (std::exchange(ended_, true)) return;
  detach();
  write_note(HostNote::What::kEnded);
  context_.stop();
}

// --- Live pages --------------------------------------------------------------

void Session::tell_counts() {
  if (pages_) pages_->publisher.set_counts(monitor_.counts(), reconnects_);
}

void Session::tell_link(LivePublisher::Link link) {
  tell_counts();
  if (pages_) pages_->publisher.set_link(link, path_, reason_);
}

void Session::announce_pages() {
  const ServeAddress& address = pages_->server.address();
  fmt::print(stderr, "live at {}\n", address.url());
  if (address.is_loopback()) return;
  say(
      fmt::format("whoever reaches port {} of {} can see the device's heap and "
                  "what it prints",
                  address.port, address.host));
}

// Shows what came last, and that it was the last.
void Session::end_pages() {
  tell_counts();
  live_heap_->finish(reason_ == "end of input" ? kShowAll : kShowLast);
  tell_link(LivePublisher::Link::kEnded);
  pages_->publisher.on_tick(live_heap_->now());
  pages_->feed.close();
  pages_->feed.drain(kLastFrame);
}

void Session::write_note(HostNote::What what) {
  const std::vector<uint8_t> packet = host_packet_bytes(
      {.what = what,
       .unix_time_us = unix_time_us(),
       .tool = "mpheap " MPHEAP_VERSION,
       .port = path_ == "-" ? "standard input" : path_,
       .baud = baud_,
       .bytes = monitor_.counts().bytes,
       .reason = what == HostNote::What::kEnded ? reason_ : ""});
  file_.write(packet);
  monitor_.push_host(packet);
}

void Session::say(const std::string& message) {
  status_.erase();
  spdlog::warn("{}", message);
}

CaptureFacts Session::facts() const {
  const StreamCounts& counts = monitor_.counts();
  const auto elapsed = duration_cast<microseconds>(Clock::now() - start_);
  return {.port = path_,
          .file = options_.file,
          .baud = baud_,
          .duration_us = static_cast<uint64_t>(elapsed.count()),
          .ended_by = reason_,
          .bytes = counts.bytes,
          .packets = counts.packets,
          .events = counts.events,
          .lost_packets = counts.lost_packets,
          .lost_events = counts.lost_events,
          .device_restarts = counts.restarts,
          .reconnects = reconnects_,
          .damage = counts.damage,
          .damage_bytes = counts.damage_bytes,
          .text_bytes = counts.text_bytes};
}

}  // namespace

CaptureFacts run_capture_session(const CaptureOptions& options) {
  Session session(options);
  return session.run();
}

}  // namespace libheap::tools
