#pragma once

// The --json documents: one per command, each with its schema's name and
// version in "schema". Same findings in, same bytes out: keys are in a fixed
// order and no clock or hash order gets in. Field by field: docs/tools.md.

#include <string>

#include "libheap/analysis/findings.h"
#include "libheap/analysis/trace_contents.h"

namespace libheap {

// What `convert` made.
struct Conversion {
  uint64_t events = 0;
  uint64_t bytes = 0;
};
[[nodiscard]] double bytes_per_event(const Conversion& conversion);
// "mpheap.convert/1"
[[nodiscard]] std::string convert_json(const Conversion& conversion);
// "mpheap.report/1"
[[nodiscard]] std::string report_json(const Findings& findings);
// "mpheap.replay/1"
[[nodiscard]] std::string replay_json(const Findings& findings);
// "mpheap.info/1"
[[nodiscard]] std::string info_json(const TraceContents& contents);

}  // namespace libheap
