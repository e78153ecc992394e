// What the body of a packet that no encoder wrote can take, and leave behind.

#include "libheap/wire/record_reader.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace libheap {
namespace {

Packet packet_of(const std::vector<uint8_t>& body, uint16_t records) {
  Packet packet;
  packet.type = TRACER_TYPE_EVENTS;
  packet.records = records;
  packet.body = body;
  return packet;
}

std::vector<uint8_t> random_body(std::mt19937& random, size_t most) {
  std::vector<uint8_t> body(1 + random() % most);
  for (uint8_t& byte : body) byte = static_cast<uint8_t>(random());
  return body;
}

uint64_t sum_of(const PacketRecords& records) {
  uint64_t sum = records.not_read();
  for (const Record& record : records.all()) {
    sum = sum * 31 + record.op * 7 + record.number + record.time_us;
    if (record.op != TRACER_OP_RARE) continue;
    const RareRecord rare = records.rare(record);
    for (const uint64_t number : rare.list) sum = sum * 31 + number;
    for (const uint32_t run : rare.runs) sum = sum * 31 + run;
    for (const std::string_view text : rare.text) {
      for (const char one : text) sum = sum * 31 + static_cast<uint8_t>(one);
    }
  }
  return sum;
}

// Behind a body's end there are zeros for ever: only its records end it.
TEST(RecordReader, BoundsWhatAnyBodyGives) {
  std::mt19937 random(3);
  RecordReader reader;
  PacketRecords records;
  for (int round = 0; round < 3000; ++round) {
    const std::vector<uint8_t> body = random_body(random, 60);
    reader.read(packet_of(body, TRACER_RECORDS_MAX), records);
    ASSERT_EQ(records.all().size() + records.not_read(),
              size_t{TRACER_RECORDS_MAX});
    size_t runs = 0;
    size_t numbers = 0;
    size_t characters = 0;
    for (const Record& record : records.all()) {
      if (record.op != TRACER_OP_RARE) continue;
      const RareRecord rare = records.rare(record);
      runs += rare.runs.size();
      numbers += rare.list.size();
      for (const std::string_view text : rare.text) characters += text.size();
    }
    ASSERT_LE(runs, PacketRecords::kMaxRuns);
    ASSERT_LE(numbers, PacketRecords::kMaxList);
    ASSERT_LE(characters, PacketRecords::kMaxText);
  }
}

TEST(RecordReader, ForgetsThePacketBefore) {
  std::mt19937 random(5);
  RecordReader used;
  PacketRecords kept;
  for (int round = 0; round < 500; ++round) {
    const std::vector<uint8_t> body = random_body(random, 200);
    const Packet packet = packet_of(body, 200);
    RecordReader fresh;
    PacketRecords own;
    fresh.read(packet, own);
    used.read(packet, kept);
    ASSERT_EQ(sum_of(kept), sum_of(own));
  }
}

}  // namespace
}  // namespace libheap
