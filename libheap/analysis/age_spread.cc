#include "libheap/analysis/age_spread.h"

#include <algorithm>
#include <numeric>

namespace libheap {

void AgeSpread::add(const AgeSpread& other) {
  if (counts_.size() < other.counts_.size()) {
    counts_.resize(other.counts_.size());
  }
  for (size_t i = 0; i < other.counts_.size(); ++i) {
    const uint64_t sum = uint64_t{counts_[i]} + other.counts_[i];
    counts_[i] = static_cast<uint32_t>(
        std::min<uint64_t>(sum, std::numeric_limits<uint32_t>::max()));
  }
}

void AgeSpread::subtract(const AgeSpread& other) {
  constexpr uint32_t kMost = std::numeric_limits<uint32_t>::max();
  const size_t common = std::min(counts_.size(), other.counts_.size());
  for (size_t i = 0; i < common; ++i) {
    if (counts_[i] != kMost)
      counts_[i] -= std::min(counts_[i], other.counts_[i]);
  }
}

uint64_t AgeSpread::count() const {
  return std::accumulate(counts_.begin(), counts_.end(), uint64_t{0});
}

uint64_t AgeSpread::lowest_of(size_t bucket) {
  if (bucket < 4) return bucket;
  const size_t top = bucket / 4 + 1;
  if (top >= 64) return std::numeric_limits<uint64_t>::max();
  return (uint64_t{4} + bucket % 4) << (top - 2);
}

size_t AgeSpread::bucket_after(uint64_t before) const {
  size_t bucket = 0;
  while (bucket < counts_.size() && counts_[bucket] <= before) {
    before -= counts_[bucket];
    ++bucket;
  }
  return bucket;
}

// Where the lower of the two middle ones is, if there are two.
size_t AgeSpread::median_bucket() const {
  return bucket_after((count() + 1) / 2 - 1);
}

uint64_t AgeSpread::median_at_least() const {
  return counts_.empty() ? 0 : lowest_of(median_bucket());
}

uint64_t AgeSpread::quantile_at_least(double share) const {
  const uint64_t all = count();
  if (all == 0) return 0;
  const auto before = static_cast<uint64_t>(share * static_cast<double>(all));
  return lowest_of(bucket_after(std::min(before, all - 1)));
}

uint64_t AgeSpread::count_up_to(uint64_t age) const {
  uint64_t count = 0;
  for (size_t i = 0; i < counts_.size() && lowest_of(i + 1) - 1 <= age; ++i) {
    count += counts_[i];
  }
  return count;
}

uint64_t AgeSpread::oldest_at_most() const {
  return counts_.empty() ? 0 : lowest_of(counts_.size()) - 1;
}

uint64_t AgeSpread::median_at_most() const {
  return counts_.empty() ? 0 : lowest_of(median_bucket() + 1) - 1;
}

}  // namespace libheap
