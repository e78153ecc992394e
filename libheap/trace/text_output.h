#pragma once

// Numbers appended to a line that is being written. std::to_chars into the
// string's own bytes: the writer's inner loop, no locale, no allocation once
// the string has grown.

#include <charconv>
#include <cstdint>
#include <string>

namespace libheap {

inline void append_number(std::string& out, uint64_t value, int base = 10) {
  char digits[20];  // of the largest number, 18446744073709551615
  const auto [end, error] =
      std::to_chars(digits, digits + sizeof digits, value, base);
  out.append(digits, end);
}

inline void append_hex_number(std::string& out, uint64_t value,
                              size_t at_least = 1) {
  const size_t had = out.size();
  append_number(out, value, 16);
  const size_t width = out.size() - had;
  if (width < at_least) out.insert(had, at_least - width, '0');
}

// A space, then the number: one field.
inline void append_field(std::string& out, uint64_t value) {
  out += ' ';
  append_number(out, value);
}

}  // namespace libheap
