#include "libheap/analysis/theil_sen.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

namespace libheap {

namespace {

constexpr double kTwoSided95 = 1.959964;

double kendall_variance(std::span<const TrendPoint> points) {
  const auto term = [](double n) { return n * (n - 1) * (2 * n + 5); };
  std::map<double, size_t> ties;
  for (const TrendPoint& point : points) ++ties[point.y];
  double sum = term(static_cast<double>(points.size()));
  for (const auto& [value, count] : ties) {
    sum -= term(static_cast<double>(count));
  }
  return std::max(sum, 0.0) / 18;
}

// The one that would be at `index` if they were sorted, which they need not be
// for the few that are asked for.
double at(std::vector<double>& values, size_t index) {
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(index);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

double median(std::vector<double>& values) {
  const size_t half = values.size() / 2;
  if (values.size() % 2 == 1) return at(values, half);
  return (at(values, half - 1) + at(values, half)) / 2;
}

double at_rank(std::vector<double>& values, double rank) {
  const double last = static_cast<double>(values.size()) - 1;
  return at(values, static_cast<size_t>(std::clamp(rank, 0.0, last)));
}

}  // namespace

Trend theil_sen(std::span<const TrendPoint> points) {
  std::vector<double> slopes;
  slopes.reserve(points.size() * points.size() / 2);
  for (size_t i = 0; i < points.size(); ++i) {
    for (size_t k = i + 1; k < points.size(); ++k) {
      const double dx = points[k].x - points[i].x;
      if (dx != 0) slopes.push_back((points[k].y - points[i].y) / dx);
    }
  }
  if (slopes.empty()) return {};
  const auto count = static_cast<double>(slopes.size());
  const double spread = kTwoSided95 * std::sqrt(kendall_variance(points));
  return {median(slopes), at_rank(slopes, std::floor((count - spread) / 2) - 1),
          at_rank(slopes, std::ceil((count + spread) / 2))};
}

}  // namespace libheap
