#pragma once

// AgeSpread: how old things got, counted on a logarithmic scale.
//
// Ages below 4 have a bucket each; above, four buckets per doubling, so that a
// bucket is at most a fifth of its age wide. Spreads add up: the spread of two
// sites together is the sum of theirs.
//
// Cost: four bytes per bucket in use, of at most 248; add() is a shift and an
// increment.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

namespace libheap {

class AgeSpread {
 public:
  // Where an age is counted: worked out once for several spreads.
  enum class Bucket : size_t {};
  [[nodiscard]] static Bucket bucket(uint64_t age) {
    return static_cast<Bucket>(bucket_of(age));
  }

  void add(uint64_t age) { add(bucket(age)); }
  void add(Bucket counted_in) {
    const auto bucket = static_cast<size_t>(counted_in);
    if (bucket >= counts_.size()) counts_.resize(bucket + 1);
    if (counts_[bucket] != std::numeric_limits<uint32_t>::max()) {
      ++counts_[bucket];
    }
  }
  void add(const AgeSpread& other);
  // What was added before, no longer. Counts that were at their most stay.
  void subtract(const AgeSpread& other);

  [[nodiscard]] uint64_t count() const;
  // The median is between the bounds of the bucket it falls into, both
  // included. 0 where there are none.
  [[nodiscard]] uint64_t median_at_least() const;
  [[nodiscard]] uint64_t median_at_most() const;
  // So much or more is what all but `share` of them have, rounded down to a
  // bucket: 0.01 is what 99 in 100 reach.
  [[nodiscard]] uint64_t quantile_at_least(double share) const;
  // How many are in buckets that end at `age` or below: of ages up to
  // `age`, all but some of the bucket it lies in.
  [[nodiscard]] uint64_t count_up_to(uint64_t age) const;
  // The last age of the last bucket in use; 0 where there are none.
  [[nodiscard]] uint64_t oldest_at_most() const;
  // The last age of the bucket that `age` lies in.
  [[nodiscard]] static uint64_t end_of(uint64_t age) {
    return lowest_of(bucket_of(age) + 1) - 1;
  }

 private:
  static size_t bucket_of(uint64_t age) {
    if (age < 4) return static_cast<size_t>(age);
    const auto top = static_cast<size_t>(std::bit_width(age)) - 1;
    return 4 * (top - 1) + ((age >> (top - 2)) & 3);
  }
  static uint64_t lowest_of(size_t bucket);
  // Where the one is that has `before` smaller ones.
  [[nodiscard]] size_t bucket_after(uint64_t before) const;
  [[nodiscard]] size_t median_bucket() const;

  std::vector<uint32_t> counts_;
};

}  // namespace libheap
