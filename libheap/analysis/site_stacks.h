#pragma once

// Whole stacks of sites, where the trace has more than one frame of each:
// mpheap.start(sites=3).
//
//     main.py:3 <module>        outermost
//       main.py:12 step
//         sensor.py:40 read     innermost: the line that allocates
//
// As many frames as the device was asked for: the outermost one here may have a
// caller that was not told. Lines, functions and files are those of the
// innermost frame everywhere else.

#include <vector>

#include "libheap/analysis/site_groups.h"

namespace libheap {

// Innermost first; at most SiteTable::kMostCallers behind the first.
using SiteStack = std::vector<const SiteRecord*>;

[[nodiscard]] SiteStack stack_of(const SiteTable& table, SiteIndex site);
[[nodiscard]] SiteStack stack_of(const SiteFindings& found, const Site& site);

// One way to get to the lines of a group.
struct SiteCallers {
  SiteStack stack;  // of the callers; empty: none told
  SiteTally tally;  // of what was asked for this way
};

// All ways to a group by line, function or file; largest first, by blocks where
// `order` is no sum.
[[nodiscard]] std::vector<SiteCallers> callers_of(const SiteFindings& found,
                                                  const SiteGroup& group,
                                                  SiteGrouping grouping,
                                                  SiteOrder order);

}  // namespace libheap
