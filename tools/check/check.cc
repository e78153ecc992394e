#include "tools/check/check.h"

#include <filesystem>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "libheap/analysis/findings.h"
#include "libheap/base/error.h"
#include "libheap/report/budget_json.h"
#include "libheap/report/check_report.h"
#include "libheap/report/units.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/terminal.h"
#include "tools/common/text_input.h"
#include "tools/common/trace_input.h"

namespace libheap::tools {

namespace {

namespace po = boost::program_options;

void add_options(Options& options) {
  options.add()("budget", po::value<std::string>()->value_name("FILE"),
                "the limits (schema mpheap.budget/1)")(
      "json", "as one JSON document (schema mpheap.check/1)")(
      "junit", po::value<std::string>()->value_name("FILE"),
      "write JUnit XML too, for a CI server (\"-\" is standard output)")(
      "write-budget", po::value<std::string>()->value_name("FILE"),
      "make a first budget from this trace instead")(
      "margin", po::value<double>()->default_value(20)->value_name("PERCENT"),
      "with --write-budget: the room it leaves")(
      "force", "with --write-budget: replace an existing file")(
      "list", "the gauges a budget can name, and what they are");
  options.example("check run.mpheap --write-budget b.json", "a first budget");
  options.example("check run.mpheap --budget b.json", "exit 4 if it is broken");
  options.example("check run.mpheap --budget b.json --json", "for programs");
}

int write_budget(const Options& options, const Findings& findings) {
  const auto& path = options.get<std::string>("write-budget");
  if (path != "-" && !options.has("force") && std::filesystem::exists(path)) {
    throw Error(path + ": exists already; --force replaces it");
  }
  const double margin = options.get<double>("margin") / 100;
  const Budget budget = first_budget(findings, margin);
  write_file(path, budget_json(budget));
  spdlog::info("{}: {}; what they mean: mpheap check --list", path,
               counted(budget.gates.size(), "budget"));
  return kDone;
}

int check(const Options& options, const Findings& findings,
          const Budget& budget) {
  CheckFindings found = check_budget(findings, budget);
  found.budget = options.get<std::string>("budget");
  const std::string junit =
      options.has("junit") ? options.get<std::string>("junit") : "";
  if (!junit.empty()) write_file(junit, check_junit(found));
  if (options.has("json")) {
    write_output(check_json(found));
  } else if (junit != "-") {
    write_output(check_text(found, output_style()));
  }
  return found.passed() ? kDone : kGate;
}

// What goes together; throws UsageError.
void look_over(const Options& options) {
  if (options.has("budget") == options.has("write-budget")) {
    throw UsageError(
        "--budget FILE holds the trace against limits, --write-budget FILE "
        "makes them: one of the two");
  }
  if (options.has("json") && options.has("junit") &&
      options.get<std::string>("junit") == "-") {
    throw UsageError("--json and --junit - would both go to standard output");
  }
  const double margin = options.get<double>("margin");
  if (!(margin >= 0 && margin <= 100)) {
    throw UsageError("--margin: a number from 0 to 100");
  }
}

}  // namespace

int run_check(const Arguments& arguments) {
  Options options(
      "check TRACE --budget FILE",
      "Holds a trace against a budget: pauses, free runs, failures, what an "
      "iteration\nallocates. Exit code 4 says that one is broken, or cannot "
      "be measured.");
  add_options(options);
  if (!options.parse(arguments)) return kDone;
  if (options.has("list")) {
    write_output(gauges_text(output_style()));
    return kDone;
  }
  look_over(options);

  const std::string path = options.required_input();
  Budget budget;
  if (options.has("budget")) {
    const auto& file = options.get<std::string>("budget");
    budget = read_budget(read_text(file), file);
  }
  const std::unique_ptr<EventSource> source = open_input(path, options.quiet());
  const Findings findings = analyse(*source, path);
  if (options.has("write-budget")) return write_budget(options, findings);
  return check(options, findings, budget);
}

}  // namespace libheap::tools
