#pragma once

// Theil and Sen's slope: the median of the slopes between all pairs of points.
//
// Nearly a third of the points may be anything without moving it much, so it
// can be asked of what a program holds, which jumps. The interval is Sen's
// (1968): the slopes at the ranks
//
//     (N -+ z sqrt(V)) / 2,   V = n (n-1) (2n+5) / 18  less ties (Kendall)
//
// of the N between points of different x, z = 1.96 for 95 %. It supposes points
// that scatter independently; where they do not it is too narrow, so whoever
// decides by it should want more than "the interval leaves out 0".
//
// Cost: n^2 / 2 slopes, sorted.

#include <span>

namespace libheap {

struct TrendPoint {
  double x = 0;
  double y = 0;
};

struct Trend {
  double slope = 0;  // y per x
  double low = 0;    // of 95 %
  double high = 0;
};

// 0 throughout where there are fewer than two different x.
[[nodiscard]] Trend theil_sen(std::span<const TrendPoint> points);

}  // namespace libheap
