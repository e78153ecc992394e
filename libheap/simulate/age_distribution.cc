#include "libheap/simulate/age_distribution.h"

#include <algorithm>
#include <cmath>

namespace libheap {

namespace {

constexpr int kMostSteps = 200;
constexpr double kSettled = 1e-4;  // change of all shares together, per step

// Where nothing speaks for any class of an interval, all speak alike.
constexpr double kFaint = 1e-12;

}  // namespace

AgeShares even_age_shares() {
  AgeShares shares;
  shares.fill(1.0 / kAgeClasses);
  return shares;
}

void IntervalCounts::add(uint64_t youngest, uint64_t oldest) {
  if (lives_.empty()) lives_.resize(kAgeClasses * kAgeClasses);
  const size_t first = age_class(youngest);
  const size_t last =
      oldest == kStillAlive ? kAgeClasses - 1 : age_class(oldest);
  ++lives_[first * kAgeClasses + std::max(first, last)];
  ++count_;
}

void IntervalCounts::add(const IntervalCounts& other) {
  if (other.lives_.empty()) return;
  if (lives_.empty()) lives_.resize(kAgeClasses * kAgeClasses);
  for (size_t i = 0; i < lives_.size(); ++i) lives_[i] += other.lives_[i];
  count_ += other.count_;
}

std::vector<IntervalCounts::Interval> IntervalCounts::intervals() const {
  std::vector<Interval> occurring;
  for (size_t i = 0; i < lives_.size(); ++i) {
    if (lives_[i] == 0) continue;
    occurring.push_back({static_cast<uint8_t>(i / kAgeClasses),
                         static_cast<uint8_t>(i % kAgeClasses), lives_[i]});
  }
  return occurring;
}

AgeShares estimate_ages(const IntervalCounts& seen, const AgeShares& prior,
                        double prior_weight) {
  const std::vector<IntervalCounts::Interval> intervals = seen.intervals();
  const double total = static_cast<double>(seen.count()) + prior_weight;
  AgeShares shares = prior;
  if (intervals.empty()) return shares;
  for (double& share : shares) share = std::max(share, kFaint);
  for (int step = 0; step < kMostSteps; ++step) {
    std::array<double, kAgeClasses + 1> below{};
    for (size_t c = 0; c < kAgeClasses; ++c)
      below[c + 1] = below[c] + shares[c];
    // Each interval gives every class in it share * lives / (share of all of
    // it): a factor that is the same for all, so it is added where the
    // interval begins and taken off where it ends.
    std::array<double, kAgeClasses + 1> change{};
    for (const IntervalCounts::Interval& interval : intervals) {
      const double inside = below[interval.last + 1u] - below[interval.first];
      const double factor =
          static_cast<double>(interval.lives) / std::max(inside, kFaint);
      change[interval.first] += factor;
      change[interval.last + 1u] -= factor;
    }
    double factor = 0;
    double moved = 0;
    for (size_t c = 0; c < kAgeClasses; ++c) {
      factor += change[c];
      const double next =
          (shares[c] * std::max(factor, 0.0) + prior_weight * prior[c]) / total;
      moved += std::abs(next - shares[c]);
      shares[c] = next;
    }
    if (moved < kSettled) break;
  }
  return shares;
}

AgeDistribution::AgeDistribution(const AgeShares& shares) : shares_(shares) {
  for (size_t c = 0; c < kAgeClasses; ++c) {
    shares_[c] = std::max(shares_[c], kFaint);
    below_class_[c + 1] = below_class_[c] + shares_[c];
  }
}

double AgeDistribution::below(uint64_t age) const {
  const size_t c = age_class(age);
  const uint64_t begin = age_class_begin(c);
  const auto width = static_cast<double>(age_class_begin(c + 1) - begin);
  return below_class_[c] +
         shares_[c] * static_cast<double>(age - begin) / width;
}

uint64_t AgeDistribution::quantile(uint64_t youngest, uint64_t oldest,
                                   double u) const {
  if (oldest <= youngest) return youngest;
  const double low = below(youngest);
  const double wanted = low + u * (below(oldest + 1) - low);
  const auto above =
      std::upper_bound(below_class_.begin() + 1, below_class_.end(), wanted);
  const auto c = std::min<size_t>(
      static_cast<size_t>(above - below_class_.begin()) - 1, kAgeClasses - 2);
  const uint64_t begin = age_class_begin(c);
  const auto width = static_cast<double>(age_class_begin(c + 1) - begin);
  const double within = (wanted - below_class_[c]) / shares_[c] * width;
  const uint64_t age = begin + static_cast<uint64_t>(std::max(within, 0.0));
  return std::clamp(age, youngest, oldest);
}

}  // namespace libheap
