#pragma once

// LineReader: a byte source cut into lines, without copying them.
//
// A line ends with LF or CR LF. Lines point into one buffer, which grows to
// the longest line met and never beyond kLongestLine: a longer one is skipped
// and reported. The byte behind each line is readable and part of no field,
// so a parser needs no bounds check to see that a field ends.
//
// Cost: one memchr per line; the source is only asked when no whole line is
// left, so a live trace is read as far as it goes.

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "libheap/trace/byte_source.h"

namespace libheap {

struct TextLine {
  const char* begin = nullptr;
  const char* end = nullptr;  // without its line end
  uint64_t number = 0;        // from 1
  uint64_t offset = 0;        // of its first byte, in the uncompressed trace
  uint64_t bytes = 0;         // with its line end

  [[nodiscard]] std::string_view text() const { return {begin, end}; }
};

class LineReader {
 public:
  static constexpr size_t kLongestLine = 16 << 20;

  enum class Found : uint8_t {
    kLine,
    kTooLong,  // skipped: only number, offset and bytes are set
    kCutOff,   // the last line, without a line end
    kEnd,
  };

  explicit LineReader(std::unique_ptr<ByteSource> source);

  // What `line` points to lives until the next call.
  Found next(TextLine& line) {
    if (const char* lf = find_line_end(at_)) [[likely]]
      return take_line(lf, line);
    return read_and_find(line);
  }

  // Drops everything up to the end; says where it began and how much it was.
  TextLine skip_rest();

  [[nodiscard]] ByteSource& source() { return *source_; }
  [[nodiscard]] const ByteSource& source() const { return *source_; }

 private:
  [[nodiscard]] const char* find_line_end(size_t from) const {
    return static_cast<const char*>(
        std::memchr(buffer_.data() + from, '\n', filled_ - from));
  }

  Found take_line(const char* lf, TextLine& line) {
    start_line(line);
    line.end = lf;
    // Not before the line's begin: that byte belongs to somebody else.
    if (lf != line.begin && lf[-1] == '\r') --line.end;
    end_line(static_cast<size_t>(lf + 1 - line.begin), line);
    return Found::kLine;
  }

  void start_line(TextLine& line) {
    line.begin = buffer_.data() + at_;
    line.number = ++number_;
    line.offset = offset_;
    line.bytes = 0;
  }

  void end_line(size_t bytes, TextLine& line) {
    line.bytes += bytes;
    at_ += bytes;
    offset_ += bytes;
  }

  Found read_and_find(TextLine& line);
  Found take_cut_off(TextLine& line);
  Found skip_long_line(TextLine& line);
  bool fill();

  std::unique_ptr<ByteSource> source_;
  std::vector<char> buffer_;  // one byte more than is ever filled
  size_t at_ = 0;             // start of the next line
  size_t filled_ = 0;
  uint64_t offset_ = 0;  // of at_
  uint64_t number_ = 0;  // lines so far
};

}  // namespace libheap
