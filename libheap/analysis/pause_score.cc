#include "libheap/analysis/pause_score.h"

#include <algorithm>
#include <cmath>

namespace libheap {

PauseScore score(std::span<const PauseEstimate> estimates,
                 std::span<const double> measured_us) {
  PauseScore result;
  result.count = std::min(estimates.size(), measured_us.size());
  if (result.count == 0) return result;
  size_t inside = 0;
  for (size_t i = 0; i < result.count; ++i) {
    const double error =
        std::abs(estimates[i].us - measured_us[i]) / measured_us[i];
    result.mean_abs_error_share += error / static_cast<double>(result.count);
    result.worst_error_share = std::max(result.worst_error_share, error);
    if (estimates[i].low_us <= measured_us[i] &&
        measured_us[i] <= estimates[i].high_us) {
      ++inside;
    }
  }
  result.coverage =
      static_cast<double>(inside) / static_cast<double>(result.count);
  return result;
}

}  // namespace libheap
