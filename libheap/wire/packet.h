#pragma once

// Packet: the envelope in which a device (or the host) sends records.
//
//     00 | COBS( type flags sequence events records time [site] body crc ) | 00
//
// At most 256 bytes with its zero bytes, so it decodes on its own: what is
// lost of the stream costs what it held and nothing more. This file reads and
// writes one; finding them in a stream is packet_finder.h, what the body says
// is for libheap/trace. Field by field: docs/trace-format.md; the numbers are
// those of firmware-tracer/tracer_format.h.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "firmware-tracer/tracer_format.h"

namespace libheap {

struct Packet {
  uint8_t version = TRACER_FORMAT_VERSION;  // of the format
  uint8_t type = 0;      // TRACER_TYPE_*; a reader skips those it does not know
  uint8_t flags = 0;     // TRACER_FLAG_*, of events packets
  uint8_t sequence = 0;  // of this device, modulo 256
  uint32_t events = 0;   // counted events before this packet, modulo 2^32
  uint16_t records = 0;  // in the body
  uint64_t time_us = 0;  // since the device started, 48 bits
  uint16_t site = 0;     // in force at the first record; with TRACER_FLAG_SITES
  std::span<const uint8_t> body;

  [[nodiscard]] bool has_site() const {
    return type == TRACER_TYPE_EVENTS && (flags & TRACER_FLAG_SITES) != 0;
  }
};

// Why bytes are no packet.
enum class PacketDamage : uint8_t {
  kNone,
  kBadCobs,   // the length bytes do not add up
  kTooShort,  // for its header
  kTooLong,   // more bytes than a packet has, and no zero byte
  kBadCrc,
  kUnknownVersion,  // whole and right, but not for this mpheap
  kCutOff,          // the stream begins, breaks off or ends inside a packet
  kNoise,           // after console text: neither text nor set off by a zero
};
// "bad CRC"
[[nodiscard]] std::string_view text_of(PacketDamage damage);

// What is between two zero bytes of a packet, at most.
inline constexpr size_t kPacketCodeMax = TRACER_PACKET_MAX - 2;
using PacketData = std::array<uint8_t, TRACER_PACKET_DATA_MAX>;

// Decodes and checks what stands between two zero bytes. On kNone, `packet` is
// filled and its body points into `data`; on kUnknownVersion, its version.
[[nodiscard]] PacketDamage parse_packet(std::span<const uint8_t> code,
                                        PacketData& data, Packet& packet);

// The longest body a packet has room for.
[[nodiscard]] size_t packet_body_max(const Packet& packet);
// The packet as bytes, zero bytes on both sides included. Its body must not be
// longer than packet_body_max().
[[nodiscard]] std::vector<uint8_t> packet_bytes(const Packet& packet);

}  // namespace libheap
