#include "libheap/trace/text_fields.h"

#include <algorithm>
#include <charconv>

#include "libheap/base/hex.h"
#include "libheap/base/in_quotes.h"
#include "libheap/trace/percent_text.h"

namespace libheap {

uint64_t TextFields::hex(const char* what, uint64_t at_most) {
  if (!next_field(what)) return 0;
  const std::string_view field = whole_field();
  const char* stop = field.data() + field.size();
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(field.data(), stop, value, 16);
  if (field.empty() || end != stop) {
    fail_field(what, "is not a hexadecimal number");
  } else if (error != std::errc() || value > at_most) {
    fail_field(what, kTooLarge);
  } else {
    at_ = stop;
  }
  return value;
}

void TextFields::numbers(const char* what, std::vector<uint32_t>& out) {
  out.clear();
  if (take_word("-") || !next_field(what)) return;
  out.push_back(static_cast<uint32_t>(digits(what, UINT32_MAX)));
  while (*at_ == ',') {
    ++at_;
    out.push_back(static_cast<uint32_t>(digits(what, UINT32_MAX)));
  }
  end_field(what, "is not a list of numbers");
}

uint32_t TextFields::numbered_bytes(const char* what,
                                    std::vector<uint8_t>& out) {
  out.clear();
  if (!next_field(what)) return 0;
  const uint64_t number = digits(what, UINT32_MAX - 1);
  if (*at_ == '=') {
    ++at_;
    hex_bytes(what, out);
  } else {
    fail_field(what, "is not <area>=<bytes>");
  }
  return static_cast<uint32_t>(number);
}

void TextFields::bytes(const char* what, std::vector<uint8_t>& out) {
  out.clear();
  if (next_field(what)) hex_bytes(what, out);
}

void TextFields::hex_bytes(const char* what, std::vector<uint8_t>& out) {
  const char* stop = std::find(at_, end_, ' ');
  if (std::string_view(at_, stop) == ".") {
    at_ = stop;
    return;
  }
  out.resize(static_cast<size_t>(stop - at_) / 2);
  int signs = out.empty() ? -1 : 0;  // negative once any digit is none
  for (uint8_t& byte : out) {
    const int high = hex_value(at_[0]);
    const int low = hex_value(at_[1]);
    signs |= high | low;
    byte = static_cast<uint8_t>(high << 4 | low);
    at_ += 2;
  }
  if (signs < 0 || at_ != stop) fail_field(what, "is not hexadecimal bytes");
}

std::string_view TextFields::word(const char* what) {
  if (!next_field(what)) return {};
  const std::string_view field = whole_field();
  at_ += field.size();
  if (field.empty()) fail(what, field, kMissing);
  return field;
}

void TextFields::text(const char* what, std::string& out) {
  out.clear();
  const std::string_view field = word(what);
  if (ok() && !percent_decode(field, out))
    fail(what, field, "is not percent-encoded text");
}

bool TextFields::take_word(std::string_view word) {
  if (at_ == end_) return false;
  const char* stop = std::find(at_ + 1, end_, ' ');
  if (std::string_view(at_ + 1, stop) != word) return false;
  at_ = stop;
  return true;
}

bool TextFields::take_prefixed(std::string_view prefix, const char* what,
                               uint64_t at_most, uint64_t& value) {
  if (at_ == end_ || !std::string_view(at_ + 1, end_).starts_with(prefix))
    return false;
  next_field(what);
  at_ += prefix.size();
  value = digits(what, at_most);
  end_field(what, kNotNumber);
  return true;
}

BlockRef TextFields::null_block(const char* what) {
  ++at_;
  end_field(what, kNotBlock);
  return kNullBlock;
}

// A number of twenty digits or more may not fit.
uint64_t TextFields::large_number(const char* what, const char* start) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(start, at_, value);
  if (error != std::errc()) fail_field(what, kTooLarge);
  return value;
}

std::string_view TextFields::whole_field() const {
  return {field_, std::find(field_, end_, ' ')};
}

void TextFields::fail_field(const char* what, const char* problem) {
  const std::string_view field = whole_field();
  fail(what, field, field.empty() ? kMissing : problem);
}

void TextFields::fail_left_over() {
  field_ = at_ + 1;
  fail_field("field", "is one too many");
}

void TextFields::fail(const char* what, std::string_view field,
                      const char* problem) {
  at_ = end_;
  if (!ok()) return;
  bad_what_ = what;
  bad_field_ = field;
  problem_ = problem;
}

std::string TextFields::reason() const {
  if (ok()) return "";
  std::string text = bad_what_;
  if (!bad_field_.empty()) text += " " + in_quotes(bad_field_);
  if (*problem_ != '\0') text += std::string(" ") + problem_;
  return text;
}

}  // namespace libheap
