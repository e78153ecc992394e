#pragma once

// The profiles that come with mpheap: three firmware releases on an RP2040 at
// 125 MHz, fitted to the measured collects of golden/pauses by
//
//     mpheap pauses --calibrate --states golden/pauses/pauses.csv
//
// A release between them has the profile of the last one whose collector is
// the same: nothing that takes time changed from v1.12 to v1.20, from v1.21 to
// v1.24, nor since v1.25.

#include <span>

#include "libheap/model/pause_cost.h"

namespace libheap {

// Oldest first.
[[nodiscard]] std::span<const PauseProfile> builtin_pause_profiles();

// The one for the release; where it is not known, the newest.
[[nodiscard]] const PauseProfile& builtin_pause_profile(
    const std::optional<Release>& release);

}  // namespace libheap
