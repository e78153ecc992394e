#pragma once

// A heap's graph in words: one wording for the terminal, JSON and the page.

#include <cstdint>
#include <string>

#include "libheap/analysis/graph_findings.h"

namespace libheap {

// "812", or "1:812" in another area than the first.
[[nodiscard]] std::string block_words(BlockRef block);
[[nodiscard]] std::string time_words(double us);
// "12 objects, 1.5 KB"
[[nodiscard]] std::string objects_words(uint64_t objects, uint64_t bytes);
// "2 of 5, at 1.3 s (event 4,711)"
[[nodiscard]] std::string place_words(const SnapshotPlace& place);
// "main.py:41 (run)", or that the line is not known.
[[nodiscard]] std::string site_words(const SiteRecord& site);
// The shortest way: "static root, word 3 -> block 12 (dict), word 1 -> this".
[[nodiscard]] std::string way_words(const ObjectRow& row);
// "'temperature'", "b'\x01\x02'", "21.5", as Python writes them; "" where
// nothing is known. What goes on ends in "...".
[[nodiscard]] std::string contents_words(const ObjectContents& contents);
// "str 'temperature'", or the type alone.
[[nodiscard]] std::string typed_words(const std::string& type,
                                      const ObjectContents& contents);
[[nodiscard]] const char* held_words(HeldBy held);
// Whether what holds an object should be doubted; empty: no.
[[nodiscard]] std::string doubt_words(HeldBy held);
// What holds the new objects of a line that grew.
[[nodiscard]] std::string holder_words(const GrowthRow& row);
// How much it grew between the snapshots, and what holds it.
[[nodiscard]] std::string growth_words(const GraphFindings& findings,
                                       const GrowthRow& row);
// "main.py:41 (run) 143 of 156, main.py:7 (init) 5": what did not fit on the
// mark stack, by what points at it.
[[nodiscard]] std::string overflow_words(const GraphFindings& findings);
// Whether the mark stack is large enough, and if not, what one brings and
// costs that is.
[[nodiscard]] std::string mark_stack_words(const GraphFindings& findings);

}  // namespace libheap
