#include "libheap/trace/percent_text.h"

#include <algorithm>
#include <cstdint>

#include "libheap/base/hex.h"

namespace libheap {
namespace {

bool is_control(char byte) {
  return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
}

void append_encoded_byte(std::string& out, char byte) {
  const auto value = static_cast<uint8_t>(byte);
  out += '%';
  append_hex(out, {&value, 1});
}

void append_encoded(std::string& out, std::string_view text, char also) {
  if (text.empty()) {
    out += '-';
  } else if (text == "-") {
    append_encoded_byte(out, '-');
  } else {
    for (const char byte : text) {
      if (byte == '%' || byte == also || is_control(byte))
        append_encoded_byte(out, byte);
      else
        out += byte;
    }
  }
}

// The byte that "%2d" stands for; -1 if `code` is not of this form.
int decode_byte(std::string_view code) {
  if (code.size() < 3) return -1;
  const int high = hex_value(code[1]);
  const int low = hex_value(code[2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

}  // namespace

void append_percent_encoded(std::string& out, std::string_view text) {
  append_encoded(out, text, ' ');
}

void append_percent_encoded_line(std::string& out, std::string_view text) {
  append_encoded(out, text, '%');
}

bool percent_decode(std::string_view field, std::string& out) {
  out.clear();
  if (field == "-") return true;
  if (has_control(field)) return false;
  for (size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '%') {
      const int byte = decode_byte(field.substr(i));
      if (byte < 0) return false;
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += field[i];
    }
  }
  return true;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_control);
}

}  // namespace libheap
