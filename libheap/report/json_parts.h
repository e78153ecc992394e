#pragma once

// Pieces of JSON that several documents have: nlohmann/json shows, so this is
// for report/ only. Field by field: docs/tools.md.

#include <cstdint>
#include <span>
#include <vector>

#include <nlohmann/json.hpp>

#include "libheap/analysis/collects.h"
#include "libheap/analysis/failures.h"
#include "libheap/analysis/findings.h"
#include "libheap/analysis/heap_over_time.h"
#include "libheap/analysis/labels.h"

namespace libheap {

using Json = nlohmann::ordered_json;

// Event::kNoTime is null.
[[nodiscard]] Json time_or_null(uint64_t time_us);
[[nodiscard]] Json heap_json(const HeapFacts& heap);
[[nodiscard]] Json gaps_json(std::span<const Gap> gaps);
[[nodiscard]] Json collect_json(const CollectSummary& collect);
[[nodiscard]] Json failure_json(const FailedAllocation& failure);
[[nodiscard]] Json label_json(const Label& label);
// Columns rather than objects: thousands of samples are read by a chart.
[[nodiscard]] Json samples_json(const std::vector<HeapSample>& samples);

}  // namespace libheap
