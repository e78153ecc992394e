#include "libheap/report/diff_words.h"

#include <cmath>

#include <fmt/format.h>

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

}  // namespace

std::string diff_headline(const DiffFindings& found) {
  if (found.differences == 0) {
    return "No difference beyond what each trace varies by itself.";
  }
  return counted(found.differences, "difference") + " beyond chance.";
}

std::string diff_side(const std::string& trace, const std::string& release) {
  return release.empty() ? trace : trace + " (" + release + ")";
}

std::string diff_totals_title(const DiffFindings& found) {
  return "amounts " + per_text(found.per);
}

std::string diff_origins_title(const DiffFindings& found) {
  return found.by_site ? "bytes allocated, by function"
                       : "bytes allocated, by size";
}

std::string diff_renamed(const DiffFindings& found) {
  if (!found.renamed) return "";
  return fmt::format("{} of A is taken for {} of B", found.renamed->a,
                     found.renamed->b);
}

std::string diff_amount(double value, DiffUnit unit) {
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
  return human_number(value);
}

// From nothing there is no share.
std::string diff_change(const Comparison& found) {
  if (!found.judged) return "too short to tell";
  if (!found.differs) return "same";
  if (found.a == 0) return "new";
  if (found.b == 0) return "gone";
  const double share = 100 / found.a;
  return fmt::format("{:+.1f} % \u00b1 {:.1f}", (found.b - found.a) * share,
                     (found.high - found.low) / 2 * std::abs(share));
}

bool is_better(const DiffRow& row) {
  return (row.found.b < row.found.a) == row.less_is_better;
}

}  // namespace libheap
