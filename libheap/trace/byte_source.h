#pragma once

// ByteSource: the bytes of a trace, wherever they are kept and however they
// were compressed.
//
//     file, pipe, memory ──► ByteStream ──► gunzip, unzstd or as is ──► read()
//        (stored bytes)                                          (the trace)
//
// Compression is told from the first bytes, never from a name. Several
// compressed pieces in a row (`cat a.zst b.zst`) are one trace. Compressed
// data that ends early or is wrong is no Error: what could be decoded is
// delivered, then the source is at its end and damage() says why.
//
// Memory is one 256 KiB buffer and what the decompressor needs (up to 8 MiB
// for files compressed with the usual settings), however long the trace.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/trace/damage.h"

namespace libheap {

// Where stored bytes come from.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Fills the front of `to`; as many bytes as there are now, 0 at the end only.
  virtual size_t read(std::span<char> to) = 0;
  // Whether read() waits for nothing but a disk: no pipe, no device.
  [[nodiscard]] virtual bool never_waits() const { return false; }
};

class ByteDecoder;

class ByteSource {
 public:
  // `name` is what messages call it. Waits for the first bytes.
  ByteSource(std::unique_ptr<ByteStream> stored, std::string name);
  ~ByteSource();

  // As many bytes as there are now, up to the room in `to`; 0 at the end only.
  size_t read(std::span<char> to);
  // The next bytes without taking them: `count`, or fewer if the end comes
  // first. Valid until the next call.
  [[nodiscard]] std::string_view peek(size_t count);

  [[nodiscard]] const std::string& name() const { return name_; }
  // Stored bytes taken so far: the measure of progress.
  [[nodiscard]] uint64_t bytes_read() const;
  // As of its stream.
  [[nodiscard]] bool never_waits() const { return never_waits_; }
  // What is wrong with the stored bytes; complete once read() gave 0. Its
  // offset is where in the trace the decoded bytes end.
  [[nodiscard]] const std::optional<Damage>& damage() const { return damage_; }

 private:
  size_t decode(std::span<char> to);

  std::string name_;
  bool never_waits_;
  std::unique_ptr<ByteDecoder> decoder_;
  std::vector<char> peeked_;  // decoded, not yet taken
  uint64_t decoded_ = 0;
  std::optional<Damage> damage_;
};

// Opens a file, or standard input for "-". Throws Error: no such file, is a
// directory, permission denied...
[[nodiscard]] std::unique_ptr<ByteSource> open_byte_source(
    const std::string& path);

// Bytes in memory, which must outlive the source.
[[nodiscard]] std::unique_ptr<ByteSource> memory_byte_source(
    std::string_view bytes, std::string name);

}  // namespace libheap
