#include "tests/fuzz/device_stream.h"

#include <algorithm>
#include <vector>

#include "libheap/wire/packet.h"
#include "libheap/wire/packet_finder.h"
#include "libheap/wire/record_reader.h"

namespace libheap::testing {

namespace {

constexpr size_t kPartHead = 5;
constexpr uint8_t kTypeMask = 0x0f;
constexpr uint8_t kJumps = 0x10;
constexpr uint8_t kClockGoesBack = 0x20;

constexpr std::string_view kSmallHeap =
    "version v1.22.2\nword 4\nblock 16\nfinaliser 1\nweakref 0\nsplit none\n"
    "AREA 0 20000000 20002000 20000000 124 2000007d 62 - - 200000e0 20002000\n";

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

bool is_counted_record(const Record& record) {
  if (record.op != TRACER_OP_RARE) {
    return record.op >= TRACER_OP_ALLOC && record.op <= TRACER_OP_FREE;
  }
  return record.number == TRACER_RARE_ALLOC_BEGIN ||
         record.number == TRACER_RARE_REALLOC_BEGIN ||
         record.number == TRACER_RARE_COLLECT ||
         record.number == TRACER_RARE_SWEEP_ALL;
}

uint32_t counted_in(const Packet& packet) {
  if (packet.type != TRACER_TYPE_EVENTS) return 0;
  RecordReader reader;
  PacketRecords records;
  uint32_t counted = 0;
  reader.read(packet, records);
  for (const Record& record : records.all()) {
    counted += is_counted_record(record) ? 1 : 0;
  }
  return counted;
}

class Device {
 public:
  void send(std::span<const uint8_t> part, std::span<const uint8_t> jump,
            std::span<const uint8_t> body) {
    Packet packet;
    packet.type = part[0] & kTypeMask;
    packet.flags = part[1];
    packet.records = static_cast<uint16_t>(part[2] | part[3] << 8);
    if (!jump.empty()) {
      sequence_ = static_cast<uint8_t>(sequence_ + jump[0]);
      events_ += jump[1];
    }
    time_us_ = (part[0] & kClockGoesBack) != 0 ? 0 : time_us_ + 1000;
    packet.sequence = sequence_++;
    packet.events = events_;
    packet.time_us = time_us_;
    packet.body = body.first(std::min(body.size(), packet_body_max(packet)));
    const std::vector<uint8_t> bytes = packet_bytes(packet);
    stream_.append(bytes.begin(), bytes.end());
    events_ += counted_in(packet);
  }

  std::string& stream() { return stream_; }

 private:
  std::string stream_;
  uint8_t sequence_ = 0;
  uint32_t events_ = 0;
  uint64_t time_us_ = 0;
};

}  // namespace

std::string device_stream(std::span<const uint8_t> parts) {
  Device device;
  if (parts.empty() || (parts[0] & kTypeMask) != TRACER_TYPE_ABOUT) {
    const uint8_t about[kPartHead] = {TRACER_TYPE_ABOUT};
    device.send(about, {}, bytes_of(kSmallHeap));
  }
  while (parts.size() > kPartHead) {
    const std::span<const uint8_t> head = parts.first(kPartHead);
    parts = parts.subspan(kPartHead);
    std::span<const uint8_t> jump;
    if ((head[0] & kJumps) != 0 && parts.size() >= 2) {
      jump = parts.first(2);
      parts = parts.subspan(2);
    }
    const size_t length = std::min<size_t>(head[4], parts.size());
    device.send(head, jump, parts.first(length));
    parts = parts.subspan(length);
  }
  return std::move(device.stream());
}

std::string parts_of(std::string_view trace, size_t most_bytes) {
  PacketFinder finder;
  finder.push(bytes_of(trace));
  FoundItem item;
  std::string parts;
  while (finder.next(item) && parts.size() < most_bytes) {
    if (item.kind != FoundItem::Kind::kPacket) continue;
    const Packet& packet = item.packet;
    parts += static_cast<char>(packet.type);
    parts += static_cast<char>(packet.flags);
    parts += static_cast<char>(packet.records & 0xff);
    parts += static_cast<char>(packet.records >> 8);
    parts += static_cast<char>(packet.body.size());
    parts.append(packet.body.begin(), packet.body.end());
  }
  return parts;
}

}  // namespace libheap::testing
