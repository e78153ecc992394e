#pragma once

// How long objects live, from what collects tell of it.
//
// A collect that sweeps an object says only that it died since the last sign
// of life: its age at death is known as an interval. Objects still there at
// the end are known to be older than something. This is interval-censored
// data, and the estimate is Turnbull's: the distribution under which what was
// seen is most likely, found by expectation maximisation. Each observation is
// spread over the classes of age in its interval in proportion to the present
// estimate, the sums are the next estimate, and so on.
//
// Why it works: objects are born at all distances from the next collect. One
// born just before it and swept by it proves a short life, however far apart
// the collects are; one that survives it proves a longer one.
//
//     IntervalCounts seen;                 // add(youngest, oldest) per object
//     AgeDistribution ages = estimate_ages(seen, prior, 10);
//
// A prior of a few pseudo-observations steadies what few objects say
// (a Dirichlet prior: the sums begin at weight * prior). Within a class,
// ages are taken as equally likely. docs/analyses.md, "Lifetimes".

#include <array>
#include <cstdint>
#include <vector>

#include "libheap/simulate/age_classes.h"

namespace libheap {

// Share of lives per class of age at death; sums to 1.
using AgeShares = std::array<double, kAgeClasses>;

[[nodiscard]] AgeShares even_age_shares();

class IntervalCounts {
 public:
  static constexpr uint64_t kStillAlive = UINT64_MAX;

  // An object that died at an age of at least `youngest` and at most `oldest`.
  void add(uint64_t youngest, uint64_t oldest);
  void add(const IntervalCounts& other);

  [[nodiscard]] uint64_t count() const { return count_; }

  struct Interval {
    uint8_t first = 0;  // class
    uint8_t last = 0;   // class, included
    uint64_t lives = 0;
  };
  // Those that occur, in order.
  [[nodiscard]] std::vector<Interval> intervals() const;

 private:
  std::vector<uint64_t> lives_;  // by first * kAgeClasses + last
  uint64_t count_ = 0;
};

// `prior_weight` is in lives. Cost: intervals that occur * steps (at most 200).
[[nodiscard]] AgeShares estimate_ages(const IntervalCounts& seen,
                                      const AgeShares& prior,
                                      double prior_weight);

// Ages of one distribution, drawn under a condition.
class AgeDistribution {
 public:
  explicit AgeDistribution(const AgeShares& shares);

  // The age below which a share `u` (0 to 1) of the lives that end at ages in
  // [youngest, oldest] have ended.
  [[nodiscard]] uint64_t quantile(uint64_t youngest, uint64_t oldest,
                                  double u) const;

 private:
  // Share of lives that end at ages below `age`.
  [[nodiscard]] double below(uint64_t age) const;

  AgeShares shares_;
  std::array<double, kAgeClasses + 1> below_class_{};
};

}  // namespace libheap
