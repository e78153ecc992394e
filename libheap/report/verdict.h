#pragma once

// The verdict in words: what the heap's owner should know first, why, and the
// line to paste. The terminal report, the JSON document and the page all say
// these same words.

#include <string>
#include <vector>

#include "libheap/analysis/problems.h"

namespace libheap {

struct VerdictItem {
  std::string id;        // of the problem; "healthy" if there is none
  std::string headline;  // one sentence
  std::string why;       // the evidence, a few sentences
  std::string code;      // Python to paste; may be empty
};

// Worst first, never empty.
[[nodiscard]] std::vector<VerdictItem> verdict(const Findings& findings);

}  // namespace libheap
