// The device's encoder against the reader, record by record.

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "libheap/base/crc32.h"
#include "libheap/wire/packet.h"
#include "libheap/wire/record_reader.h"

extern "C" {
#include "firmware-tracer/tracer_encode.h"
}

namespace libheap {
namespace {

class EncoderTest : public ::testing::Test {
 protected:
  void begin(uint8_t flags) {
    sink_.open = [](void* self) {
      return static_cast<EncoderTest*>(self)->slot_;
    };
    sink_.close = [](void* self, size_t length) {
      static_cast<EncoderTest*>(self)->take(length);
    };
    sink_.crc32 = [](const uint8_t* data, size_t length) {
      return crc32({data, length});
    };
    sink_.self = this;
    sink_.clock = &clock_;
    tracer_encode_init(&encoder_, &sink_, flags);
  }

  std::vector<Record>& flushed() {
    tracer_encode_flush(&encoder_);
    return records_;
  }

  void take(size_t length) {
    PacketData data;
    Packet packet;
    ASSERT_EQ(parse_packet({slot_ + 1, length - 2}, data, packet),
              PacketDamage::kNone);
    ++packets_;
    RecordReader reader;
    reader.read(packet, last_);
    for (const Record& record : last_.all()) records_.push_back(record);
    EXPECT_EQ(last_.not_read(), 0U);
  }

  tracer_encoder_t encoder_{};
  tracer_sink_t sink_{};
  volatile uint32_t clock_ = 0;
  uint8_t slot_[TRACER_PACKET_MAX] = {};
  std::vector<Record> records_;
  PacketRecords last_;  // of the last packet
  size_t packets_ = 0;
};

// The last records of a packet that is full of one-bit ones: block 0 was no
// result in it, whatever an unused place in the table looks like.
TEST_F(EncoderTest, NamesABlockThatWasNoResultByItsNumber) {
  for (uint32_t before = TRACER_RECORDS_MAX - 3; before < TRACER_RECORDS_MAX;
       ++before) {
    begin(TRACER_FLAG_TIME_PACKET);
    records_.clear();
    for (uint32_t i = 0; i < before; ++i) {
      tracer_encode_alloc(&encoder_, 16, false, 1);
    }
    tracer_encode_free(&encoder_, 0);
    ASSERT_EQ(flushed().size(), before + 1);
    EXPECT_EQ(records_.back().op, uint32_t{TRACER_OP_FREE});
    EXPECT_EQ(records_.back().age, uint32_t{TRACER_AGE_FAR});
    EXPECT_EQ(records_.back().block, 0U);
  }
}

// Nor were the highest blocks, in its first records.
TEST_F(EncoderTest, NamesABlockThatWasNoResultInThisPacketByItsNumber) {
  for (const uint32_t flags :
       {TRACER_FLAG_TIME_PACKET, TRACER_FLAG_TIME_1US, TRACER_FLAG_RESULTS}) {
    for (uint32_t bits = 0; bits <= TRACER_BLOCK_BITS; ++bits) {
      for (const uint32_t block :
           {(1u << bits) - 1, 1u << bits, (1u << bits) + 31}) {
        begin(static_cast<uint8_t>(flags));
        records_.clear();
        for (uint32_t i = 0; i < 70; ++i) tracer_encode_free(&encoder_, block);
        ASSERT_EQ(flushed().size(), 70U);
        for (const Record& record : records_) {
          ASSERT_EQ(record.age, uint32_t{TRACER_AGE_FAR}) << block;
          ASSERT_EQ(record.block, block);
        }
      }
    }
  }
}

TEST_F(EncoderTest, HoldsAsManyRecordsAsTheHeaderCanSay) {
  for (const uint8_t flags :
       {uint8_t{TRACER_FLAG_TIME_PACKET}, uint8_t{TRACER_FLAG_TIME_16US}}) {
    begin(flags);
    records_.clear();
    packets_ = 0;
    for (uint32_t i = 0; i < 3 * TRACER_RECORDS_MAX; ++i) {
      tracer_encode_alloc(&encoder_, 16, false, i % 20);
      clock_ = clock_ + 160;
    }
    EXPECT_EQ(flushed().size(), 3U * TRACER_RECORDS_MAX);
    EXPECT_GE(packets_, 3U);
  }
}

// Section 8 of docs/trace-format.md.
TEST_F(EncoderTest, MakesThePacketThatTheFormatWorksThrough) {
  clock_ = 1'000'000;
  begin(TRACER_FLAG_TIME_1US);
  tracer_encode_alloc(&encoder_, 16, false, 5);
  clock_ = clock_ + 1;
  for (uint32_t block = 6; block < 12; ++block) {
    clock_ = clock_ + 9;
    tracer_encode_alloc(&encoder_, 8, false, block);
  }
  clock_ = clock_ + 9;
  tracer_encode_free(&encoder_, 11);
  ASSERT_EQ(flushed().size(), 8U);
  constexpr std::array<uint8_t, 36> kPacket = {
      0x00, 0x03, 0x11, 0x01, 0x01, 0x01, 0x01, 0x01, 0x02, 0x08, 0x04, 0x40,
      0x42, 0x0f, 0x01, 0x01, 0x0a, 0xf6, 0x8f, 0xc9, 0x12, 0x8b, 0x37, 0xf5,
      0x30, 0x0f, 0x08, 0x30, 0x5f, 0x0f, 0x9c, 0x40, 0x33, 0xe6, 0x00, 0x00};
  EXPECT_TRUE(std::equal(kPacket.begin(), kPacket.end() - 1, slot_));
  EXPECT_EQ(records_[1].time_us, 1'000'010U);
  EXPECT_EQ(records_[7].time_us, 1'000'064U);
}

// Every length of a coded time, at both resolutions.
TEST_F(EncoderTest, SendsTimesOfAnyLengthExactly) {
  for (const uint8_t flags :
       {uint8_t{TRACER_FLAG_TIME_1US}, uint8_t{TRACER_FLAG_TIME_16US}}) {
    const uint32_t unit = flags == TRACER_FLAG_TIME_16US ? 16 : 1;
    clock_ = 0;
    begin(flags);
    records_.clear();
    packets_ = 0;
    std::vector<uint64_t> expected;
    uint64_t now = 0;
    for (uint32_t shift = 0; shift < 28; ++shift) {
      for (const uint32_t off : {0U, 1U, 7U, 8U, 15U, 16U}) {
        now += ((uint64_t{1} << shift) + off) * unit;
        clock_ = static_cast<uint32_t>(now);
        tracer_encode_alloc(&encoder_, 8 * (off % 3), false, shift);
        expected.push_back(now);
      }
    }
    ASSERT_EQ(flushed().size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(records_[i].time_us, expected[i]) << i;
    }
    EXPECT_GT(packets_, 1U);
  }
}

TEST_F(EncoderTest, SendsARequestsSiteInItsRecord) {
  begin(TRACER_FLAG_SITES);
  tracer_encode_switch_site(&encoder_, 2000);
  tracer_encode_alloc(&encoder_, 4095, false, 1);
  tracer_encode_alloc(&encoder_, 4096, false,
                      2);  // no room: a begin and an end
  ASSERT_EQ(flushed().size(), 4U);
  EXPECT_EQ(records_[0].op, uint32_t{TRACER_OP_SITE});
  EXPECT_EQ(records_[0].number, 2000U);
  EXPECT_EQ(records_[1].number, 4095U);
  EXPECT_EQ(records_[1].site, 0U);
  EXPECT_EQ(records_[2].number, uint32_t{TRACER_RARE_ALLOC_BEGIN});
  EXPECT_EQ(last_.rare(records_[2]).field[0], 4096U);
  EXPECT_EQ(records_[3].number, uint32_t{TRACER_RARE_END});
}

}  // namespace
}  // namespace libheap
