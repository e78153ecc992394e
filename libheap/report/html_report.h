#pragma once

// The report as one page to open, keep and share: styles, scripts, charts and
// data are in the file, so it works offline, from a mail or a USB stick.
//
// The page is page/report.html with its {{names}} filled in. Its data is the
// document of report_json(), as a JSON island that the scripts in page/ lay
// out, a file per section; page/report.js says how to add one. All text in it
// may be a stranger's: none reaches the page as markup.

#include <string>

#include "libheap/analysis/findings.h"
#include "libheap/analysis/heap_history.h"

namespace libheap {

// The history is what the page's heap map shows.
[[nodiscard]] std::string report_html(const Findings& findings,
                                      const HeapHistoryFindings& history);

}  // namespace libheap
