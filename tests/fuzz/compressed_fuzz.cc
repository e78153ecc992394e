// Any bytes as a compressed file: reading ends, and gives the same whether the
// bytes are asked for in large or in small parts.
//
// The first byte is how many are asked for at once.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/trace/byte_source.h"

namespace {

// A small file may hold gigabytes of zeros; nobody needs to wait for them.
constexpr uint64_t kEnough = uint64_t{4} << 20;

struct Outcome {
  uint64_t bytes = 0;
  uint64_t hash = 14695981039346656037u;  // FNV-1a of the bytes
  std::string damage;

  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view file, size_t part) {
  const auto source = libheap::memory_byte_source(file, "fuzz");
  std::vector<char> buffer(part);
  Outcome outcome;
  while (outcome.bytes < kEnough) {
    const size_t got =
        source->read({buffer.data(), std::min(part, kEnough - outcome.bytes)});
    if (got == 0) break;
    outcome.bytes += got;
    for (size_t i = 0; i < got; ++i) {
      outcome.hash ^= static_cast<uint8_t>(buffer[i]);
      outcome.hash *= 1099511628211u;
    }
  }
  if (source->damage()) outcome.damage = source->damage()->reason;
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view file(reinterpret_cast<const char*>(data + 1),
                              size - 1);
  if (read(file, size_t{64} * 1024) != read(file, size_t{1} + data[0])) {
    std::abort();
  }
  return 0;
}
