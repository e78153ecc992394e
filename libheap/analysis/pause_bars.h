#pragma once

// How wide 95 % intervals must be, found on groups of pauses (programs,
// traces) that were left out of a fit in turn.
//
// The plain answer, the share of marking that 95 % of all errors stay below,
// is too narrow: pauses of one group err alike, and the next program is a new
// group. So each group is put to the bars that the others give, and all bars
// are raised by the one factor with which 95 % of the pauses lie in bars their
// group had no say in (cross-conformal prediction).

#include <map>
#include <string>
#include <vector>

namespace libheap {

struct Residual {
  std::string group;
  double share = 0;  // |predicted - measured| as a share of marking
};

// The key "" has the bar for groups not seen; the others are for their group,
// and found without it.
[[nodiscard]] std::map<std::string, double> bars_by_group(
    const std::vector<Residual>& residuals);

}  // namespace libheap
