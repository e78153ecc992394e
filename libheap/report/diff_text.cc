#include <fmt/format.h>

#include "libheap/report/diff_report.h"
#include "libheap/report/diff_words.h"
#include "libheap/report/text_table.h"

namespace libheap {

namespace {

Tone tone_of(const DiffRow& row) {
  if (!row.found.differs) return Tone::kQuiet;
  return is_better(row) ? Tone::kGood : Tone::kBad;
}

std::string table(const std::string& title, const std::vector<DiffRow>& list,
                  bool all, size_t top, const TextStyle& style) {
  std::vector<std::vector<std::string>> rows;
  size_t left_out = 0;
  for (const DiffRow& row : list) {
    if (!all && row.found.judged && !row.found.differs) continue;
    if (top != 0 && rows.size() == top) {
      ++left_out;
      continue;
    }
    rows.push_back({row.name, diff_amount(row.found.a, row.unit),
                    diff_amount(row.found.b, row.unit),
                    toned(style, tone_of(row), diff_change(row.found))});
  }
  if (rows.empty()) return "";
  std::string text = text_table(
      {{title, Align::kLeft}, {"A"}, {"B"}, {"change"}}, rows, 2, style);
  if (left_out != 0) text += fmt::format("  ... {} more\n", left_out);
  return text;
}

}  // namespace

std::string diff_text(const DiffFindings& found, bool all, size_t top,
                      const TextStyle& style) {
  std::string text =
      toned(style, Tone::kHeading, diff_headline(found)) + "\n" +
      fmt::format("A  {}\nB  {}\n", diff_side(found.a, found.release_a),
                  diff_side(found.b, found.release_b));
  if (found.renamed) text += "   " + diff_renamed(found) + "\n";
  for (const std::string& part :
       {table(diff_totals_title(found), found.totals, all, 0, style),
        table(diff_origins_title(found), found.origins, all, top, style)}) {
    if (!part.empty()) text += "\n" + part;
  }
  return text;
}

}  // namespace libheap
