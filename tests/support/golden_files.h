#pragma once

// Where the recordings of real MicroPython are.
//
// All of them lie beside the repository (or where MPHEAP_GOLDEN_DIR says); a
// representative third is in tests/golden. Tests use all when they are there,
// and say so loudly when they are not.

#include <filesystem>
#include <string>
#include <vector>

namespace libheap::testing {

// The folder with events/, thresholds/ ...: all recordings, else the third.
[[nodiscard]] std::filesystem::path golden_dir();
// False if only the committed third is there.
[[nodiscard]] bool all_recordings_present();

// The event logs in `folder` ("events", "thresholds"), by name.
[[nodiscard]] std::vector<std::filesystem::path> golden_logs(
    const std::string& folder);

}  // namespace libheap::testing
