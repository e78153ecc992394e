#pragma once

// Where objects come from, in a few words: "main.py:17 (loop)", or how large
// they were at first where a trace has no sites.

#include <string>

#include "libheap/analysis/live_trends.h"
#include "libheap/analysis/site_table.h"

namespace libheap {

[[nodiscard]] std::string site_text(const SiteRecord& site);
[[nodiscard]] std::string origin_text(const Origin& origin,
                                      const SiteTable& sites);

}  // namespace libheap
