#include "libheap/report/text_table.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

namespace libheap {

namespace {

// A number stays on the line of its unit.
bool is_unit(const std::string& word) {
  static constexpr std::array<std::string_view, 8> kUnits = {
      "B", "KB", "MB", "%", "us", "ms", "s", "min"};
  const std::string_view bare =
      std::string_view(word).substr(0, word.find_last_not_of(".,:;)") + 1);
  return std::find(kUnits.begin(), kUnits.end(), bare) != kUnits.end();
}

std::string line_of(const std::vector<TextColumn>& columns,
                    const std::vector<std::string>& cells,
                    const std::vector<size_t>& widths, size_t indent) {
  std::string line(indent, ' ');
  for (size_t c = 0; c < columns.size(); ++c) {
    const std::string pad(widths[c] - std::min(widths[c], cells[c].size()),
                          ' ');
    if (c != 0) line += "  ";
    line += columns[c].align == Align::kRight ? pad + cells[c] : cells[c] + pad;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

// Narrows the columns that may be cut, the widest first, by what is too much.
void fit(const std::vector<TextColumn>& columns, size_t too_much,
         std::vector<size_t>& widths) {
  constexpr size_t kNarrowest = 12;
  for (; too_much != 0; --too_much) {
    size_t* widest = nullptr;
    for (size_t c = 0; c < columns.size(); ++c) {
      if (columns[c].cut == Cut::kNowhere) continue;
      if (widest == nullptr || widths[c] > *widest) widest = &widths[c];
    }
    if (widest == nullptr || *widest <= kNarrowest) return;
    --*widest;
  }
}

// Not inside a character of several bytes.
bool is_inside(const std::string& text, size_t at) {
  return at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80;
}

std::string fitted(const std::string& cell, size_t width, Cut cut) {
  if (cell.size() <= width || cut == Cut::kNowhere) return cell;
  if (cut == Cut::kBegin) {
    size_t from = cell.size() - (width - 2);
    while (is_inside(cell, from)) ++from;
    return ".." + cell.substr(from);
  }
  size_t to = width - 2;
  while (is_inside(cell, to)) --to;
  return cell.substr(0, to) + "..";
}

}  // namespace

std::string text_table(const std::vector<TextColumn>& columns,
                       const std::vector<std::vector<std::string>>& rows,
                       size_t indent, const TextStyle& style) {
  std::vector<std::string> titles;
  std::vector<size_t> widths;
  size_t width = indent + 2 * (columns.size() - 1);
  for (size_t c = 0; c < columns.size(); ++c) {
    titles.push_back(columns[c].title);
    widths.push_back(columns[c].title.size());
    for (const std::vector<std::string>& row : rows) {
      widths[c] = std::max(widths[c], row[c].size());
    }
    width += widths[c];
  }
  fit(columns, width - std::min(width, style.width), widths);
  std::string text;
  if (std::any_of(titles.begin(), titles.end(),
                  [](const std::string& title) { return !title.empty(); })) {
    text =
        toned(style, Tone::kQuiet, line_of(columns, titles, widths, indent)) +
        "\n";
  }
  for (std::vector<std::string> row : rows) {
    for (size_t c = 0; c < columns.size(); ++c) {
      row[c] = fitted(row[c], widths[c], columns[c].cut);
    }
    text += line_of(columns, row, widths, indent) + "\n";
  }
  return text;
}

std::string text_facts(
    const std::vector<std::pair<std::string, std::string>>& facts,
    size_t indent) {
  size_t width = 0;
  for (const auto& [label, value] : facts) {
    width = std::max(width, label.size());
  }
  std::string text;
  for (const auto& [label, value] : facts) {
    text += std::string(indent, ' ') + label +
            std::string(width - label.size() + 2, ' ') + value + "\n";
  }
  return text;
}

std::string wrapped(const std::string& text, size_t indent,
                    const TextStyle& style) {
  std::vector<std::string> pieces;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (!pieces.empty() && is_unit(word)) {
      pieces.back() += " " + word;
    } else {
      pieces.push_back(word);
    }
  }
  std::string lines;
  std::string line;
  for (const std::string& word : pieces) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > style.width) {
      lines += std::string(indent, ' ') + line + "\n";
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines += std::string(indent, ' ') + line + "\n";
  return lines;
}

}  // namespace libheap
