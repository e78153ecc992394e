#include "libheap/report/text_verdict.h"

#include <sstream>

#include "libheap/report/text_table.h"
#include "libheap/report/verdict.h"

namespace libheap {

namespace {

constexpr size_t kIndent = 2;

std::string indented(const std::string& code, const TextStyle& style) {
  std::string text;
  std::istringstream lines(code);
  for (std::string line; std::getline(lines, line);) {
    text += "    " + toned(style, Tone::kGood, line) + "\n";
  }
  return text;
}

}  // namespace

std::string verdict_text(const Findings& findings, const TextStyle& style) {
  const std::vector<VerdictItem> items = verdict(findings);
  const VerdictItem& first = items.front();
  const bool healthy = first.id == "healthy";
  std::string text =
      "\n" + toned(style, healthy ? Tone::kGood : Tone::kBad, first.headline) +
      "\n";
  text += wrapped(first.why, kIndent, style);
  // On lines of its own, unbroken, so that it can be marked and pasted.
  if (!first.code.empty()) text += "\n" + indented(first.code, style);
  if (!first.code.empty() && items.size() > 1) text += "\n";
  for (size_t i = 1; i < items.size(); ++i) {
    text += wrapped("Also: " + items[i].headline, kIndent, style);
  }
  return text;
}

}  // namespace libheap
