#include <cmath>

#include <fmt/format.h>

#include "libheap/report/diff_report.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

std::string per_text(WindowUnit per) {
  switch (per) {
    case WindowUnit::kTicks:
      return "per iteration";
    case WindowUnit::kMicroseconds:
      return "per second";
    case WindowUnit::kEvents:
      break;
  }
  return "for the whole trace";
}

std::string amount(double value, DiffUnit unit) {
  const auto whole = static_cast<uint64_t>(std::llround(value));
  switch (unit) {
    case DiffUnit::kBytes:
      return value < 100 ? fmt::format("{:.1f} B", value) : human_bytes(whole);
    case DiffUnit::kMicroseconds:
      return human_time(whole);
    case DiffUnit::kShare:
      return percent(value);
    case DiffUnit::kCount:
      break;
  }
  return value < 1000 ? fmt::format("{:.4g}", value) : with_commas(whole);
}

// "+12.5 % ± 1.1"; from nothing there is no share.
std::string change(const Comparison& found) {
  if (!found.judged) return "too short to tell";
  if (!found.differs) return "same";
  if (found.a == 0) return "new";
  if (found.b == 0) return "gone";
  const double share = 100 / found.a;
  return fmt::format("{:+.1f} % \u00b1 {:.1f}", (found.b - found.a) * share,
                     (found.high - found.low) / 2 * std::abs(share));
}

Tone tone_of(const DiffRow& row) {
  if (!row.found.differs) return Tone::kQuiet;
  const bool less = row.found.b < row.found.a;
  return less == row.less_is_better ? Tone::kGood : Tone::kBad;
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
    rows.push_back({row.name, amount(row.found.a, row.unit),
                    amount(row.found.b, row.unit),
                    toned(style, tone_of(row), change(row.found))});
  }
  if (rows.empty()) return "";
  std::string text = text_table(
      {{title, Align::kLeft}, {"A"}, {"B"}, {"change"}}, rows, 2, style);
  if (left_out != 0) text += fmt::format("  ... {} more\n", left_out);
  return text + "\n";
}

}  // namespace

std::string diff_text(const DiffFindings& found, bool all, size_t top,
                      const TextStyle& style) {
  const auto side = [](const std::string& name, const std::string& release) {
    return name + (release.empty() ? "" : " (" + release + ")");
  };
  std::string text =
      fmt::format("A  {}\nB  {}\n\n", side(found.a, found.release_a),
                  side(found.b, found.release_b));
  text += table("amounts " + per_text(found.per), found.totals, all, 0, style);
  text += table(found.by_site ? "bytes allocated, by function"
                              : "bytes allocated, by size",
                found.origins, all, top, style);
  if (found.differences == 0) {
    return text + "No difference beyond what each trace varies by itself.\n";
  }
  return text + fmt::format("{} beyond chance.\n",
                            counted(found.differences, "difference"));
}

}  // namespace libheap
