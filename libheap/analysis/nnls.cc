#include "libheap/analysis/nnls.h"

#include <Eigen/QR>
#include <algorithm>

#include "libheap/base/check.h"

namespace libheap {
namespace {

using RowMajor =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// What is left of rounding where a gradient is 0, for columns of length 1.
constexpr double kTolerance = 1e-12;

class ActiveSet {
 public:
  ActiveSet(const Eigen::MatrixXd& x, const Eigen::VectorXd& y)
      : x_(x),
        y_(y),
        c_(Eigen::VectorXd::Zero(x.cols())),
        free_(static_cast<size_t>(x.cols()), false) {}

  // True while there was a coefficient worth freeing.
  bool free_one() {
    const Eigen::VectorXd gradient = x_.transpose() * (y_ - x_ * c_);
    Eigen::Index best = -1;
    double most = kTolerance * (1 + y_.norm());
    for (Eigen::Index j = 0; j < gradient.size(); ++j) {
      if (!free_[static_cast<size_t>(j)] && gradient[j] > most) {
        most = gradient[j];
        best = j;
      }
    }
    if (best < 0) return false;
    free_[static_cast<size_t>(best)] = true;
    while (!move()) {
    }
    return true;
  }

  [[nodiscard]] const Eigen::VectorXd& coefficients() const { return c_; }

 private:
  // Towards the solution of the free ones, as far as none is negative. True
  // when all of the way was possible.
  bool move() {
    const Eigen::VectorXd target = solve_free();
    double step = 1;
    for (Eigen::Index j = 0; j < c_.size(); ++j) {
      if (free_[static_cast<size_t>(j)] && target[j] <= 0) {
        step = std::min(step, c_[j] / (c_[j] - target[j]));
      }
    }
    c_ += step * (target - c_);
    if (step == 1) return true;
    for (Eigen::Index j = 0; j < c_.size(); ++j) {
      if (target[j] <= 0 && c_[j] <= kTolerance) {
        free_[static_cast<size_t>(j)] = false;
        c_[j] = 0;
      }
    }
    return false;
  }

  [[nodiscard]] Eigen::VectorXd solve_free() const {
    std::vector<Eigen::Index> chosen;
    for (size_t j = 0; j < free_.size(); ++j) {
      if (free_[j]) chosen.push_back(static_cast<Eigen::Index>(j));
    }
    const Eigen::MatrixXd part = x_(Eigen::all, chosen);
    const Eigen::VectorXd solved = part.colPivHouseholderQr().solve(y_);
    Eigen::VectorXd all = Eigen::VectorXd::Zero(c_.size());
    all(chosen) = solved;
    return all;
  }

  const Eigen::MatrixXd& x_;
  const Eigen::VectorXd& y_;
  Eigen::VectorXd c_;
  std::vector<bool> free_;
};

}  // namespace

void LinearSystem::add(const std::vector<double>& row, double value) {
  HEAP_CHECK(row.size() == columns, "one number for each column");
  x.insert(x.end(), row.begin(), row.end());
  y.push_back(value);
}

std::vector<double> non_negative_least_squares(const LinearSystem& system) {
  const auto columns = static_cast<Eigen::Index>(system.columns);
  const auto rows = static_cast<Eigen::Index>(system.y.size());
  if (rows == 0) return std::vector<double>(system.columns, 0);
  Eigen::MatrixXd x =
      Eigen::Map<const RowMajor>(system.x.data(), rows, columns);
  const Eigen::VectorXd y =
      Eigen::Map<const Eigen::VectorXd>(system.y.data(), rows);
  Eigen::VectorXd lengths = x.colwise().norm().transpose();
  for (Eigen::Index j = 0; j < columns; ++j) {
    if (lengths[j] == 0) lengths[j] = 1;
    x.col(j) /= lengths[j];
  }
  ActiveSet set(x, y);
  // Each turn lowers the residual, so it ends; the bound is for rounding.
  for (Eigen::Index turn = 0; turn < 3 * columns && set.free_one(); ++turn) {
  }
  std::vector<double> result(system.columns);
  for (Eigen::Index j = 0; j < columns; ++j) {
    result[static_cast<size_t>(j)] =
        std::max(0.0, set.coefficients()[j]) / lengths[j];
  }
  return result;
}

}  // namespace libheap
