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

// The root of the repository.
[[nodiscard]] std::filesystem::path source_dir();

// The folder with events/, thresholds/ ...: all recordings, else the third.
[[nodiscard]] std::filesystem::path golden_dir();
// False if only the committed third is there.
[[nodiscard]] bool all_recordings_present();

// The event logs in `folder` ("events", "thresholds"), by name.
[[nodiscard]] std::vector<std::filesystem::path> golden_logs(
    const std::string& folder);

// What a test of this recording is called: its name as an identifier, without
// the ending.
[[nodiscard]] std::string test_name_of(const std::filesystem::path& log);

}  // namespace libheap::testing
