#include "libheap/simulate/age_distribution.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace libheap {
namespace {

// Objects born one after the other, a collect every `apart` births: what the
// collects tell of lives drawn by `draw`.
template <typename Draw>
IntervalCounts watched(uint64_t lives, uint64_t apart, const Draw& draw) {
  IntervalCounts seen;
  for (uint64_t birth = 0; birth < lives; ++birth) {
    const uint64_t death = birth + draw();
    const uint64_t sweeps = (death / apart + (death % apart != 0)) * apart;
    const uint64_t first = (birth / apart + (birth % apart != 0)) * apart;
    // It survived the collect before, if it was born by then.
    const uint64_t survived = sweeps > first ? sweeps - apart + 1 - birth : 0;
    seen.add(survived, sweeps - birth);
  }
  return seen;
}

// Share of lives of at most `age`.
double share_by(const AgeShares& shares, uint64_t age) {
  double share = 0;
  for (size_t c = 0; age_class_begin(c + 1) <= age + 1; ++c) share += shares[c];
  return share;
}

TEST(AgeClasses, AreNeverWiderThanAQuarterOfTheirAges) {
  for (size_t c = 8; c + 1 < kAgeClasses; ++c) {
    EXPECT_LE(age_class_begin(c + 1) - age_class_begin(c),
              age_class_begin(c) / 4);
    EXPECT_EQ(age_class(age_class_begin(c)), c);
    EXPECT_EQ(age_class(age_class_begin(c + 1) - 1), c);
  }
}

TEST(AgeDistribution, FindsShortLivesBetweenDistantCollects) {
  std::mt19937 random(1);
  std::geometric_distribution<uint64_t> ages(1.0 / 20);
  const IntervalCounts seen =
      watched(200'000, 1000, [&] { return ages(random); });
  const AgeShares found = estimate_ages(seen, even_age_shares(), 1);
  for (const uint64_t age : {7u, 15u, 31u, 63u, 127u}) {
    const double truth = 1 - std::pow(1 - 1.0 / 20, double(age) + 1);
    EXPECT_NEAR(share_by(found, age), truth, 0.03) << age;
  }
}

TEST(AgeDistribution, TellsTwoKindsOfLivesApart) {
  std::mt19937 random(2);
  std::geometric_distribution<uint64_t> brief(1.0 / 10);
  std::uniform_int_distribution<uint64_t> slow(20'000, 40'000);
  std::bernoulli_distribution is_slow(0.3);
  const IntervalCounts seen = watched(200'000, 500, [&] {
    return is_slow(random) ? slow(random) : brief(random);
  });
  const AgeShares found = estimate_ages(seen, even_age_shares(), 1);
  EXPECT_NEAR(share_by(found, 127), 0.7, 0.01);
  EXPECT_NEAR(share_by(found, 16'383), 0.7, 0.01);
  EXPECT_NEAR(share_by(found, 32'767), 0.7 + 0.3 * 12'768 / 20'000, 0.02);
}

TEST(AgeDistribution, LivesStillThereCountAsOlder) {
  IntervalCounts seen;
  for (int i = 0; i < 500; ++i) seen.add(0, 0);
  for (int i = 0; i < 500; ++i) seen.add(1000, IntervalCounts::kStillAlive);
  const AgeShares found = estimate_ages(seen, even_age_shares(), 1);
  EXPECT_NEAR(share_by(found, 0), 0.5, 0.01);
  EXPECT_NEAR(share_by(found, 895), 0.5, 0.01);
}

TEST(AgeDistribution, FewLivesLeanOnThePrior) {
  AgeShares prior{};
  prior[0] = 1;
  IntervalCounts two;
  two.add(100, 100);
  two.add(100, 100);
  EXPECT_NEAR(estimate_ages(two, prior, 8)[0], 0.8, 0.01);
  EXPECT_EQ(estimate_ages(IntervalCounts(), prior, 8), prior);
}

TEST(AgeDistribution, SharesSumToOne) {
  std::mt19937 random(3);
  std::uniform_int_distribution<uint64_t> ages(0, 5000);
  const AgeShares found = estimate_ages(
      watched(10'000, 300, [&] { return ages(random); }), even_age_shares(), 5);
  double sum = 0;
  for (const double share : found) {
    EXPECT_GE(share, 0);
    sum += share;
  }
  EXPECT_NEAR(sum, 1, 1e-6);
}

TEST(AgeDistribution, DrawsLieInTheBracket) {
  AgeShares shares{};
  shares[age_class(5)] = 0.5;
  shares[age_class(1000)] = 0.5;
  const AgeDistribution ages(shares);
  EXPECT_EQ(ages.quantile(0, 2000, 0.2), 5u);
  EXPECT_EQ(age_class(ages.quantile(0, 2000, 0.8)), age_class(1000));
  EXPECT_EQ(ages.quantile(7, 7, 0.9), 7u);
  for (const double u : {0.0, 0.3, 0.7, 0.999}) {
    const uint64_t age = ages.quantile(20, 60, u);  // where nothing is known
    EXPECT_GE(age, 20u);
    EXPECT_LE(age, 60u);
  }
}

}  // namespace
}  // namespace libheap
