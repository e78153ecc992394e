#pragma once

// A budget as a file, "mpheap.budget/1":
//
//     {
//       "schema": "mpheap.budget/1",
//       "budgets": {
//         "failed_allocations": {"at_most": 0},
//         "min_largest_free_run_bytes": {"at_least": 4096, "why": "TLS buffer"}
//       }
//     }
//
// People write it by hand, so whatever is wrong is said with line and column.

#include <string>
#include <string_view>

#include "libheap/analysis/budget.h"

namespace libheap {

[[nodiscard]] std::string budget_json(const Budget& budget);

// Throws Error, one line that begins with `name`.
[[nodiscard]] Budget read_budget(std::string_view text,
                                 const std::string& name);

}  // namespace libheap
