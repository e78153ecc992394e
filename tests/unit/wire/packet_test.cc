#include "libheap/wire/packet.h"

#include <random>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libheap/base/check.h"
#include "libheap/base/crc32.h"
#include "libheap/wire/cobs.h"
#include "tests/support/wire_stream.h"

namespace libheap {
namespace {

PacketDamage parse(const Bytes& framed, Packet& packet) {
  static PacketData data;
  return parse_packet(std::span(framed).subspan(1, framed.size() - 2), data,
                      packet);
}

// Frames any bytes, with a CRC that is right.
Bytes framed(Bytes data) {
  const uint32_t crc = crc32(data);
  for (int i = 0; i < 4; ++i) {
    data.push_back(static_cast<uint8_t>(crc >> (8 * i)));
  }
  Bytes bytes(data.size() + 3);
  cobs_encode(data, std::span(bytes).subspan(1));
  return bytes;
}

Packet example() {
  Packet packet;
  packet.type = TRACER_TYPE_EVENTS;
  packet.flags = TRACER_FLAG_TIME_1US | TRACER_FLAG_SITES;
  packet.sequence = 0xa5;
  packet.events = 0xfedcba98;
  packet.records = 0x1234;
  packet.time_us = 0x123456789abc;
  packet.site = 0xbeef;
  return packet;
}

TEST(Packet, EveryFieldComesBack) {
  Packet packet = example();
  const Bytes body = {1, 0, 0, 2, 255};
  packet.body = body;
  Packet read;
  ASSERT_EQ(parse(packet_bytes(packet), read), PacketDamage::kNone);
  EXPECT_EQ(read.type, packet.type);
  EXPECT_EQ(read.flags, packet.flags);
  EXPECT_EQ(read.sequence, packet.sequence);
  EXPECT_EQ(read.events, packet.events);
  EXPECT_EQ(read.records, packet.records);
  EXPECT_EQ(read.time_us, packet.time_us);
  EXPECT_EQ(read.site, packet.site);
  EXPECT_THAT(read.body, ::testing::ElementsAreArray(body));
}

// The packet that docs/trace-format.md takes apart.
TEST(Packet, TheDocumentedOneIsRead) {
  const Bytes bytes = {0x00, 0x03, 0x11, 0x01, 0x01, 0x01, 0x01, 0x01,
                       0x02, 0x08, 0x04, 0x40, 0x42, 0x0f, 0x01, 0x01,
                       0x0e, 0xf6, 0x8d, 0xe8, 0x35, 0xbb, 0x5d, 0x30,
                       0xb3, 0x72, 0x90, 0x5a, 0x62, 0x2f, 0x00};
  Packet packet;
  ASSERT_EQ(parse(bytes, packet), PacketDamage::kNone);
  EXPECT_EQ(packet.type, TRACER_TYPE_EVENTS);
  EXPECT_EQ(packet.flags, TRACER_FLAG_TIME_1US);
  EXPECT_EQ(packet.sequence, 0);
  EXPECT_EQ(packet.events, 0u);
  EXPECT_EQ(packet.records, 8);
  EXPECT_EQ(packet.time_us, 1'000'000u);
  EXPECT_EQ(packet.body.size(), 9u);
  EXPECT_EQ(packet_bytes(packet), bytes);
}

TEST(Packet, ThatIsFullHas256Bytes) {
  Packet packet = example();
  for (const int flags : {0, TRACER_FLAG_SITES}) {
    packet.flags = static_cast<uint8_t>(flags);
    Bytes body(packet_body_max(packet), 9);
    packet.body = body;
    EXPECT_EQ(packet_bytes(packet).size(), size_t{TRACER_PACKET_MAX});
    body.push_back(9);
    packet.body = body;
    EXPECT_THROW(static_cast<void>(packet_bytes(packet)), InternalError);
  }
}

TEST(Packet, TheSiteIsThereOnlyInEventsPackets) {
  Packet packet = example();
  packet.type = TRACER_TYPE_ABOUT;
  Packet read;
  ASSERT_EQ(parse(packet_bytes(packet), read), PacketDamage::kNone);
  EXPECT_EQ(read.site, 0);
  EXPECT_TRUE(read.body.empty());
}

TEST(Packet, EveryDamageIsNamed) {
  Packet packet;
  const Bytes good = packet_bytes(example());
  const auto with = [&](size_t at, uint8_t byte) {
    Bytes bad = good;
    bad[at] = byte;
    return bad;
  };
  EXPECT_EQ(parse(with(1, 0xff), packet), PacketDamage::kBadCobs);
  EXPECT_EQ(parse(with(2, good[2] ^ 4), packet), PacketDamage::kBadCrc);
  EXPECT_EQ(parse(Bytes(300, 1), packet), PacketDamage::kTooLong);
  EXPECT_EQ(parse(framed(Bytes(14, 0x11)), packet), PacketDamage::kTooShort);
  EXPECT_EQ(parse(framed(Bytes(15, 0x21)), packet),
            PacketDamage::kUnknownVersion);
  // Right in all, but its flags promise a site that is not there.
  EXPECT_EQ(parse(framed(Bytes(16, 0x11) + Bytes{}), packet),
            PacketDamage::kNone);
  Bytes no_site(16, 0x11);
  no_site[TRACER_AT_FLAGS] = TRACER_FLAG_SITES;
  EXPECT_EQ(parse(framed(no_site), packet), PacketDamage::kTooShort);
}

TEST(Packet, EveryDamageHasItsOwnText) {
  std::set<std::string_view> texts;
  for (int i = 0; i <= static_cast<int>(PacketDamage::kNoise); ++i) {
    texts.insert(text_of(static_cast<PacketDamage>(i)));
  }
  EXPECT_EQ(texts.size(), 1u + static_cast<size_t>(PacketDamage::kNoise));
}

TEST(Packet, NoSingleBitFlipPasses) {
  const Bytes body = bytes_of("some records");
  Packet packet = example();
  packet.body = body;
  const Bytes good = packet_bytes(packet);
  for (size_t bit = 8; bit < 8 * (good.size() - 1); ++bit) {
    Bytes bad = good;
    bad[bit / 8] = static_cast<uint8_t>(bad[bit / 8] ^ 1 << bit % 8);
    Packet read;
    EXPECT_NE(parse(bad, read), PacketDamage::kNone) << "bit " << bit;
  }
}

}  // namespace
}  // namespace libheap
