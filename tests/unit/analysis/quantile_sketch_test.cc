#include "libheap/analysis/quantile_sketch.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace libheap {
namespace {

// From microseconds to hours, zeros among them.
std::vector<uint64_t> values_of(uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> lognormal(8, 3);
  std::vector<uint64_t> values(count);
  for (uint64_t& value : values) {
    value = random() % 20 == 0 ? 0 : static_cast<uint64_t>(lognormal(random));
  }
  return values;
}

QuantileSketch sketch_of(const std::vector<uint64_t>& values) {
  QuantileSketch sketch;
  for (const uint64_t value : values) sketch.add(value);
  return sketch;
}

TEST(QuantileSketch, IsWithinItsErrorEverywhere) {
  for (const size_t count : {1, 2, 3, 100, 10000}) {
    std::vector<uint64_t> values = values_of(count, count);
    const QuantileSketch sketch = sketch_of(values);
    std::sort(values.begin(), values.end());
    for (double q = 0; q <= 1; q += 0.01) {
      const auto rank = static_cast<size_t>(
          std::floor(q * static_cast<double>(values.size() - 1)));
      const auto exact = static_cast<double>(values[rank]);
      EXPECT_NEAR(sketch.quantile(q), exact,
                  exact * (QuantileSketch::kRelativeError + 1e-12))
          << q << " of " << count;
    }
    EXPECT_EQ(sketch.max(), values.back());
    EXPECT_EQ(sketch.min(), values.front());
  }
}

TEST(QuantileSketch, HoldsTheLargestAndTheSmallest) {
  const QuantileSketch sketch = sketch_of({1, UINT64_MAX, 1, UINT64_MAX - 1});
  EXPECT_NEAR(sketch.quantile(0.7), 0x1p64, 0x1p64 * 0.01);
  EXPECT_EQ(sketch.quantile(0.3), 1);
  EXPECT_LT(sketch.buckets().rbegin()->first, 2219);
}

TEST(QuantileSketch, OfNothingIsZero) {
  EXPECT_EQ(QuantileSketch().quantile(0.5), 0);
  QuantileSketch sketch = sketch_of({7});
  sketch.add(QuantileSketch());
  EXPECT_EQ(sketch, sketch_of({7}));
}

TEST(QuantileSketch, MergesAsIfItHadSeenAll) {
  std::vector<uint64_t> all;
  QuantileSketch merged;
  for (uint64_t seed = 0; seed < 10; ++seed) {
    const std::vector<uint64_t> some = values_of(seed, 10 * seed);
    all.insert(all.end(), some.begin(), some.end());
    merged.add(sketch_of(some));
  }
  EXPECT_EQ(merged, sketch_of(all));
}

}  // namespace
}  // namespace libheap
