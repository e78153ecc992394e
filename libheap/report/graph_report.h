#pragma once

// What `mpheap graph` prints: for people, for programs, and as a picture.

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "libheap/analysis/graph_findings.h"
#include "libheap/report/text_style.h"

namespace libheap {

[[nodiscard]] std::string graph_text(const GraphFindings& findings,
                                     const TextStyle& style);
// "mpheap.graph/1"
[[nodiscard]] std::string graph_json(const GraphFindings& findings);
// `graph` of a report: the document without its schema.
[[nodiscard]] nlohmann::ordered_json graph_json_body(
    const GraphFindings& findings);
// `mark_stack` of it.
[[nodiscard]] nlohmann::ordered_json mark_stack_json(
    const GraphFindings& findings);
// `growth` of it: null without an earlier snapshot.
[[nodiscard]] nlohmann::ordered_json growth_json(const GraphFindings& findings);
// What another mark stack would change, and what overflows this one: for
// `mpheap pauses`, and in a sentence or two for a report.
[[nodiscard]] std::string mark_stack_of_pauses(const GraphFindings& findings,
                                               const TextStyle& style);
[[nodiscard]] std::string mark_stack_in_short(const GraphFindings& findings,
                                              const TextStyle& style);
// For a report: what retains most.
[[nodiscard]] std::string graph_in_short(const GraphFindings& findings,
                                         const TextStyle& style);
// Graphviz: the named objects as a tree, each below what keeps it alive.
[[nodiscard]] std::string graph_dot(const GraphFindings& findings);

}  // namespace libheap
