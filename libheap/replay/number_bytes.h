#pragma once

// Numbers to bytes and back: each as 64 bits, lowest byte first. Whoever
// describes data as a row of calls, pass(number), writes and reads it with the
// same function.

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace libheap {

class NumberWriter {
 public:
  template <typename Number>
  void operator()(const Number& number) {
    const auto value = static_cast<uint64_t>(number);
    for (uint32_t i = 0; i < 8; ++i) {
      bytes_ += static_cast<char>(value >> (8 * i) & 0xff);
    }
  }
  void byte(uint8_t value) { bytes_ += static_cast<char>(value); }
  void fail() {}
  [[nodiscard]] std::string bytes() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Answers 0 once it has failed: past the end, or at a number that is too large
// for where it goes.
class NumberReader {
 public:
  explicit NumberReader(std::string_view bytes) : left_(bytes) {}

  template <typename Number>
  void operator()(Number& number) {
    uint64_t value = 0;
    if (failed_ || left_.size() < 8) {
      failed_ = true;
    } else {
      for (uint32_t i = 0; i < 8; ++i) {
        value |= uint64_t{static_cast<uint8_t>(left_[i])} << (8 * i);
      }
      left_.remove_prefix(8);
      failed_ = value > uint64_t{std::numeric_limits<Number>::max()};
    }
    number = failed_ ? Number{} : static_cast<Number>(value);
  }
  void byte(uint8_t& value) {
    failed_ = failed_ || left_.empty();
    if (failed_) return;
    value = static_cast<uint8_t>(left_.front());
    left_.remove_prefix(1);
  }
  void fail() { failed_ = true; }
  [[nodiscard]] bool failed() const { return failed_; }
  // Nothing was missing, nothing is left.
  [[nodiscard]] bool is_whole() const { return !failed_ && left_.empty(); }

 private:
  std::string_view left_;
  bool failed_ = false;
};

}  // namespace libheap
