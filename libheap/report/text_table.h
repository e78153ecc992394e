#pragma once

// Rows and columns of plain text: each column as wide as its widest cell,
// numbers to the right, two blanks between. A title row is underlined by
// nothing; it is quiet, and left out where no column has a title.

#include <string>
#include <vector>

#include "libheap/report/text_style.h"

namespace libheap {

enum class Align { kLeft, kRight };

// Where a cell may be cut in a table wider than style.width: of a place such
// as "a/long/path/main.py:12 loop" the end says most.
enum class Cut { kNowhere, kBegin, kEnd };

struct TextColumn {
  std::string title;
  Align align = Align::kRight;
  Cut cut = Cut::kNowhere;
};

// Every row has as many cells as there are columns. Each line begins with
// `indent` blanks and ends with a newline.
[[nodiscard]] std::string text_table(
    const std::vector<TextColumn>& columns,
    const std::vector<std::vector<std::string>>& rows, size_t indent,
    const TextStyle& style);

// "  label ........ value" pairs as a two-column table without titles.
[[nodiscard]] std::string text_facts(
    const std::vector<std::pair<std::string, std::string>>& facts,
    size_t indent);

// Breaks `text` at blanks into lines of at most style.width columns, each
// beginning with `indent` blanks.
[[nodiscard]] std::string wrapped(const std::string& text, size_t indent,
                                  const TextStyle& style);

}  // namespace libheap
