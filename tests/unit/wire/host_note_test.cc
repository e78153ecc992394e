#include "libheap/wire/host_note.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/wire_stream.h"

namespace libheap {
namespace {

std::optional<HostNote> read_back(const Bytes& bytes) {
  PacketData data;
  Packet packet;
  const auto code = std::span(bytes).subspan(1, bytes.size() - 2);
  EXPECT_EQ(parse_packet(code, data, packet), PacketDamage::kNone);
  return parse_host_note(packet);
}

std::optional<HostNote> read_body(const std::string& body, int type) {
  const Bytes bytes = bytes_of(body);
  Packet packet;
  packet.type = static_cast<uint8_t>(type);
  packet.body = bytes;
  return parse_host_note(packet);
}

TEST(HostNote, EveryFieldComesBack) {
  for (const HostNote::What what :
       {HostNote::What::kStarted, HostNote::What::kDisconnected,
        HostNote::What::kReconnected, HostNote::What::kEnded}) {
    const HostNote note = {.what = what,
                           .unix_time_us = 1'760'000'000'123'456,
                           .tool = "mpheap 0.1.0",
                           .port = "/dev/ttyACM0 (a Pico, \xc3\xbc)",
                           .baud = 921'600,
                           .bytes = UINT64_MAX,
                           .reason = "signal"};
    EXPECT_EQ(read_back(host_packet_bytes(note)), note);
  }
}

TEST(HostNote, WhatIsNotKnownIsLeftOut) {
  const HostNote note = {.what = HostNote::What::kEnded, .unix_time_us = 1};
  EXPECT_EQ(read_back(host_packet_bytes(note)), note);
}

TEST(HostNote, LongTextsAreMadeToFitAndControlsLeftOut) {
  const HostNote note = {
      .unix_time_us = UINT64_MAX,
      .tool = std::string(500, 't'),
      .port = "/begin" + std::string(500, 'p') + "\n\x1b/end",
      .baud = UINT32_MAX,
      .bytes = UINT64_MAX,
      .reason = std::string(500, 'r')};
  const std::optional<HostNote> read = read_back(host_packet_bytes(note));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->tool, std::string(48, 't'));
  EXPECT_EQ(read->reason, std::string(48, 'r'));
  EXPECT_TRUE(read->port.ends_with(std::string("ppp?") + "?/end"))
      << read->port;
  EXPECT_EQ(read->bytes, UINT64_MAX);
}

TEST(HostNote, UnknownKeysAndDamagedNumbersAreSkipped) {
  const std::optional<HostNote> note = read_body(
      "colour blue\nhost ended\nbaud 12x\nbytes 7\n\nlonely\nport a b",
      TRACER_TYPE_HOST);
  ASSERT_TRUE(note);
  EXPECT_EQ(note->what, HostNote::What::kEnded);
  EXPECT_EQ(note->baud, 0u);
  EXPECT_EQ(note->bytes, 7u);
  EXPECT_EQ(note->port, "a b");
}

TEST(HostNote, OtherPacketsAreNone) {
  EXPECT_FALSE(read_body("host ended\n", TRACER_TYPE_ABOUT));
  EXPECT_FALSE(read_body("host exploded\n", TRACER_TYPE_HOST));
  EXPECT_FALSE(read_body("", TRACER_TYPE_HOST));
}

}  // namespace
}  // namespace libheap
