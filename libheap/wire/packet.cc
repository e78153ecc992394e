#include "libheap/wire/packet.h"

#include <algorithm>
#include <optional>

#include "libheap/base/check.h"
#include "libheap/base/crc32.h"
#include "libheap/wire/cobs.h"

namespace libheap {

namespace {

static_assert(kCobsDataMax == TRACER_PACKET_DATA_MAX);

constexpr size_t kVersionShift = 4;
constexpr uint8_t kTypeMask = 15;
constexpr size_t kTimeBytes = 6;

uint64_t number_at(std::span<const uint8_t> bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = size; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}

void append_number(std::vector<uint8_t>& bytes, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    bytes.push_back(static_cast<uint8_t>(value >> (8 * i)));
  }
}

size_t header_bytes(const Packet& packet) {
  return TRACER_HEADER_BYTES + (packet.has_site() ? TRACER_SITE_BYTES : 0);
}

bool crc_is_right(std::span<const uint8_t> bytes) {
  const size_t covered = bytes.size() - TRACER_CRC_BYTES;
  return crc32(bytes.first(covered)) ==
         number_at(bytes, covered, TRACER_CRC_BYTES);
}

}  // namespace

std::string_view text_of(PacketDamage damage) {
  switch (damage) {
    case PacketDamage::kNone:
      return "none";
    case PacketDamage::kBadCobs:
      return "bad COBS";
    case PacketDamage::kTooShort:
      return "too short for a packet";
    case PacketDamage::kTooLong:
      return "too long for a packet";
    case PacketDamage::kBadCrc:
      return "bad CRC";
    case PacketDamage::kUnknownVersion:
      return "packet of an unknown version";
    case PacketDamage::kCutOff:
      return "cut-off packet";
    case PacketDamage::kNoise:
      return "neither packet nor text";
  }
  return "unknown damage";
}

PacketDamage parse_packet(std::span<const uint8_t> code, PacketData& data,
                          Packet& packet) {
  if (code.size() > kPacketCodeMax) return PacketDamage::kTooLong;
  const std::optional<size_t> size = cobs_decode(code, data);
  if (!size) return PacketDamage::kBadCobs;
  const std::span<const uint8_t> bytes = std::span(data).first(*size);
  if (bytes.size() < TRACER_HEADER_BYTES + TRACER_CRC_BYTES) {
    return PacketDamage::kTooShort;
  }
  if (!crc_is_right(bytes)) return PacketDamage::kBadCrc;
  packet.version = bytes[TRACER_AT_TYPE] >> kVersionShift;
  if (packet.version != TRACER_FORMAT_VERSION) {
    return PacketDamage::kUnknownVersion;
  }
  packet.type = bytes[TRACER_AT_TYPE] & kTypeMask;
  packet.flags = bytes[TRACER_AT_FLAGS];
  packet.sequence = bytes[TRACER_AT_SEQUENCE];
  packet.events = static_cast<uint32_t>(number_at(bytes, TRACER_AT_EVENTS, 4));
  packet.records =
      static_cast<uint16_t>(number_at(bytes, TRACER_AT_RECORDS, 2));
  packet.time_us = number_at(bytes, TRACER_AT_TIME, kTimeBytes);
  const size_t begin = header_bytes(packet);
  const size_t end = bytes.size() - TRACER_CRC_BYTES;
  if (begin > end) return PacketDamage::kTooShort;
  packet.site = 0;
  if (packet.has_site()) {
    packet.site = static_cast<uint16_t>(
        number_at(bytes, TRACER_AT_SITE, TRACER_SITE_BYTES));
  }
  packet.body = bytes.subspan(begin, end - begin);
  return PacketDamage::kNone;
}

size_t packet_body_max(const Packet& packet) {
  return TRACER_PACKET_DATA_MAX - TRACER_CRC_BYTES - header_bytes(packet);
}

std::vector<uint8_t> packet_bytes(const Packet& packet) {
  HEAP_CHECK(packet.body.size() <= packet_body_max(packet), "the body fits");
  std::vector<uint8_t> data;
  data.push_back(static_cast<uint8_t>(TRACER_FORMAT_VERSION << kVersionShift |
                                      (packet.type & kTypeMask)));
  data.push_back(packet.flags);
  data.push_back(packet.sequence);
  append_number(data, packet.events, 4);
  append_number(data, packet.records, 2);
  append_number(data, packet.time_us, kTimeBytes);
  if (packet.has_site()) append_number(data, packet.site, TRACER_SITE_BYTES);
  data.insert(data.end(), packet.body.begin(), packet.body.end());
  append_number(data, crc32(data), TRACER_CRC_BYTES);

  std::vector<uint8_t> bytes(data.size() + 3);  // both zeros, one of COBS
  cobs_encode(data, std::span(bytes).subspan(1));
  return bytes;
}

}  // namespace libheap
