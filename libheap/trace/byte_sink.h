#pragma once

// ByteSink: where written bytes go, compressed on the way or not.
//
//     auto sink = open_byte_sink("run.events.zst", Compression::kZstd);
//     sink->write("...");
//     sink->finish();      // only now is everything where it belongs
//
// A sink that is dropped without finish() leaves a file that is cut off, which
// readers report: half a trace must not look like a whole one.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace libheap {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // Both throw Error naming the file when the bytes cannot be written.
  virtual void write(std::string_view bytes) = 0;
  virtual void finish() = 0;
};

// Appends to a string, which must outlive the sink.
class StringSink final : public ByteSink {
 public:
  explicit StringSink(std::string& out) : out_(out) {}
  void write(std::string_view bytes) override { out_ += bytes; }
  void finish() override {}

 private:
  std::string& out_;
};

enum class Compression : uint8_t { kNone, kGzip, kZstd };

// What the name asks for: .gz, .zst, anything else.
[[nodiscard]] Compression compression_for(std::string_view path);

// Compresses what is written and passes it on.
[[nodiscard]] std::unique_ptr<ByteSink> compressed_sink(
    std::unique_ptr<ByteSink> to, Compression compression);

// A file, replaced if there is one, or standard output for "-".
[[nodiscard]] std::unique_ptr<ByteSink> open_byte_sink(const std::string& path,
                                                       Compression compression);

}  // namespace libheap
