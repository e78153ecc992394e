// Any text as a table of heap states: an Error of one line, or rows whose
// pauses can be predicted, each within its own bounds.

#include <cmath>
#include <cstdint>
#include <string_view>

#include "libheap/analysis/state_predictions.h"
#include "libheap/base/error.h"
#include "libheap/model/pause_profiles.h"
#include "tests/fuzz/require.h"

using libheap::testing::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<libheap::PauseStateRow> rows;
  try {
    rows = libheap::read_pause_states(text, "fuzz", "v1.22.2");
  } catch (const libheap::Error& error) {
    require(std::string_view(error.what()).find('\n') ==
            std::string_view::npos);
    return 0;
  }
  const libheap::StatePredictions predictions = libheap::predict_states(
      rows, libheap::builtin_pause_profiles(), libheap::Given::kCounts);
  require(predictions.rows.size() == rows.size());
  for (const libheap::StatePrediction& row : predictions.rows) {
    require(std::isfinite(row.predicted.us) && row.predicted.us >= 0);
    require(row.predicted.low_us <= row.predicted.us);
    require(row.predicted.us <= row.predicted.high_us);
  }
  return 0;
}
