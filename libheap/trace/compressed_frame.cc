#include "libheap/trace/compressed_frame.h"

#include <algorithm>
#include <new>
#include <string_view>

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

namespace libheap {
namespace {

class GzipFrame final : public CompressedFrame {
 public:
  GzipFrame() {
    constexpr int kGzipWithLargestWindow = 16 + MAX_WBITS;
    if (::inflateInit2(&state_, kGzipWithLargestWindow) != Z_OK)
      throw std::bad_alloc();
  }
  GzipFrame(const GzipFrame&) = delete;
  GzipFrame& operator=(const GzipFrame&) = delete;
  ~GzipFrame() override { ::inflateEnd(&state_); }

  Step decode(std::span<const char> from, std::span<char> to) override {
    // zlib's input pointer lacks its const; it does not write there.
    state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(from.data()));
    state_.avail_in = static_cast<uInt>(from.size());
    state_.next_out = reinterpret_cast<Bytef*>(to.data());
    state_.avail_out = static_cast<uInt>(to.size());
    const int result = ::inflate(&state_, Z_NO_FLUSH);
    return {.used = from.size() - state_.avail_in,
            .made = to.size() - state_.avail_out,
            .frame_ended = result == Z_STREAM_END,
            .fault = fault_of(result)};
  }

  [[nodiscard]] std::string format() const override { return "gzip"; }

 private:
  [[nodiscard]] std::string fault_of(int result) const {
    // Z_BUF_ERROR only says that this step had nothing to do.
    if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR)
      return "";
    return state_.msg != nullptr ? state_.msg : ::zError(result);
  }

  z_stream state_{};
};

class ZstdFrame final : public CompressedFrame {
 public:
  ZstdFrame() : state_(::ZSTD_createDStream()) {
    if (state_ == nullptr) throw std::bad_alloc();
    ::ZSTD_DCtx_setParameter(state_, ZSTD_d_windowLogMax, kLargestWindowLog);
  }
  ZstdFrame(const ZstdFrame&) = delete;
  ZstdFrame& operator=(const ZstdFrame&) = delete;
  ~ZstdFrame() override { ::ZSTD_freeDStream(state_); }

  // What a call of the library had made before it met a fault is lost, so no
  // call does two things: what the last one left inside comes out first, and
  // then the input is given up to the end of the block, without the header that
  // follows.
  Step decode(std::span<const char> from, std::span<char> to) override {
    if (more_inside_) {
      const Step step = decode_some({}, to);
      if (step.made != 0 || !step.fault.empty()) return step;
    }
    return decode_some(from.first(std::min(from.size(), block_)), to);
  }

  [[nodiscard]] std::string format() const override { return "zstd"; }

 private:
  // What `zstd -19` makes has 8 MiB; a hostile file asks for 128 MiB.
  static constexpr int kLargestWindowLog = 25;
  static constexpr size_t kBlockHeader = 3;

  Step decode_some(std::span<const char> from, std::span<char> to) {
    ZSTD_inBuffer in{from.data(), from.size(), 0};
    ZSTD_outBuffer out{to.data(), to.size(), 0};
    const size_t result = ::ZSTD_decompressStream(state_, &out, &in);
    Step step{.used = in.pos,
              .made = out.pos,
              .frame_ended = result == 0,
              .fault = ""};
    if (::ZSTD_isError(result)) {
      step.fault = fault_of(result);
    } else {
      // It asks for the rest of a block and the header of the next.
      block_ = std::max(result, kBlockHeader + 1) - kBlockHeader;
      more_inside_ = out.pos == out.size;
    }
    return step;
  }

  static std::string fault_of(size_t result) {
    if (::ZSTD_getErrorCode(result) ==
        ZSTD_error_frameParameter_windowTooLarge) {
      return "its window is over 32 MiB; compress with zstd -19 or less";
    }
    return ::ZSTD_getErrorName(result);
  }

  ZSTD_DStream* state_;
  size_t block_ = 1;  // bytes to give it next
  bool more_inside_ = false;
};

bool is_gzip(std::string_view start) {
  return start.starts_with("\x1f\x8b\x08");
}

// A zstd frame, or one of the skippable frames it may be surrounded by.
bool is_zstd(std::string_view start) {
  if (start.starts_with("\x28\xb5\x2f\xfd")) return true;
  return start.size() >= 4 && (start[0] & 0xf0) == 0x50 &&
         start.substr(1, 3) == "\x2a\x4d\x18";
}

}  // namespace

std::unique_ptr<CompressedFrame> open_compressed_frame(
    std::span<const char> start) {
  const std::string_view bytes(start.data(), start.size());
  if (is_gzip(bytes)) return std::make_unique<GzipFrame>();
  if (is_zstd(bytes)) return std::make_unique<ZstdFrame>();
  return nullptr;
}

}  // namespace libheap
