#include "libheap/analysis/pause_bars.h"

#include <algorithm>
#include <cmath>

namespace libheap {
namespace {

constexpr double kCoverage = 0.95;

double quantile(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<size_t>(
      std::ceil(kCoverage * static_cast<double>(values.size())));
  return values[std::min(rank, values.size()) - 1];
}

double quantile_without(const std::vector<Residual>& residuals,
                        const std::string& group) {
  std::vector<double> shares;
  for (const Residual& one : residuals) {
    if (one.group != group) shares.push_back(one.share);
  }
  return quantile(std::move(shares));
}

}  // namespace

std::map<std::string, double> bars_by_group(
    const std::vector<Residual>& residuals) {
  std::map<std::string, double> bars{{"", quantile_without(residuals, "")}};
  for (const Residual& one : residuals) {
    if (bars.count(one.group) == 0) {
      bars[one.group] = quantile_without(residuals, one.group);
    }
  }
  std::vector<double> missing;
  for (const Residual& one : residuals) {
    const double bar = bars[one.group];
    missing.push_back(bar > 0 ? one.share / bar : 1);
  }
  const double raise = std::max(1.0, quantile(std::move(missing)));
  for (auto& [group, bar] : bars) bar *= raise;
  return bars;
}

}  // namespace libheap
