#pragma once

// What `mpheap frag` says: verdict first, then the failures, what split the
// heap, who holds ever more, and the measures.

#include <string>

#include "libheap/analysis/findings.h"
#include "libheap/report/text_style.h"

namespace libheap {

[[nodiscard]] std::string frag_text(const Findings& findings,
                                    const TextStyle& style);
// "mpheap.frag/1"
[[nodiscard]] std::string frag_json(const Findings& findings);

// One sentence: why allocations failed, or that nothing is wrong.
[[nodiscard]] std::string frag_verdict(const Findings& findings);
// The section of `mpheap report`: what split the heap and who grows. Empty
// where there is nothing to say.
[[nodiscard]] std::string frag_section(const Findings& findings,
                                       const TextStyle& style);

}  // namespace libheap
