// The page of `mpheap diff`: the same rows as its text, each with a bar for the
// interval the difference lies in. Needs no script but to follow the reader's
// choice of light or dark.

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include "libheap/report/assets.h"
#include "libheap/report/diff_report.h"
#include "libheap/report/diff_words.h"
#include "libheap/report/html_text.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

constexpr double kBarWidth = 220;
// Changes beyond a factor of two end at the edge.
constexpr double kWidest = 1.0;

constexpr const char* kHead =
    R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<script>
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => {
  document.documentElement.dataset.theme = dark.matches ? 'dark' : 'light';
};
follow();
dark.addEventListener('change', follow);
</script>
)";

// Of b / a - 1, within what the bar has room for.
double place(double change) {
  return (std::clamp(change, -kWidest, kWidest) / kWidest + 1) / 2 * kBarWidth;
}

// No bar where there is nothing to take shares of.
std::string bar(const DiffRow& row) {
  const Comparison& found = row.found;
  if (!found.judged || found.a == 0) return {};
  const double low = place(found.low / std::abs(found.a));
  const double high = place(found.high / std::abs(found.a));
  const double middle = place((found.b - found.a) / std::abs(found.a));
  const char* style = !found.differs   ? "same"
                      : is_better(row) ? "better"
                                       : "worse";
  return fmt::format(
      R"(<svg class="change {}" width="{:.0f}" height="14" role="img" )"
      R"(aria-label="{}"><line class="zero" x1="{:.1f}" x2="{:.1f}" y1="0" )"
      R"(y2="14"/><rect x="{:.1f}" y="4" width="{:.1f}" height="6"/>)"
      R"(<line x1="{:.1f}" x2="{:.1f}" y1="1" y2="13"/></svg>)",
      style, kBarWidth, html_text(diff_change(found)), kBarWidth / 2,
      kBarWidth / 2, low, std::max(1.0, high - low), middle, middle);
}

// Colour is not the only sign.
std::string verdict(const DiffRow& row) {
  if (!row.found.differs) return html_text(diff_change(row.found));
  return fmt::format(
      R"({} <b class="{}">{}</b>)", html_text(diff_change(row.found)),
      is_better(row) ? "good" : "bad", is_better(row) ? "better" : "worse");
}

std::string table(const std::string& title, const std::vector<DiffRow>& list) {
  std::string rows;
  for (const DiffRow& row : list) {
    rows += fmt::format(
        R"(<tr{}><td class="left">{}</td><td>{}</td><td>{}</td>)"
        R"(<td>{}</td><td class="left">{}</td></tr>)",
        row.found.differs ? "" : " class=\"same\"", html_text(row.name),
        html_text(diff_amount(row.found.a, row.unit)),
        html_text(diff_amount(row.found.b, row.unit)), verdict(row), bar(row));
    rows += "\n";
  }
  if (rows.empty()) return {};
  std::string heading = title;
  heading.front() = static_cast<char>(std::toupper(heading.front()));
  return fmt::format(
      R"(<section><h2>{}</h2>
<table>
<thead><tr><th scope="col" class="left"></th><th scope="col">A</th><th scope="col">B</th><th scope="col">Change</th><th scope="col" class="left"><div class="ends"><span>gone</span><span>same</span><span>doubled</span></div></th></tr></thead>
<tbody>
{}</tbody>
</table>
</section>
)",
      html_text(heading), rows);
}

}  // namespace

std::string diff_html(const DiffFindings& found) {
  const std::string a = diff_side(found.a, found.release_a);
  const std::string b = diff_side(found.b, found.release_b);
  return fmt::format(
      R"({}<title>{} and {} – mpheap diff</title>
<style>
{}{}</style>
</head>
<body>
<header>
<p class="brand">mpheap diff</p>
<h1>{}</h1>
<dl class="sides"><dt>A</dt><dd>{}</dd><dt>B</dt><dd>{}</dd></dl>
{}</header>
<main>
{}{}</main>
<footer id="colophon">Made by mpheap. The bar is the interval the change lies in, as a share of A; what crosses the line in the middle may be chance. The numbers alone: <code>mpheap diff --json</code>. 1 KB is 1,024 bytes.</footer>
</body>
</html>
)",
      kHead, html_text(found.a), html_text(found.b), asset_report_css(),
      asset_diff_css(), html_text(diff_headline(found)), html_text(a),
      html_text(b),
      found.renamed ? "<p>" + html_text(diff_renamed(found)) + ".</p>\n"
                    : std::string(),
      table(diff_totals_title(found), found.totals),
      table(diff_origins_title(found), found.origins));
}

}  // namespace libheap
