#include "tools/report/report.h"

#include "libheap/analysis/findings.h"
#include "libheap/report/html_report.h"
#include "libheap/report/json_report.h"
#include "libheap/report/text_report.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/terminal.h"
#include "tools/common/trace_input.h"

namespace libheap::tools {

namespace po = boost::program_options;

int run_report(const Arguments& arguments) {
  Options options(
      "report TRACE",
      "Replays a trace and says what is worth saying about its heap: use over "
      "time, the\nlargest free run, collects and their causes, failed "
      "allocations and why, sizes.");
  options.add()("json", "as one JSON document (schema mpheap.report/1)")(
      "html", po::value<std::string>()->value_name("FILE"),
      "write one self-contained page, with charts (\"-\" is standard output)")(
      "strict", "exit 3 if anything diverges or the trace is damaged");
  options.example("report run.mpheap", "on the terminal");
  options.example("report run.mpheap --html run.html", "a page to share");
  if (!options.parse(arguments)) return kDone;

  const std::string path = options.required_input();
  const std::string html =
      options.has("html") ? options.get<std::string>("html") : std::string();
  if (html == "-" && options.has("json")) {
    throw UsageError("--json and --html - would both go to standard output");
  }
  const std::unique_ptr<EventSource> source = open_input(path, options.quiet());
  HeapHistoryFindings history;
  const Findings findings =
      analyse(*source, path, html.empty() ? nullptr : &history);
  if (!html.empty()) write_file(html, report_html(findings, history));
  if (options.has("json")) {
    write_output(report_json(findings));
  } else if (html != "-") {
    write_output(report_text(findings, output_style()));
  }
  const bool unsound =
      findings.proof.divergences != 0 || findings.damage.count() != 0;
  return options.has("strict") && unsound ? kUnsound : kDone;
}

}  // namespace libheap::tools
