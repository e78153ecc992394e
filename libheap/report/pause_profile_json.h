#pragma once

// Pause profiles as a JSON file, "mpheap.pause-profile/1": what `mpheap pauses
// --calibrate -o` writes and `--profile` reads. Prices are in microseconds.
// Field by field: docs/tools.md, "pauses".

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/model/pause_cost.h"

namespace libheap {

[[nodiscard]] std::string pause_profiles_json(
    std::span<const PauseProfile> profiles);

// At least one. Throws Error with `name`, the file's, where it is none.
[[nodiscard]] std::vector<PauseProfile> read_pause_profiles(
    std::string_view text, const std::string& name);

}  // namespace libheap
