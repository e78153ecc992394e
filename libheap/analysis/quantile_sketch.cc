#include "libheap/analysis/quantile_sketch.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace libheap {

namespace {

constexpr double kBase =
    (1 + QuantileSketch::kRelativeError) / (1 - QuantileSketch::kRelativeError);

int bucket_of(uint64_t value) {
  static const double scale = 1 / std::log(kBase);
  return static_cast<int>(
      std::ceil(std::log(static_cast<double>(value)) * scale));
}

double value_of(int bucket) {
  return 2 * std::pow(kBase, bucket) / (kBase + 1);
}

}  // namespace

void QuantileSketch::add(uint64_t value, uint64_t times) {
  if (times == 0) return;
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = std::max(max_, value);
  count_ += times;
  sum_ += value * times;
  if (value == 0) {
    zeros_ += times;
  } else {
    buckets_[bucket_of(value)] += times;
  }
}

void QuantileSketch::add(const QuantileSketch& other) {
  if (other.count_ == 0) return;
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  count_ += other.count_;
  sum_ += other.sum_;
  zeros_ += other.zeros_;
  for (const auto& [bucket, count] : other.buckets_) buckets_[bucket] += count;
}

double QuantileSketch::quantile(double q) const {
  if (count_ == 0) return 0;
  const auto rank =
      static_cast<uint64_t>(std::floor(q * static_cast<double>(count_ - 1)));
  if (rank == 0) return static_cast<double>(min_);
  if (rank >= count_ - 1) return static_cast<double>(max_);
  if (rank < zeros_) return 0;
  uint64_t below = zeros_;
  for (const auto& [bucket, count] : buckets_) {
    below += count;
    if (rank < below) {
      return std::clamp(value_of(bucket), static_cast<double>(min_),
                        static_cast<double>(max_));
    }
  }
  return static_cast<double>(max_);
}

QuantileSketch QuantileSketch::restored(uint64_t zeros,
                                        std::map<int, uint64_t> buckets,
                                        uint64_t min, uint64_t max,
                                        uint64_t sum) {
  QuantileSketch sketch;
  sketch.zeros_ = zeros;
  sketch.count_ = zeros;
  for (const auto& [bucket, count] : buckets) sketch.count_ += count;
  sketch.buckets_ = std::move(buckets);
  sketch.min_ = min;
  sketch.max_ = max;
  sketch.sum_ = sum;
  return sketch;
}

}  // namespace libheap
