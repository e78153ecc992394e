#include "libheap/wire/cobs.h"

#include <algorithm>

#include "libheap/base/check.h"

namespace libheap {

size_t cobs_encode(std::span<const uint8_t> data, std::span<uint8_t> out) {
  HEAP_CHECK(data.size() <= kCobsDataMax, "data is short");
  HEAP_CHECK(out.size() > data.size(), "there is room for the code");
  size_t length_at = 0;
  for (size_t i = 0; i < data.size(); ++i) {
    out[i + 1] = data[i];
    if (data[i] != 0) continue;
    out[length_at] = static_cast<uint8_t>(i + 1 - length_at);
    length_at = i + 1;
  }
  out[length_at] = static_cast<uint8_t>(data.size() + 1 - length_at);
  return data.size() + 1;
}

std::optional<size_t> cobs_decode(std::span<const uint8_t> code,
                                  std::span<uint8_t> out) {
  if (code.empty() || code.size() > kCobsDataMax + 1) return std::nullopt;
  HEAP_CHECK(out.size() + 1 >= code.size(), "there is room for the data");
  for (size_t at = 0; at < code.size();) {
    const size_t part = code[at];  // its length byte, then part - 1 bytes
    if (part == 0 || part > code.size() - at) return std::nullopt;
    const auto bytes = code.subspan(at + 1, part - 1);
    if (std::find(bytes.begin(), bytes.end(), 0) != bytes.end()) {
      return std::nullopt;
    }
    std::copy(bytes.begin(), bytes.end(), out.data() + at);
    at += part;
    if (at < code.size()) out[at - 1] = 0;
  }
  return code.size() - 1;
}

}  // namespace libheap
