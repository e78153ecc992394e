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
    const std::string pad(widths[c] - cells[c].size(), ' ');
    if (c != 0) line += "  ";
    line += columns[c].align == Align::kRight ? pad + cells[c] : cells[c] + pad;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string text_table(const std::vector<TextColumn>& columns,
                       const std::vector<std::vector<std::string>>& rows,
                       size_t indent, const TextStyle& style) {
  std::vector<std::string> titles;
  std::vector<size_t> widths;
  for (size_t c = 0; c < columns.size(); ++c) {
    titles.push_back(columns[c].title);
    widths.push_back(columns[c].title.size());
    for (const std::vector<std::string>& row : rows) {
      widths[c] = std::max(widths[c], row[c].size());
    }
  }
  std::string text =
      toned(style, Tone::kQuiet, line_of(columns, titles, widths, indent)) +
      "\n";
  for (const std::vector<std::string>& row : rows) {
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
