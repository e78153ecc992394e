#include "libheap/report/live_page.h"

#include "libheap/report/assets.h"

namespace libheap {

namespace {

constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kScript = "text/javascript; charset=utf-8";
constexpr const char* kStyle = "text/css; charset=utf-8";

struct Asset {
  std::string_view name;
  std::string_view (*content)();
  const char* type = kScript;
};

// The scripts in the order that live.html names them.
constexpr Asset kAssets[] = {
    {"", asset_live_html, kHtml},
    {"dygraph.css", asset_dygraph_min_css, kStyle},
    {"report.css", asset_report_css, kStyle},
    {"live.css", asset_live_css, kStyle},
    {"dygraph.js", asset_dygraph_min_js},
    {"units.js", asset_units_js},
    {"dom.js", asset_dom_js},
    {"axis.js", asset_axis_js},
    {"theme.js", asset_theme_js},
    {"chart.js", asset_chart_js},
    {"plot.js", asset_plot_js},
    {"over_time.js", asset_over_time_js},
    {"history.js", asset_history_js},
    {"map_colours.js", asset_map_colours_js},
    {"map_canvas.js", asset_map_canvas_js},
    {"map_view.js", asset_map_view_js},
    {"collects.js", asset_collects_js},
    {"pauses.js", asset_pauses_js},
    {"flame.js", asset_flame_js},
    {"sites.js", asset_sites_js},
    {"integrity.js", asset_integrity_js},
    {"live_map.js", asset_live_map_js},
    {"live_figures.js", asset_live_figures_js},
    {"live_charts.js", asset_live_charts_js},
    {"live_stream.js", asset_live_stream_js},
    {"live.js", asset_live_js},
};

}  // namespace

LivePageFile live_page_file(std::string_view name) {
  for (const Asset& asset : kAssets) {
    if (asset.name == name) return {asset.type, asset.content()};
  }
  return {};
}

}  // namespace libheap
