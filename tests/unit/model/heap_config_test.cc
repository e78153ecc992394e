#include "libheap/model/heap_config.h"

#include <gtest/gtest.h>

#include "libheap/base/error.h"

namespace libheap {
namespace {

TEST(HeapConfig, AsMadeIsThatOfAPico) {
  const HeapConfig config;
  EXPECT_NO_THROW(validate(config));
  EXPECT_EQ(config.word_bytes, 4U);
  EXPECT_EQ(config.block_bytes, 16U);
  EXPECT_TRUE(config.finaliser);
  EXPECT_FALSE(config.weakref);
  EXPECT_EQ(config.split, SplitMode::kNone);
}

TEST(HeapConfig, TakesBlockSizesThatArePowersOfTwo) {
  HeapConfig config;
  for (const uint32_t block_bytes : {8U, 16U, 32U, 64U, 256U}) {
    config.block_bytes = block_bytes;
    EXPECT_NO_THROW(validate(config)) << block_bytes;
  }
  for (const uint32_t block_bytes : {0U, 1U, 2U, 15U, 17U, 24U, 8192U}) {
    config.block_bytes = block_bytes;
    EXPECT_THROW(validate(config), Error) << block_bytes;
  }
}

TEST(HeapConfig, TakesWordsOfFourAndEightBytes) {
  HeapConfig config;
  for (const uint32_t word_bytes : {4U, 8U}) {
    config.word_bytes = word_bytes;
    EXPECT_NO_THROW(validate(config)) << word_bytes;
  }
  for (const uint32_t word_bytes : {0U, 1U, 2U, 3U, 5U, 16U}) {
    config.word_bytes = word_bytes;
    EXPECT_THROW(validate(config), Error) << word_bytes;
  }
}

TEST(HeapConfig, RefusesReleasesBeforeTheOldestOneKnown) {
  HeapConfig config;
  config.release = kOldestRelease;
  EXPECT_NO_THROW(validate(config));
  config.release = {1, 11, 0, true};
  EXPECT_THROW(validate(config), Error);
  config.release = {0, 30, 0, true};
  EXPECT_THROW(validate(config), Error);
}

}  // namespace
}  // namespace libheap
