#include "tools/report/report.h"

#include <filesystem>

#include "libheap/analysis/findings.h"
#include "libheap/analysis/tune.h"
#include "libheap/report/html_report.h"
#include "libheap/report/json_report.h"
#include "libheap/report/text_report.h"
#include "tools/common/named_runtime.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/terminal.h"
#include "tools/common/trace_input.h"

namespace libheap::tools {

namespace po = boost::program_options;

namespace {

// A sweep takes a second or so for that many.
constexpr uint64_t kMostEventsToTune = 500'000;
constexpr uint32_t kStepsPerOctave = 2;

bool wants_tuning(const Options& options, const Findings& findings) {
  const std::string when = options.get<std::string>("tune");
  if (when == "always") return true;
  if (when == "never") return false;
  if (when != "auto") {
    throw UsageError("--tune: \"" + when + "\" is not auto, always or never");
  }
  return findings.proof.events <= kMostEventsToTune &&
         findings.collects.count != 0 && findings.proof.divergences == 0 &&
         std::filesystem::is_regular_file(findings.source);
}

// Reads the trace once more: a workload is kept in memory whole, and not every
// report needs one.
void add_tuning(const Options& options, Findings& findings) {
  if (!wants_tuning(options, findings)) return;
  const std::unique_ptr<EventSource> source = with_runtime_names(
      open_input(findings.source, options.quiet()), elf_option(options));
  TuneOptions how;
  how.steps_per_octave = kStepsPerOctave;
  findings.tune = tune(read_for_tune(*source), how);
  findings.tune->source = findings.source;
}

}  // namespace

int run_report(const Arguments& arguments) {
  Options options(
      "report TRACE",
      "Replays a trace and says what is worth saying about its heap: use over "
      "time, the\nlargest free run, collects and their causes, failed "
      "allocations and why, sizes.");
  options.add()("json", "as one JSON document (schema mpheap.report/1)")(
      "html", po::value<std::string>()->value_name("FILE"),
      "write one self-contained page, with charts (\"-\" is standard output)")(
      "tune",
      po::value<std::string>()->default_value("auto")->value_name("WHEN"),
      "what to pass to gc.threshold: always, never, or auto, for files of up "
      "to "
      "500,000 events")("strict",
                        "exit 3 if anything diverges or the trace is damaged");
  add_elf_option(options);
  options.offer("tune", {"auto", "always", "never"});
  options.example("report run.mpheap", "on the terminal");
  options.example("report run.mpheap --html run.html", "a page to share");
  if (!options.parse(arguments)) return kDone;

  const std::string path = options.required_input();
  const std::string html =
      options.has("html") ? options.get<std::string>("html") : std::string();
  if (options.has("html") && html.empty()) {
    throw UsageError("--html: the name of a file is missing");
  }
  if (html == "-" && options.has("json")) {
    throw UsageError("--json and --html - would both go to standard output");
  }
  const std::unique_ptr<EventSource> source = with_runtime_names(
      open_input(path, options.quiet()), elf_option(options));
  HeapHistoryFindings history;
  Findings findings = analyse(*source, path, html.empty() ? nullptr : &history);
  add_tuning(options, findings);
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
