#pragma once

// ByteQueue: bytes on their way from the capture to a reader on another
// thread that may be slower.
//
// push() never waits: what does not fit throws out all that waits, because
// what is newest is what is wanted. The reader sees a gap there, as after a
// loss on the line. read() waits until there is enough to be worth waking up
// for, or a twentieth of a second has passed.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace libheap::tools {

class ByteQueue {
 public:
  explicit ByteQueue(size_t capacity) : capacity_(capacity) {}

  void push(std::span<const uint8_t> bytes);
  // What comes next is another stream. What waits is thrown out.
  void begin_stream();
  // No more bytes, no more streams. What waits may still be read for so long.
  void close(std::chrono::milliseconds grace = {});

  // As many bytes as there are by the next twentieth of a second, up to the
  // room in `to`. At the stream's end 0, again and again until next_stream().
  [[nodiscard]] size_t read(std::span<char> to);
  [[nodiscard]] bool at_end() const;
  enum class Next : uint8_t { kNotYet, kBegun, kNone };
  // Waits as long for another stream to begin.
  [[nodiscard]] Next next_stream();
  // Bytes that wait.
  [[nodiscard]] size_t waiting() const;
  // Bytes thrown out before those that were last read.
  [[nodiscard]] uint64_t skipped() const;

 private:
  size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable worth_waking_;
  std::vector<uint8_t> bytes_;
  size_t taken_ = 0;  // of bytes_, from the front
  uint64_t thrown_out_ = 0;
  uint64_t skipped_ = 0;  // thrown_out_ as of the last read
  bool stream_ended_ = false;
  bool closed_ = false;
  std::chrono::steady_clock::time_point give_up_;  // once closed

  [[nodiscard]] bool ended() const;  // mutex_ held
};

}  // namespace libheap::tools
