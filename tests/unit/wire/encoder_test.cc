// The device's encoder against the reader, record by record.

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
    Record record;
    reader.begin(packet);
    while (reader.next(record)) records_.push_back(record);
    EXPECT_FALSE(reader.damaged());
  }

  tracer_encoder_t encoder_{};
  tracer_sink_t sink_{};
  volatile uint32_t clock_ = 0;
  uint8_t slot_[TRACER_PACKET_MAX] = {};
  std::vector<Record> records_;
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
  EXPECT_EQ(records_[2].field[0], 4096U);
  EXPECT_EQ(records_[3].number, uint32_t{TRACER_RARE_END});
}

}  // namespace
}  // namespace libheap
