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

void ByteQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  worth_waking_.notify_one();
}

size_t ByteQueue::read(std::span<char> to) {
  std::unique_lock lock(mutex_);
  do {
    worth_waking_.wait_for(lock, kPace, [&] {
      return closed_ || stream_ended_ || bytes_.size() - taken_ >= kWorthWaking;
    });
    if (closed_ || stream_ended_) return 0;
  } while (taken_ == bytes_.size());
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

bool ByteQueue::at_end() const {
  const std::lock_guard lock(mutex_);
  return closed_ || stream_ended_;
}

bool ByteQueue::next_stream() {
  std::unique_lock lock(mutex_);
  worth_waking_.wait(lock, [&] { return closed_ || stream_ended_; });
  stream_ended_ = false;
  return !closed_;
}

uint64_t ByteQueue::skipped() const {
  const std::lock_guard lock(mutex_);
  return skipped_;
}

}  // namespace libheap::tools
