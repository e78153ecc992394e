#pragma once

// CompressedFrame: decodes one gzip member or one zstd frame, piece by piece.
// Wraps zlib and libzstd in one shape, so that the loop over frames and the
// handling of damage exist once.

#include <memory>
#include <span>
#include <string>

namespace libheap {

class CompressedFrame {
 public:
  struct Step {
    size_t used = 0;  // bytes of the input
    size_t made = 0;  // bytes of the output
    bool frame_ended = false;
    std::string fault;  // why decoding cannot go on; empty if it can
  };

  virtual ~CompressedFrame() = default;
  // Does what it can with the input and room it is given. No input means that
  // there will be none: only what is still inside comes out.
  virtual Step decode(std::span<const char> from, std::span<char> to) = 0;
  [[nodiscard]] virtual std::string format() const = 0;  // "gzip", "zstd"
};

// How many bytes of a frame's start tell what it is.
inline constexpr size_t kFrameMagicBytes = 4;

// Null if `start` is not the start of a frame known to us.
[[nodiscard]] std::unique_ptr<CompressedFrame> open_compressed_frame(
    std::span<const char> start);

}  // namespace libheap
