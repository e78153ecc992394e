#include "libheap/analysis/compare.h"

#include <random>

#include <gtest/gtest.h>

namespace libheap {
namespace {

std::vector<double> noisy(std::mt19937& random, double mean, double deviation,
                          size_t count = 20) {
  std::normal_distribution<double> normal(mean, deviation);
  std::vector<double> values(count);
  for (double& value : values) value = normal(random);
  return values;
}

TEST(Compare, WelchsIntervalIsTheTextbooks) {
  // Means 3 and 6, both variances of the mean 0.5, 8 degrees of freedom:
  // t(0.975, 8) = 2.306, so 3 +- 2.306.
  const std::vector<double> a = {1, 2, 3, 4, 5};
  const std::vector<double> b = {4, 5, 6, 7, 8};
  const Comparison found = compare(a, b, 0.05);
  EXPECT_TRUE(found.judged);
  EXPECT_TRUE(found.differs);
  EXPECT_NEAR(found.low, 3 - 2.306, 1e-3);
  EXPECT_NEAR(found.high, 3 + 2.306, 1e-3);
}

TEST(Compare, SeldomFindsADifferenceWhereThereIsNone) {
  std::mt19937 random(1);
  int found = 0;
  for (int i = 0; i < 2000; ++i) {
    found +=
        compare(noisy(random, 100, 10), noisy(random, 100, 10), 0.05).differs;
  }
  EXPECT_GT(found, 40);  // 2 to 5 in a hundred: small ones do not count
  EXPECT_LT(found, 125);
}

TEST(Compare, FindsWhatIsThere) {
  std::mt19937 random(2);
  int found = 0;
  for (int i = 0; i < 500; ++i) {
    found +=
        compare(noisy(random, 100, 3), noisy(random, 105, 3), 0.01).differs;
  }
  EXPECT_GT(found, 480);
}

TEST(Compare, WhatNeverVariesDiffersWhenItDoes) {
  const std::vector<double> a(10, 100.0);
  EXPECT_FALSE(compare(a, a, 0.05).differs);
  EXPECT_TRUE(compare(a, std::vector<double>(10, 102.0), 0.05).differs);
  EXPECT_FALSE(compare(a, std::vector<double>(10, 100.5), 0.05).differs);
  EXPECT_TRUE(compare(a, std::vector<double>(10, 0.0), 0.05).differs);
}

TEST(Compare, ShortSeriesAreNotJudged) {
  const std::vector<double> a = {1, 1, 1};
  EXPECT_FALSE(compare(a, std::vector<double>(10, 9.0), 0.05).judged);
  EXPECT_FALSE(compare({}, {}, 0.05).judged);
}

TEST(Compare, BatchesAreOfEqualLength) {
  const std::vector<double> values = {1, 3, 5, 7, 9, 11, 100};
  EXPECT_EQ(batch_means(values, 3), (std::vector<double>{2, 6, 10}));
  EXPECT_EQ(batch_means(values, 20), values);
  EXPECT_TRUE(batch_means({}, 20).empty());
}

}  // namespace
}  // namespace libheap
