#pragma once

// A table of heap states as CSV: one row per collect, columns as in
// golden/pauses/README.md, in any order, others ignored. An empty field is not
// known.
//
//     needed     live_objects, live_blocks, total_blocks, and last_used_block
//                or swept_blocks
//     helpful    version, freed_objects, freed_blocks, rescan_passes,
//                scanned_objects, scanned_words, aligned_words, heap_ptrs,
//                root_words, stack_words, root_ptrs
//     measured   mark_us, sweep_us, total_us: never used to predict
//
// `workload` names the group of a row. docs/tools.md, "pauses".

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/analysis/measured_pause.h"

namespace libheap {

struct PauseStateRow {
  MeasuredPause pause;  // total_us counts only if `measured`
  bool measured = false;
  uint64_t line = 0;
};

// `text` is the file's content, `name` is for errors. Rows without `version`
// are of `release`. Throws Error.
[[nodiscard]] std::vector<PauseStateRow> read_pause_states(
    std::string_view text, const std::string& name, const std::string& release);

}  // namespace libheap
