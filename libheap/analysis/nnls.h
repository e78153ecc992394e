#pragma once

// Non-negative least squares: the c >= 0 that makes |Xc - y| smallest.
//
// The active-set method of Lawson and Hanson (Solving Least Squares Problems,
// 1974, chapter 23): coefficients are freed one at a time, the most promising
// first, and go back to 0 where freeing another would make them negative. Each
// step solves the free ones with a rank-revealing QR (Eigen). Columns are
// brought to one length first, so units do not matter. Made for a dozen
// columns and some thousand rows.

#include <cstddef>
#include <vector>

namespace libheap {

struct LinearSystem {
  explicit LinearSystem(size_t n_columns) : columns(n_columns) {}
  // Adds the equation row * c = value; `row` has one number per column.
  void add(const std::vector<double>& row, double value);

  size_t columns;
  std::vector<double> x;  // row after row
  std::vector<double> y;  // one per row
};

// A column of zeros gets 0.
[[nodiscard]] std::vector<double> non_negative_least_squares(
    const LinearSystem& system);

}  // namespace libheap
