#pragma once

// Pieces of JSON that several documents have: nlohmann/json shows, so this is
// for report/ only.

#include <optional>

#include <nlohmann/json.hpp>

#include "libheap/analysis/pause_findings.h"

namespace libheap {

using Json = nlohmann::ordered_json;

[[nodiscard]] double rounded_us(double us);  // to 1 ns
[[nodiscard]] Json fit_json(const std::optional<PauseScore>& score);
// All but schema, source and the single pauses: `pauses` of a report.
[[nodiscard]] Json pauses_json_body(const PauseFindings& findings);

}  // namespace libheap
