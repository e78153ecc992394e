#pragma once

// A small chart of columns for a terminal.
//
// Each value is one column, drawn from the bottom in eighths of a row (in
// ASCII: whole rows). What is not quite zero shows, and what is not quite full
// does not look full. Lines carry no trailing blanks.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "libheap/report/text_style.h"

namespace libheap {

// `rows` lines, top first, of one character per value; `full` fills a column.
[[nodiscard]] std::vector<std::string> column_chart(
    std::span<const uint64_t> values, uint64_t full, size_t rows,
    const TextStyle& style);

}  // namespace libheap
