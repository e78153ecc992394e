#include "libheap/analysis/nnls.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace libheap {
namespace {

TEST(Nnls, FindsCoefficientsThatAreThere) {
  LinearSystem system(3);
  std::mt19937 random(1);
  std::uniform_real_distribution<double> number(0, 1000);
  for (int i = 0; i < 40; ++i) {
    const double a = number(random);
    const double b = number(random);
    system.add({1, a, b}, 7 + 0.25 * a + 0.003 * b);
  }
  const std::vector<double> c = non_negative_least_squares(system);
  EXPECT_NEAR(c[0], 7, 1e-9);
  EXPECT_NEAR(c[1], 0.25, 1e-12);
  EXPECT_NEAR(c[2], 0.003, 1e-12);
}

TEST(Nnls, ANegativeOneIsZeroAndTheRestMakesTheBestOfIt) {
  // Least squares says 3 and -1; the first alone is then the mean of 2 and 3.
  LinearSystem system(2);
  system.add({1, 1}, 2);
  system.add({1, 0}, 3);
  const std::vector<double> c = non_negative_least_squares(system);
  EXPECT_DOUBLE_EQ(c[0], 2.5);
  EXPECT_EQ(c[1], 0);
}

TEST(Nnls, AColumnOfZerosGetsZero) {
  LinearSystem system(2);
  system.add({2, 0}, 4);
  EXPECT_EQ(non_negative_least_squares(system), (std::vector<double>{2, 0}));
  EXPECT_EQ(non_negative_least_squares(LinearSystem(2)),
            (std::vector<double>{0, 0}));
}

// The conditions of Karush, Kuhn and Tucker say what the minimum is, without
// saying how to find it.
TEST(Nnls, NoDirectionIsBetter) {
  std::mt19937 random(7);
  std::normal_distribution<double> number;
  for (int round = 0; round < 200; ++round) {
    const size_t columns = 1 + static_cast<size_t>(round) % 8;
    LinearSystem system(columns);
    for (size_t i = 0; i < 12; ++i) {
      std::vector<double> row(columns);
      for (double& x : row) x = number(random);
      system.add(row, number(random));
    }
    const std::vector<double> c = non_negative_least_squares(system);
    std::vector<double> gradient(columns, 0);
    for (size_t i = 0; i < 12; ++i) {
      double left = system.y[i];
      for (size_t j = 0; j < columns; ++j) {
        left -= system.x[i * columns + j] * c[j];
      }
      for (size_t j = 0; j < columns; ++j) {
        gradient[j] += system.x[i * columns + j] * left;
      }
    }
    for (size_t j = 0; j < columns; ++j) {
      EXPECT_GE(c[j], 0);
      if (c[j] > 0) {
        EXPECT_NEAR(gradient[j], 0, 1e-9);
      } else {
        EXPECT_LT(gradient[j], 1e-9);
      }
    }
  }
}

}  // namespace
}  // namespace libheap
