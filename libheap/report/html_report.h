#pragma once

// The report as one page to open, keep and share: styles, scripts, charts and
// data are in the file, so it works offline, from a mail or a USB stick.
//
// The page is page/report.html with its {{names}} filled in. Its data is the
// document of report_json(), as a JSON island that page/report.js lays out;
// nothing is computed twice. How it is built: docs/architecture.md.

#include <string>

#include "libheap/analysis/findings.h"

namespace libheap {

[[nodiscard]] std::string report_html(const Findings& findings);

}  // namespace libheap
