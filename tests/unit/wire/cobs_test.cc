#include "libheap/wire/cobs.h"

#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libheap/base/check.h"

namespace libheap {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes encoded(const Bytes& data) {
  Bytes out(data.size() + 1);
  EXPECT_EQ(cobs_encode(data, out), out.size());
  return out;
}

std::optional<Bytes> decoded(const Bytes& code) {
  Bytes out(300);
  const std::optional<size_t> size = cobs_decode(code, out);
  if (!size) return std::nullopt;
  out.resize(*size);
  return out;
}

TEST(Cobs, EncodesAsDocumented) {
  EXPECT_EQ(encoded({0x11, 0x22, 0x00, 0x33}),
            (Bytes{0x03, 0x11, 0x22, 0x02, 0x33}));
  EXPECT_EQ(encoded({}), Bytes{0x01});
  EXPECT_EQ(encoded({0}), (Bytes{0x01, 0x01}));
  EXPECT_EQ(encoded({0, 0, 5}), (Bytes{0x01, 0x01, 0x02, 0x05}));
  EXPECT_EQ(encoded(Bytes(253, 7)).front(), 0xfe);
}

TEST(Cobs, EveryDataComesBackAndHasNoZeroOnTheWire) {
  std::mt19937 random(1);
  for (size_t size = 0; size <= kCobsDataMax; ++size) {
    for (unsigned zero_share = 1; zero_share <= 64; zero_share *= 4) {
      Bytes data(size);
      for (uint8_t& byte : data) {
        byte = static_cast<uint8_t>(random() % zero_share == 0 ? 0 : random());
      }
      const Bytes code = encoded(data);
      EXPECT_THAT(code, ::testing::Each(::testing::Ne(0)));
      EXPECT_EQ(decoded(code), data);
    }
  }
}

TEST(Cobs, RefusesWhatTheEncoderNeverMakes) {
  EXPECT_EQ(decoded({}), std::nullopt);
  EXPECT_EQ(decoded({0x03, 0x11}), std::nullopt);        // ends too early
  EXPECT_EQ(decoded({0x02, 0x11, 0x03}), std::nullopt);  // so does its last
  EXPECT_EQ(decoded({0x03, 0x11, 0x00}), std::nullopt);  // a zero inside
  EXPECT_EQ(decoded({0x00}), std::nullopt);
  EXPECT_EQ(decoded(Bytes(255, 1)), std::nullopt);  // too long
}

// Of all short codes, exactly those come from data: decoding is the inverse.
TEST(Cobs, WhatDecodesEncodesToTheSame) {
  size_t accepted = 0;
  for (unsigned i = 0; i < 1u << 24; i += 3) {
    const Bytes code = {static_cast<uint8_t>(i % 7),
                        static_cast<uint8_t>(i >> 8),
                        static_cast<uint8_t>(i >> 16)};
    const std::optional<Bytes> data = decoded(code);
    if (!data) continue;
    ++accepted;
    ASSERT_EQ(encoded(*data), code);
  }
  EXPECT_GT(accepted, 0u);
}

TEST(Cobs, DataThatIsTooLongIsOurOwnMistake) {
  const Bytes data(254, 1);
  Bytes out(300);
  EXPECT_THROW(cobs_encode(data, out), InternalError);
}

}  // namespace
}  // namespace libheap
