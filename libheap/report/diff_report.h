#pragma once

// What `mpheap diff` found.

#include <string>

#include "libheap/analysis/trace_diff.h"
#include "libheap/report/text_style.h"

namespace libheap {

// `all`: also what does not differ. At most `top` origins; 0: all.
[[nodiscard]] std::string diff_text(const DiffFindings& found, bool all,
                                    size_t top, const TextStyle& style);
// One page that needs nothing else; has every row.
[[nodiscard]] std::string diff_html(const DiffFindings& found);
// "mpheap.diff/1"
[[nodiscard]] std::string diff_json(const DiffFindings& found);

}  // namespace libheap
