#pragma once

// Summaries as files ("mpheap.summary/1") and for people.
//
// A file holds one document per line, so that the summaries of many traces can
// simply be written one after the other.

#include <string>
#include <string_view>

#include "libheap/analysis/fleet_summary.h"
#include "libheap/report/text_style.h"

namespace libheap {

// One line. Beside what is needed to merge it has percentiles to look at.
[[nodiscard]] std::string summary_json(const FleetSummary& summary);

// Adds every summary of a file to `into`; how many there were. Throws Error
// that names file and line.
size_t merge_summaries(FleetSummary& into, std::string_view text,
                       const std::string& name);

[[nodiscard]] std::string summary_text(const FleetSummary& summary,
                                       const TextStyle& style);

}  // namespace libheap
