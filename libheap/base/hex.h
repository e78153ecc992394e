#pragma once

// Hexadecimal digits, both ways. Written in lower case, read in either.

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace libheap {

inline constexpr char kHexDigits[] = "0123456789abcdef";

namespace detail {

constexpr std::array<int8_t, 256> make_hex_values() {
  std::array<int8_t, 256> values{};
  for (int8_t& value : values) value = -1;
  for (size_t i = 0; i < 10; ++i) values['0' + i] = static_cast<int8_t>(i);
  for (size_t i = 10; i < 16; ++i) {
    values['a' + i - 10] = static_cast<int8_t>(i);
    values['A' + i - 10] = static_cast<int8_t>(i);
  }
  return values;
}

inline constexpr std::array<int8_t, 256> kHexValues = make_hex_values();

}  // namespace detail

// What the digit stands for; -1 if it is none.
[[nodiscard]] constexpr int hex_value(char digit) {
  return detail::kHexValues[static_cast<unsigned char>(digit)];
}

// Two digits per byte.
inline void append_hex(std::string& out, std::span<const uint8_t> bytes) {
  const size_t had = out.size();
  out.resize(had + 2 * bytes.size());
  char* at = out.data() + had;
  for (const uint8_t byte : bytes) {
    *at++ = kHexDigits[byte >> 4];
    *at++ = kHexDigits[byte & 15];
  }
}

}  // namespace libheap
