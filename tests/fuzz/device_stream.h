#pragma once

// Bytes as the stream of a device, and back, for fuzzers.
//
// A mutated packet is no packet: its CRC is wrong. So a fuzzer's input is a row
// of parts, and each becomes a sound packet around whatever the part says:
//
//     kind flags records_low records_high length body[length]
//
// kind: bits 0 to 3 the packet's type; bit 4: sequence and events jump by what
// two more bytes after `length` say; bit 5: the clock goes back to 0. Else the
// packet is in step with the one before, its count of events included.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace libheap::testing {

// Begins with a description of a small heap unless the input does.
[[nodiscard]] std::string device_stream(std::span<const uint8_t> parts);

// The other way, for corpora: the packets of a trace, at most `most_bytes`.
[[nodiscard]] std::string parts_of(std::string_view trace, size_t most_bytes);

}  // namespace libheap::testing
