#include "libheap/trace/compressed_sink.h"

#include <array>
#include <new>
#include <utility>

#include <zlib.h>
#include <zstd.h>

#include "libheap/base/check.h"

namespace libheap {
namespace {

using Buffer = std::array<char, 64 * 1024>;

class GzipSink final : public ByteSink {
 public:
  explicit GzipSink(std::unique_ptr<ByteSink> to) : to_(std::move(to)) {
    constexpr int kGzipWithLargestWindow = 16 + MAX_WBITS;
    constexpr int kDefaultMemory = 8;
    if (::deflateInit2(&state_, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                       kGzipWithLargestWindow, kDefaultMemory,
                       Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::bad_alloc();
  }
  GzipSink(const GzipSink&) = delete;
  GzipSink& operator=(const GzipSink&) = delete;
  ~GzipSink() override { ::deflateEnd(&state_); }

  void write(std::string_view bytes) override {
    constexpr size_t kAtOnce = 1 << 30;  // zlib counts in 32 bits
    for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kAtOnce)))
      deflate(bytes.substr(0, kAtOnce), Z_NO_FLUSH);
  }

  void finish() override {
    deflate({}, Z_FINISH);
    to_->finish();
  }

 private:
  void deflate(std::string_view bytes, int flush) {
    // zlib's input pointer lacks its const; it does not write there.
    state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    state_.avail_in = static_cast<uInt>(bytes.size());
    do {
      state_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      state_.avail_out = static_cast<uInt>(buffer_.size());
      HEAP_CHECK(::deflate(&state_, flush) != Z_STREAM_ERROR,
                 "zlib accepts what is written");
      to_->write({buffer_.data(), buffer_.size() - state_.avail_out});
    } while (state_.avail_out == 0);
  }

  std::unique_ptr<ByteSink> to_;
  z_stream state_{};
  Buffer buffer_;
};

class ZstdSink final : public ByteSink {
 public:
  explicit ZstdSink(std::unique_ptr<ByteSink> to)
      : to_(std::move(to)), state_(::ZSTD_createCCtx()) {
    if (state_ == nullptr) throw std::bad_alloc();
    ::ZSTD_CCtx_setParameter(state_, ZSTD_c_checksumFlag, 1);
  }
  ZstdSink(const ZstdSink&) = delete;
  ZstdSink& operator=(const ZstdSink&) = delete;
  ~ZstdSink() override { ::ZSTD_freeCCtx(state_); }

  void write(std::string_view bytes) override {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (in.pos < in.size) compress(in, ZSTD_e_continue);
  }

  void finish() override {
    ZSTD_inBuffer in{nullptr, 0, 0};
    while (compress(in, ZSTD_e_end) != 0) {
    }
    to_->finish();
  }

 private:
  // How much is still inside.
  size_t compress(ZSTD_inBuffer& in, ZSTD_EndDirective directive) {
    ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
    const size_t left = ::ZSTD_compressStream2(state_, &out, &in, directive);
    HEAP_CHECK(!::ZSTD_isError(left), "zstd accepts what is written");
    to_->write({buffer_.data(), out.pos});
    return left;
  }

  std::unique_ptr<ByteSink> to_;
  ZSTD_CCtx* state_;
  Buffer buffer_;
};

}  // namespace

std::unique_ptr<ByteSink> make_gzip_sink(std::unique_ptr<ByteSink> to) {
  return std::make_unique<GzipSink>(std::move(to));
}

std::unique_ptr<ByteSink> make_zstd_sink(std::unique_ptr<ByteSink> to) {
  return std::make_unique<ZstdSink>(std::move(to));
}

}  // namespace libheap
