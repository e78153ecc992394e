#pragma once

// The page that shows a device as it runs, as files for a server: the page
// itself and what it asks for, by name. The charts are those of html_report.h;
// what it is told while it is open: live_json.h.

#include <string>
#include <string_view>

namespace libheap {

struct LivePageFile {
  std::string type;  // "text/html; charset=utf-8"
  std::string_view content;
};

// What `name` ("" for the page itself, "chart.js", ...) stands for; its content
// is empty where there is none of that name.
[[nodiscard]] LivePageFile live_page_file(std::string_view name);

// What the page may do: only with what comes from where it came from. Charts
// set style attributes.
inline constexpr std::string_view kLivePagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "style-src-attr 'unsafe-inline'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

}  // namespace libheap
