#pragma once

// ByteDecoder: stored bytes in, the bytes of the trace out. What ByteSource is
// made of; nobody else needs it.
//
//     stored ──► InputBuffer ──► plain: straight through
//                            └─► compressed: one frame after the other, each
//                                gzip or zstd by its own first bytes

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "libheap/trace/byte_source.h"

namespace libheap {

// Stored bytes with a look ahead.
class InputBuffer {
 public:
  explicit InputBuffer(std::unique_ptr<ByteStream> stream);

  // Tries to have at least `count` bytes waiting; what there is now.
  std::span<const char> wait_for(size_t count);
  [[nodiscard]] std::span<const char> waiting() const;
  void take(size_t count) { at_ += count; }
  // Past the buffer, when nothing waits in it: no copy.
  size_t read_through(std::span<char> to);
  [[nodiscard]] uint64_t bytes_read() const { return bytes_read_; }

 private:
  static constexpr size_t kBytes = 256 * 1024;

  std::unique_ptr<ByteStream> stream_;
  std::vector<char> bytes_;
  size_t at_ = 0;
  size_t filled_ = 0;
  bool ended_ = false;
  uint64_t bytes_read_ = 0;
};

class ByteDecoder {
 public:
  explicit ByteDecoder(InputBuffer input) : input_(std::move(input)) {}
  virtual ~ByteDecoder() = default;

  // As ByteSource::read.
  virtual size_t read(std::span<char> to) = 0;
  // Why the end came early; empty if it did not.
  [[nodiscard]] virtual const std::string& problem() const = 0;
  [[nodiscard]] uint64_t bytes_read() const { return input_.bytes_read(); }

 protected:
  InputBuffer input_;
};

// Looks at the first stored bytes and picks the decoder.
[[nodiscard]] std::unique_ptr<ByteDecoder> make_decoder(
    std::unique_ptr<ByteStream> stored);

}  // namespace libheap
