#pragma once

// What the commands print for people. Layout only: every number comes from
// the findings. Plain lines, at most style.width columns, no trailing blanks.

#include <string>

#include "libheap/analysis/findings.h"
#include "libheap/analysis/trace_contents.h"
#include "libheap/report/text_style.h"

namespace libheap {

// The whole report, for `mpheap report`.
[[nodiscard]] std::string report_text(const Findings& findings,
                                      const TextStyle& style);
// The proof and the final figures, for `mpheap replay`.
[[nodiscard]] std::string replay_text(const Findings& findings,
                                      const TextStyle& style);
// For `mpheap info`.
[[nodiscard]] std::string info_text(const TraceContents& contents,
                                    const TextStyle& style);

}  // namespace libheap
