#pragma once

// compare(): do two series differ by more than they vary by themselves?
//
// Welch's test on batch means: each series is a sequence of averages over long
// stretches of a trace (batches), which are nearly independent even where
// neighbouring events are not. With means a, b and their standard errors,
//
//     b - a  is between  low and high  with probability 1 - risk
//
// and only a difference whose interval leaves out 0, and that is at least
// kWorthSaying of the larger, counts as one. Where many things are compared,
// `risk` is shared among them (Bonferroni). docs/analyses.md, "Differences".

#include <span>
#include <vector>

namespace libheap {

inline constexpr size_t kFewestBatches = 4;
inline constexpr double kWorthSaying = 0.01;

struct Comparison {
  double a = 0;  // means
  double b = 0;
  double low = 0;  // of b - a
  double high = 0;
  bool judged = false;  // both series have kFewestBatches
  bool differs = false;
};

[[nodiscard]] Comparison compare(std::span<const double> a,
                                 std::span<const double> b, double risk);

// At most `count` averages of equally many neighbours; the rest is left out.
[[nodiscard]] std::vector<double> batch_means(std::span<const double> values,
                                              size_t count);

}  // namespace libheap
