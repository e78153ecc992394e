#pragma once

// What `mpheap graph` prints: for people, for programs, and as a picture.

#include <string>

#include "libheap/analysis/graph_findings.h"
#include "libheap/report/text_style.h"

namespace libheap {

[[nodiscard]] std::string graph_text(const GraphFindings& findings,
                                     const TextStyle& style);
// "mpheap.graph/1"
[[nodiscard]] std::string graph_json(const GraphFindings& findings);
// Graphviz: the named objects as a tree, each below what keeps it alive.
[[nodiscard]] std::string graph_dot(const GraphFindings& findings);

}  // namespace libheap
