#include "libheap/report/text_verdict.h"

#include "libheap/report/text_table.h"
#include "libheap/report/verdict.h"

namespace libheap {

namespace {

constexpr size_t kIndent = 2;

}  // namespace

std::string verdict_text(const Findings& findings, const TextStyle& style) {
  const std::vector<VerdictItem> items = verdict(findings);
  const VerdictItem& first = items.front();
  const bool healthy = first.id == "healthy";
  std::string text =
      "\n" + toned(style, healthy ? Tone::kGood : Tone::kBad, first.headline) +
      "\n";
  text += wrapped(first.why, kIndent, style);
  // Its own line, unbroken, so that it can be marked and pasted.
  if (!first.code.empty()) text += "\n    " + first.code + "\n\n";
  for (size_t i = 1; i < items.size(); ++i) {
    text += wrapped("Also: " + items[i].headline, kIndent, style);
  }
  return text;
}

}  // namespace libheap
