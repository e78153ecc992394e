#pragma once

// What a stream of bytes turns out to hold, piece by piece; see
// packet_finder.h.

#include <cstdint>
#include <string_view>

#include "libheap/wire/packet.h"

namespace libheap {

struct FoundItem {
  enum class Kind : uint8_t { kPacket, kText, kDamage };

  Kind kind = Kind::kDamage;
  // Where in the stream, and how many bytes. The zero bytes around a packet
  // belong to no item; every other byte belongs to exactly one.
  uint64_t offset = 0;
  uint64_t length = 0;
  Packet packet;                              // kPacket
  std::string_view text;                      // kText: at most a line
  PacketDamage damage = PacketDamage::kNone;  // kDamage
};

}  // namespace libheap
