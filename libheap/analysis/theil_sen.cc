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

double median(const std::vector<double>& sorted) {
  const size_t half = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[half];
  return (sorted[half - 1] + sorted[half]) / 2;
}

double at_rank(const std::vector<double>& sorted, double rank) {
  const double last = static_cast<double>(sorted.size()) - 1;
  return sorted[static_cast<size_t>(std::clamp(rank, 0.0, last))];
}

}  // namespace

Trend theil_sen(std::span<const TrendPoint> points) {
  std::vector<double> slopes;
  for (size_t i = 0; i < points.size(); ++i) {
    for (size_t k = i + 1; k < points.size(); ++k) {
      const double dx = points[k].x - points[i].x;
      if (dx != 0) slopes.push_back((points[k].y - points[i].y) / dx);
    }
  }
  if (slopes.empty()) return {};
  std::sort(slopes.begin(), slopes.end());
  const auto count = static_cast<double>(slopes.size());
  const double spread = kTwoSided95 * std::sqrt(kendall_variance(points));
  return {median(slopes), at_rank(slopes, std::floor((count - spread) / 2) - 1),
          at_rank(slopes, std::ceil((count + spread) / 2))};
}

}  // namespace libheap
