#pragma once

// The fragmentation findings as JSON, for the documents that hold them.

#include <nlohmann/json.hpp>

#include "libheap/analysis/fragmentation.h"

namespace libheap {

// Without moments and the list of all failures where `full` is false.
[[nodiscard]] nlohmann::ordered_json fragmentation_json(
    const FragmentationFindings& found, bool full);

}  // namespace libheap
