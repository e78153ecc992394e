#include "tools/capture/live_feed.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace libheap::tools {

namespace {

// One write to a client; more waits for the next.
constexpr size_t kAtOnce = size_t{256} << 10;

}  // namespace

bool LiveFeed::watched() const {
  const std::lock_guard lock(mutex_);
  return clients_ != 0;
}

bool LiveFeed::wants_whole() const {
  const std::lock_guard lock(mutex_);
  return wants_whole_;
}

void LiveFeed::publish(std::string frame, std::string whole) {
  const std::lock_guard lock(mutex_);
  ++number_;
  frame_bytes_ += frame.size();
  frames_.push_back(std::move(frame));
  while (frames_.size() > kKept ||
         (frame_bytes_ > kKeptBytes && !frames_.empty())) {
    frame_bytes_ -= frames_.front().size();
    frames_.pop_front();
  }
  if (!whole.empty()) {
    whole_ = std::move(whole);
    whole_number_ = number_;
    wants_whole_ = false;
  }
  news_.notify_all();
}

void LiveFeed::skip() {
  const std::lock_guard lock(mutex_);
  ++number_;
  frames_.clear();
  frame_bytes_ = 0;
}

void LiveFeed::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  news_.notify_all();
}

bool LiveFeed::drain(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return drained_.wait_for(lock, patience, [&] { return clients_ == 0; });
}

bool LiveFeed::has_all_after(uint64_t number) const {
  return number != 0 && number <= number_ && number_ - number <= frames_.size();
}

std::string LiveFeed::event(uint64_t number, std::string_view frame) const {
  return fmt::format("id: {}-{}\ndata: {}\n\n", run_, number, frame);
}

std::string LiveFeed::events_after(uint64_t& number) const {
  std::string events;
  while (number < number_ && events.size() < kAtOnce) {
    ++number;
    events += event(number, frames_[frames_.size() - 1 - (number_ - number)]);
  }
  return events;
}

// 0 where the id is none of ours.
uint64_t LiveFeed::number_of(std::string_view id) const {
  if (!id.starts_with(run_ + "-")) return 0;
  id.remove_prefix(run_.size() + 1);
  uint64_t number = 0;
  const char* end = id.data() + id.size();
  const auto [stop, error] = std::from_chars(id.data(), end, number);
  return error == std::errc() && stop == end ? number : 0;
}

LiveFeed::Client::Client(LiveFeed& feed, std::string_view last_id)
    : feed_(feed) {
  const std::lock_guard lock(feed_.mutex_);
  ++feed_.clients_;
  had_ = feed_.number_of(last_id);
}

LiveFeed::Client::~Client() {
  const std::lock_guard lock(feed_.mutex_);
  --feed_.clients_;
  feed_.drained_.notify_all();
}

std::optional<std::string> LiveFeed::Client::next(
    std::chrono::milliseconds patience) {
  std::unique_lock lock(feed_.mutex_);
  if (!feed_.has_all_after(had_)) {
    const auto made = [&] { return feed_.has_all_after(feed_.whole_number_); };
    if (!made()) feed_.wants_whole_ = true;
    feed_.news_.wait_for(lock, patience,
                         [&] { return made() || feed_.closed_; });
    if (made()) {
      had_ = feed_.whole_number_;
      return feed_.event(had_, feed_.whole_);
    }
    if (feed_.closed_) return std::nullopt;
    return "";
  }
  feed_.news_.wait_for(lock, patience,
                       [&] { return feed_.number_ > had_ || feed_.closed_; });
  if (feed_.number_ == had_ && feed_.closed_) return std::nullopt;
  if (!feed_.has_all_after(had_)) return "";  // fell behind meanwhile
  return feed_.events_after(had_);
}

}  // namespace libheap::tools
