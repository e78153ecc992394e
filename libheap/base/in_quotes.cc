#include "libheap/base/in_quotes.h"

#include "libheap/base/hex.h"

namespace libheap {

void append_escaped(std::string& out, char byte, char quote) {
  if (byte == quote || byte == '\\') {
    out += '\\';
    out += byte;
  } else if (byte >= ' ' && byte <= '~') {
    out += byte;
  } else {
    const auto value = static_cast<uint8_t>(byte);
    out += "\\x";
    append_hex(out, {&value, 1});
  }
}

std::string in_quotes(std::string_view bytes, size_t at_most) {
  std::string out = "\"";
  for (const char byte : bytes.substr(0, at_most)) append_escaped(out, byte);
  if (bytes.size() > at_most) out += "...";
  return out += '"';
}

}  // namespace libheap
