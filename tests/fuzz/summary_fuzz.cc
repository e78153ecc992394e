// Any text as a file of summaries: an Error of one line, or a sum that survives
// being written and read again, and can be shown.

#include <cstdint>
#include <string>
#include <string_view>

#include "libheap/base/error.h"
#include "libheap/report/summary_json.h"
#include "tests/fuzz/require.h"

using libheap::testing::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  libheap::FleetSummary sum;
  try {
    if (libheap::merge_summaries(sum, text, "fuzz") == 0) return 0;
  } catch (const libheap::Error& error) {
    require(std::string_view(error.what()).find('\n') ==
            std::string_view::npos);
    return 0;
  }
  const std::string once = libheap::summary_json(sum);
  libheap::FleetSummary again;
  require(libheap::merge_summaries(again, once, "again") == 1);
  require(libheap::summary_json(again) == once);
  static_cast<void>(libheap::summary_text(sum, {}));
  return 0;
}
