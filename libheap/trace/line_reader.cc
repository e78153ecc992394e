#include "libheap/trace/line_reader.h"

#include <algorithm>
#include <utility>

namespace libheap {
namespace {

constexpr size_t kFirstBuffer = 256 * 1024;

}  // namespace

LineReader::LineReader(std::unique_ptr<ByteSource> source)
    : source_(std::move(source)), buffer_(kFirstBuffer + 1) {}

// Moves what is left to the front, makes room, reads; false at the end.
bool LineReader::fill() {
  if (at_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + at_, filled_ - at_);
    filled_ -= at_;
    at_ = 0;
  }
  if (filled_ + 1 == buffer_.size())
    buffer_.resize(std::min(2 * filled_, kLongestLine) + 1);
  const size_t got = source_->read(
      std::span(buffer_).subspan(filled_, buffer_.size() - 1 - filled_));
  filled_ += got;
  return got > 0;
}

LineReader::Found LineReader::read_and_find(TextLine& line) {
  size_t searched = filled_ - at_;  // so that no byte is looked at twice
  while (fill()) {
    if (const char* lf = find_line_end(at_ + searched))
      return take_line(lf, line);
    searched = filled_ - at_;
    if (searched == kLongestLine) return skip_long_line(line);
  }
  return filled_ == at_ ? Found::kEnd : take_cut_off(line);
}

LineReader::Found LineReader::take_cut_off(TextLine& line) {
  start_line(line);
  buffer_[filled_] = '\n';
  line.end = buffer_.data() + filled_;
  end_line(filled_ - at_, line);
  return Found::kCutOff;
}

LineReader::Found LineReader::skip_long_line(TextLine& line) {
  start_line(line);
  end_line(filled_ - at_, line);
  while (fill()) {
    if (const char* lf = find_line_end(at_)) {
      end_line(static_cast<size_t>(lf + 1 - (buffer_.data() + at_)), line);
      break;
    }
    end_line(filled_ - at_, line);
  }
  line.begin = line.end = nullptr;
  return Found::kTooLong;
}

TextLine LineReader::skip_rest() {
  TextLine rest{.number = number_ + 1, .offset = offset_};
  do {
    end_line(filled_ - at_, rest);
  } while (fill());
  return rest;
}

}  // namespace libheap
