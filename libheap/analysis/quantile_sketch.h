#pragma once

// QuantileSketch: percentiles of any number of values in little space, to a
// relative error; sketches add up.
//
// DDSketch (Masson, Rim and Lee, 2019). With an error of e and
//
//     g = (1 + e) / (1 - e)
//     value x > 0 is counted in bucket i = ceil(log_g x), so g^(i-1) < x <= g^i
//     and bucket i stands for 2 g^i / (g + 1), within e of all of its values
//
// Zeros are counted apart. Merging adds counts, so it does not matter in which
// order, or in how many steps, sketches are merged: the result is the same to
// the last bit. At most 2,219 buckets for e = 1 % and 64-bit values.

#include <cstdint>
#include <map>

namespace libheap {

class QuantileSketch {
 public:
  static constexpr double kRelativeError = 0.01;

  void add(uint64_t value, uint64_t times = 1);
  void add(const QuantileSketch& other);

  [[nodiscard]] uint64_t count() const { return count_; }
  // Within kRelativeError of the value at rank q * (count - 1), rounded down;
  // exact at both ends. 0 where nothing was added.
  [[nodiscard]] double quantile(double q) const;
  [[nodiscard]] uint64_t min() const { return min_; }  // 0 when empty
  [[nodiscard]] uint64_t max() const { return max_; }
  [[nodiscard]] uint64_t sum() const { return sum_; }  // modulo 2^64

  // For writing it down.
  [[nodiscard]] uint64_t zeros() const { return zeros_; }
  [[nodiscard]] const std::map<int, uint64_t>& buckets() const {
    return buckets_;
  }
  // What was written down. The counts say how many values there are.
  [[nodiscard]] static QuantileSketch restored(uint64_t zeros,
                                               std::map<int, uint64_t> buckets,
                                               uint64_t min, uint64_t max,
                                               uint64_t sum);

  bool operator==(const QuantileSketch&) const = default;

 private:
  uint64_t count_ = 0;
  uint64_t sum_ = 0;
  uint64_t min_ = 0;
  uint64_t max_ = 0;
  uint64_t zeros_ = 0;
  std::map<int, uint64_t> buckets_;
};

}  // namespace libheap
