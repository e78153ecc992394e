#pragma once

// HostNote: what the host writes into a trace beside the device's bytes.
//
// It is the body of a packet of type HOST: lines "key value\n", as in the
// device's own ABOUT packet, so that a reader skips what it does not know.
// One stands where a capture began, one where it ended, and one on either side
// of a time without a connection. docs/trace-format.md, "Host packets".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/wire/packet.h"

namespace libheap {

struct HostNote {
  enum class What : uint8_t { kStarted, kDisconnected, kReconnected, kEnded };

  What what = What::kStarted;
  uint64_t unix_time_us = 0;  // the host's clock
  std::string tool;           // "mpheap 0.1.0"; may be empty
  std::string port;           // as named to the tool; may be empty
  uint32_t baud = 0;          // 0: the source has none
  uint64_t bytes = 0;         // received so far, without host packets
  std::string reason;         // of an end: "signal", "duration"...

  bool operator==(const HostNote&) const = default;
};

// "started"
[[nodiscard]] std::string_view name_of(HostNote::What what);

// The packet, zero bytes on both sides included. Texts are made to fit: no
// control characters; of a long port the end is kept.
[[nodiscard]] std::vector<uint8_t> host_packet_bytes(const HostNote& note);

// What a host packet says; nothing if the packet is another, or says nothing
// known here.
[[nodiscard]] std::optional<HostNote> parse_host_note(const Packet& packet);

}  // namespace libheap
