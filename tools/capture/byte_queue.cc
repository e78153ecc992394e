#include "tools/capture/byte_queue.h"

#include <algorithm>
#include <chrono>

namespace libheap::tools {

namespace {

constexpr std::chrono::milliseconds kPace{50};
constexpr size_t kWorthWaking = 64 * 1024;

}  // namespace

void ByteQueue::push(std::span<const uint8_t> bytes) {
  const std::lock_guard lock(mutex_);
  const size_t waiting = bytes_.size() - taken_;
  if (waiting + bytes.size() > capacity_) {
    thrown_out_ += waiting;
    bytes_.clear();
    taken_ = 0;
  }
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  if (bytes_.size() - taken_ >= kWorthWaking) worth_waking_.notify_one();
}

void ByteQueue::begin_stream() {
  const std::lock_guard lock(mutex_);
  bytes_.clear();
  taken_ = 0;
  stream_ended_ = true;
  worth_waking_.notify_one();
}

void ByteQueue::close(std::chrono::milliseconds grace) {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  give_up_ = std::chrono::steady_clock::now() + grace;
  worth_waking_.notify_one();
}

size_t ByteQueue::read(std::span<char> to) {
  std::unique_lock lock(mutex_);
  worth_waking_.wait_for(lock, kPace, [&] {
    return closed_ || stream_ended_ || bytes_.size() - taken_ >= kWorthWaking;
  });
  if (ended()) return 0;
  const size_t size = std::min(to.size(), bytes_.size() - taken_);
  skipped_ = thrown_out_;
  std::copy_n(bytes_.data() + taken_, size, to.data());
  taken_ += size;
  if (2 * taken_ >= bytes_.size()) {  // so that each byte moves once at most
    bytes_.erase(bytes_.begin(),
                 bytes_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
  }
  return size;
}

bool ByteQueue::ended() const {
  if (stream_ended_) return true;
  if (!closed_) return false;
  return taken_ == bytes_.size() ||
         std::chrono::steady_clock::now() >= give_up_;
}

bool ByteQueue::at_end() const {
  const std::lock_guard lock(mutex_);
  return ended();
}

ByteQueue::Next ByteQueue::next_stream() {
  std::unique_lock lock(mutex_);
  worth_waking_.wait_for(lock, kPace, [&] { return closed_ || stream_ended_; });
  if (stream_ended_) {
    stream_ended_ = false;
    return Next::kBegun;
  }
  return closed_ ? Next::kNone : Next::kNotYet;
}

size_t ByteQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return bytes_.size() - taken_;
}

uint64_t ByteQueue::skipped() const {
  const std::lock_guard lock(mutex_);
  return skipped_;
}

}  // namespace libheap::tools
