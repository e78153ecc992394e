#include "libheap/report/html_report.h"

#include <string_view>

#include "libheap/base/check.h"
#include "libheap/report/assets.h"
#include "libheap/report/history_json.h"
#include "libheap/report/html_text.h"
#include "libheap/report/json_island.h"
#include "libheap/report/json_report.h"

namespace libheap {

namespace {

std::string title(const Findings& findings) {
  const std::string& workload = findings.header.workload;
  return html_text(workload.empty() ? findings.source : workload) +
         " – mpheap report";
}

// In the order they run: each may use what the ones before it define.
constexpr std::string_view (*kScripts[])() = {
    asset_dygraph_min_js, asset_units_js,
    asset_dom_js,         asset_axis_js,
    asset_theme_js,       asset_chart_js,
    asset_plot_js,        asset_flame_js,
    asset_proof_js,       asset_verdict_js,
    asset_short_js,       asset_over_time_js,
    asset_history_js,     asset_map_colours_js,
    asset_map_canvas_js,  asset_map_view_js,
    asset_map_js,         asset_collects_js,
    asset_failures_js,    asset_fragmentation_js,
    asset_pauses_js,      asset_threshold_curve_js,
    asset_allocations_js, asset_sites_js,
    asset_lifetimes_js,   asset_graph_js,
    asset_facts_js,       asset_integrity_js,
    asset_terms_js,       asset_report_js,
};

std::string scripts() {
  std::string html;
  for (const auto& script : kScripts) {
    html += "<script>\n";
    html += script();
    html += "</script>\n";
  }
  return html;
}

// What stands for {{name}} in page/report.html.
std::string piece(std::string_view name, const Findings& findings,
                  const HeapHistoryFindings& history) {
  if (name == "title") return title(findings);
  if (name == "styles") {
    return std::string(asset_dygraph_min_css()) +
           std::string(asset_report_css());
  }
  if (name == "findings") return json_island(report_json(findings));
  if (name == "history")
    return json_island(history_json(history, findings.heap.block_bytes));
  HEAP_CHECK(name == "scripts", "every name in report.html is known");
  return scripts();
}

}  // namespace

std::string report_html(const Findings& findings,
                        const HeapHistoryFindings& history) {
  std::string page;
  std::string_view rest = asset_report_html();
  for (;;) {
    const size_t begin = rest.find("{{");
    page += rest.substr(0, begin);
    if (begin == std::string_view::npos) return page;
    const size_t end = rest.find("}}", begin);
    HEAP_CHECK(end != std::string_view::npos, "every {{ is closed");
    page += piece(rest.substr(begin + 2, end - begin - 2), findings, history);
    rest.remove_prefix(end + 2);
  }
}

}  // namespace libheap
