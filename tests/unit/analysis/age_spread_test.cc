#include "libheap/analysis/age_spread.h"

#include <gtest/gtest.h>

namespace libheap {
namespace {

AgeSpread spread_of(std::initializer_list<uint64_t> ages) {
  AgeSpread spread;
  for (const uint64_t age : ages) spread.add(age);
  return spread;
}

TEST(AgeSpread, OneAgeIsBetweenItsBounds) {
  for (int shift = 0; shift < 64; ++shift) {
    for (const uint64_t extra : {uint64_t{0}, uint64_t{1}, uint64_t{5}}) {
      const uint64_t age = (uint64_t{1} << shift) + extra;
      const AgeSpread spread = spread_of({age});
      EXPECT_LE(spread.median_at_least(), age);
      EXPECT_GE(spread.median_at_most(), age);
      const uint64_t width = spread.median_at_most() - spread.median_at_least();
      EXPECT_LE(width, age / 4) << age;
    }
  }
}

TEST(AgeSpread, TheMedianHasAsManyBelowAsAbove) {
  const AgeSpread spread = spread_of({0, 1, 1, 3, 1'000'000});
  EXPECT_EQ(spread.count(), 5u);
  EXPECT_EQ(spread.median_at_least(), 1u);
  EXPECT_EQ(spread.median_at_most(), 1u);
  // Of two in the middle the lower one.
  EXPECT_EQ(spread_of({0, 3}).median_at_most(), 0u);
}

TEST(AgeSpread, CountsWhatIsUpToAnAge) {
  const AgeSpread spread = spread_of({0, 1, 1, 3, 20, 1'000'000});
  EXPECT_EQ(spread.count_up_to(0), 1u);
  EXPECT_EQ(spread.count_up_to(1), 3u);
  EXPECT_EQ(spread.count_up_to(3), 4u);
  EXPECT_EQ(spread.count_up_to(AgeSpread::end_of(20)), 5u);
  EXPECT_EQ(spread.count_up_to(AgeSpread::end_of(20) - 1), 4u);
  EXPECT_EQ(spread.count_up_to(spread.oldest_at_most()), 6u);
  EXPECT_EQ(AgeSpread().oldest_at_most(), 0u);
}

TEST(AgeSpread, QuantilesAreWhatTheOthersReach) {
  AgeSpread spread;
  for (int i = 0; i < 99; ++i) spread.add(2);
  spread.add(1024);
  EXPECT_EQ(spread.quantile_at_least(0.01), 2u);
  EXPECT_EQ(spread.quantile_at_least(0.98), 2u);
  EXPECT_EQ(spread.quantile_at_least(0.99), 1024u);
  EXPECT_EQ(spread.quantile_at_least(1), 1024u);
  EXPECT_EQ(AgeSpread().quantile_at_least(0.5), 0u);
}

TEST(AgeSpread, NothingHasNoMedian) {
  EXPECT_EQ(AgeSpread().count(), 0u);
  EXPECT_EQ(AgeSpread().median_at_most(), 0u);
}

TEST(AgeSpread, SpreadsAddUp) {
  AgeSpread sum = spread_of({1, 2});
  sum.add(spread_of({3, 3, 3, UINT64_MAX}));
  EXPECT_EQ(sum.count(), 6u);
  EXPECT_EQ(sum.median_at_least(), 3u);
  EXPECT_EQ(sum.median_at_most(), 3u);
}

}  // namespace
}  // namespace libheap
