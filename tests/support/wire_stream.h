#pragma once

// A stream of packets, text and noise for tests of the wire, and what the
// finder makes of one, as lines that are easy to compare.

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/wire/found_item.h"
#include "libheap/wire/packet.h"

namespace libheap {

using Bytes = std::vector<uint8_t>;

[[nodiscard]] Bytes bytes_of(std::string_view text);
Bytes operator+(Bytes front, std::span<const uint8_t> back);

// An events packet with a body of `body_size` random bytes.
[[nodiscard]] Bytes random_packet(std::mt19937& random, uint8_t sequence,
                                  size_t body_size);

// Everything found when `stream` is pushed in parts of `part` bytes (0: all at
// once), one line per item: "packet 1 #5 @0+30", "text hello\n @7+6",
// "damage bad CRC @40+12". Neighbouring texts are one line.
[[nodiscard]] std::vector<std::string> found_in(std::span<const uint8_t> stream,
                                                size_t part = 0);
// The same with parts of random lengths.
[[nodiscard]] std::vector<std::string> found_in(std::span<const uint8_t> stream,
                                                std::mt19937& random);

}  // namespace libheap
