#pragma once

// The words and figures of `mpheap diff`, as its text and its page show them.

#include <string>

#include "libheap/analysis/trace_diff.h"

namespace libheap {

// "3 differences beyond chance."
[[nodiscard]] std::string diff_headline(const DiffFindings& found);
// "before.mpheap (v1.22.2)"
[[nodiscard]] std::string diff_side(const std::string& trace,
                                    const std::string& release);
// "old.py of A is taken for new.py of B"; nothing if every file has its name.
[[nodiscard]] std::string diff_renamed(const DiffFindings& found);
[[nodiscard]] std::string diff_totals_title(const DiffFindings& found);
[[nodiscard]] std::string diff_origins_title(const DiffFindings& found);

[[nodiscard]] std::string diff_amount(double value, DiffUnit unit);
// "+12.5 % ± 1.1", "new", "gone", "same", "too short to tell"
[[nodiscard]] std::string diff_change(const Comparison& found);
// Of a row that differs.
[[nodiscard]] bool is_better(const DiffRow& row);

}  // namespace libheap
