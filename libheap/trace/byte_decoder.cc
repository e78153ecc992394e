#include "libheap/trace/byte_decoder.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "libheap/trace/compressed_frame.h"

namespace libheap {

InputBuffer::InputBuffer(std::unique_ptr<ByteStream> stream)
    : stream_(std::move(stream)) {}

std::span<const char> InputBuffer::waiting() const {
  return std::span(bytes_).subspan(at_, filled_ - at_);
}

std::span<const char> InputBuffer::wait_for(size_t count) {
  while (filled_ - at_ < count && !ended_) {
    bytes_.resize(kBytes);
    std::memmove(bytes_.data(), bytes_.data() + at_, filled_ - at_);
    filled_ -= at_;
    at_ = 0;
    filled_ += read_through(std::span(bytes_).subspan(filled_));
  }
  return waiting();
}

size_t InputBuffer::read_through(std::span<char> to) {
  const size_t got = ended_ ? 0 : stream_->read(to);
  ended_ = got == 0;
  bytes_read_ += got;
  return got;
}

namespace {

class PlainDecoder final : public ByteDecoder {
 public:
  using ByteDecoder::ByteDecoder;

  size_t read(std::span<char> to) override {
    const std::span<const char> waiting = input_.waiting();
    if (waiting.empty()) return input_.read_through(to);
    const size_t count = std::min(to.size(), waiting.size());
    std::copy_n(waiting.begin(), count, to.begin());
    input_.take(count);
    return count;
  }

  [[nodiscard]] const std::string& problem() const override { return problem_; }

 private:
  std::string problem_;  // never any
};

class CompressedDecoder final : public ByteDecoder {
 public:
  using ByteDecoder::ByteDecoder;

  size_t read(std::span<char> to) override {
    size_t made = 0;
    while (made == 0 && !ended_) {
      if (frame_ == nullptr)
        open_frame();
      else
        made = decode(to);
    }
    return made;
  }

  [[nodiscard]] const std::string& problem() const override { return problem_; }

 private:
  void open_frame() {
    const std::span<const char> start = input_.wait_for(kFrameMagicBytes);
    frame_ = open_compressed_frame(start);
    if (frame_ != nullptr) return;
    ended_ = true;
    if (!start.empty()) problem_ = "bytes that follow the compressed data";
  }

  size_t decode(std::span<char> to) {
    const std::span<const char> from = input_.wait_for(1);
    const CompressedFrame::Step step = frame_->decode(from, to);
    input_.take(step.used);
    if (!step.fault.empty()) {
      end_with("damaged " + frame_->format() + " data: " + step.fault);
    } else if (step.frame_ended) {
      frame_.reset();
    } else if (from.empty() && step.made == 0) {
      end_with("the " + frame_->format() + " data is cut off");
    }
    return step.made;
  }

  void end_with(std::string problem) {
    ended_ = true;
    problem_ = std::move(problem);
  }

  std::unique_ptr<CompressedFrame> frame_;
  std::string problem_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ByteDecoder> make_decoder(std::unique_ptr<ByteStream> stored) {
  InputBuffer input(std::move(stored));
  if (open_compressed_frame(input.wait_for(kFrameMagicBytes)) != nullptr)
    return std::make_unique<CompressedDecoder>(std::move(input));
  return std::make_unique<PlainDecoder>(std::move(input));
}

}  // namespace libheap
