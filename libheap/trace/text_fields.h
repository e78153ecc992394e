#pragma once

// TextFields: the cursor that takes one line of an event log apart.
//
//     A 24 0 17        TextFields in(line);
//     |  | |  |        in.keyword();                     "A"
//                      in.number("size");                24
//                      in.number("flags", 1);            0
//                      in.block("result");               block 17
//                      if (!in.finish()) in.reason();
//
// Fields are separated by one space. The cursor fails once and for good: after
// the first fault every call gives 0 or nothing, so a record is read straight
// through and asked once, at its end. reason() then says which field was wrong
// and how, in the words of docs/event-log.md.
//
// Precondition: the byte behind the line is readable and a line end (see
// LineReader), so digits need no bounds check.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/base/block_ref.h"

namespace libheap {

class TextFields {
 public:
  TextFields(const char* begin, const char* end) : at_(begin), end_(end) {}

  // The first field as a number, see keyword_tag(); 0 if it has more than
  // eight bytes.
  uint64_t keyword() {
    uint64_t tag = 0;
    const char* start = at_;
    for (; at_ != end_ && *at_ != ' '; ++at_)
      tag = tag << 8 | static_cast<unsigned char>(*at_);
    return at_ - start <= 8 ? tag : 0;
  }

  // A decimal number; `what` names the field in reason().
  uint64_t number(const char* what, uint64_t at_most = UINT64_MAX) {
    if (!next_field(what)) return 0;
    const uint64_t value = digits(what, at_most);
    end_field(what, kNotNumber);
    return value;
  }
  uint32_t number32(const char* what, uint32_t at_most = UINT32_MAX) {
    return static_cast<uint32_t>(number(what, at_most));
  }
  bool flag(const char* what) { return number(what, 1) != 0; }

  // "7", "2:7" (in area 2) or "-" (NULL).
  BlockRef block(const char* what) {
    if (!next_field(what)) return kNullBlock;
    if (*at_ == '-') return null_block(what);
    BlockRef block{0, static_cast<uint32_t>(digits(what, UINT32_MAX))};
    if (*at_ == ':' && block.block < BlockRef::kNullArea) {
      ++at_;
      block.area = block.block;
      block.block = static_cast<uint32_t>(digits(what, UINT32_MAX));
    }
    end_field(what, kNotBlock);
    return block;
  }

  // A hexadecimal number.
  uint64_t hex(const char* what, uint64_t at_most = UINT64_MAX);
  // Decimal numbers with commas between them; "-" is none.
  void numbers(const char* what, std::vector<uint32_t>& out);
  // "<number>=<bytes in hexadecimal>"; "." is no bytes.
  uint32_t numbered_bytes(const char* what, std::vector<uint8_t>& out);
  // The bytes alone.
  void bytes(const char* what, std::vector<uint8_t>& out);
  std::string_view word(const char* what);
  // A string field, percent-decoded (see percent_text.h) into `out`.
  void text(const char* what, std::string& out);

  // Takes the next field if it is exactly `word`.
  bool take_word(std::string_view word);
  // The number behind `prefix`, as in "t=17", if the next field starts so.
  bool take_prefixed(std::string_view prefix, const char* what,
                     uint64_t at_most, uint64_t& value);
  // Does the next field start with a digit?
  [[nodiscard]] bool digit_follows() const {
    return at_ != end_ && is_digit(at_[1]);
  }

  // The record cannot be, for a reason of its own; only the first fault counts.
  void fail(const char* what) { fail(what, {}, ""); }
  // cause "q" is not t, x or e
  void fail(const char* what, std::string_view field, const char* problem);

  [[nodiscard]] bool at_end() const { return at_ == end_; }
  [[nodiscard]] bool ok() const { return problem_ == nullptr; }
  // At the end of a record: was every field good, and none left over?
  bool finish() {
    if (at_ != end_) [[unlikely]]
      fail_left_over();
    return ok();
  }
  // "size "2x" is not a number"
  [[nodiscard]] std::string reason() const;

 private:
  static constexpr const char* kMissing = "is missing";
  static constexpr const char* kNotNumber = "is not a number";
  static constexpr const char* kNotBlock = "is not a block number";
  static constexpr const char* kTooLarge = "is too large";

  static bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

  // Steps over the space in front of a field.
  bool next_field(const char* what) {
    if (at_ == end_) [[unlikely]] {
      fail(what, {}, kMissing);
      return false;
    }
    field_ = ++at_;
    return true;
  }

  // The digits that follow; ends at the first byte that is none.
  uint64_t digits(const char* what, uint64_t at_most) {
    const char* start = at_;
    uint64_t value = 0;
    for (; is_digit(*at_); ++at_)
      value = value * 10 + static_cast<uint64_t>(*at_ - '0');
    constexpr std::ptrdiff_t kNeverTooLarge = 19;
    if (at_ - start > kNeverTooLarge) [[unlikely]]
      value = large_number(what, start);
    if (at_ == start) [[unlikely]]
      fail_field(what, kNotNumber);
    if (value > at_most) [[unlikely]]
      fail_field(what, kTooLarge);
    return value;
  }

  void end_field(const char* what, const char* problem) {
    if (*at_ != ' ' && at_ != end_) [[unlikely]]
      fail_field(what, problem);
  }

  BlockRef null_block(const char* what);
  void hex_bytes(const char* what, std::vector<uint8_t>& out);
  uint64_t large_number(const char* what, const char* start);
  [[nodiscard]] std::string_view whole_field() const;
  void fail_field(const char* what, const char* problem);
  void fail_left_over();

  const char* at_;  // a space or the end, between fields
  const char* end_;
  const char* field_ = nullptr;  // where the current one starts
  // The first fault.
  const char* problem_ = nullptr;
  const char* bad_what_ = nullptr;
  std::string_view bad_field_;
};

// "A" or "(C" as the number that keyword() gives, for a switch.
[[nodiscard]] constexpr uint64_t keyword_tag(std::string_view word) {
  uint64_t tag = 0;
  for (const char byte : word)
    tag = tag << 8 | static_cast<unsigned char>(byte);
  return tag;
}

}  // namespace libheap
