#include "tools/summary/summary.h"

#include "libheap/base/error.h"
#include "libheap/report/summary_json.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/terminal.h"
#include "tools/common/text_input.h"
#include "tools/common/trace_input.h"

namespace libheap::tools {

namespace {

void show(const Options& options, const FleetSummary& summary) {
  write_output(options.has("json") ? summary_json(summary)
                                   : summary_text(summary, output_style()));
}

}  // namespace

int run_summary(const Arguments& arguments) {
  Options options("summary TRACE...",
                  "Each trace in a few numbers that add up over a fleet: "
                  "counts, extremes, and\npercentiles within 1 %. With "
                  "--json one line that `mpheap merge` reads.");
  options.add()("json",
                "as one JSON document on one line (schema "
                "mpheap.summary/1)");
  options.example("summary run.mpheap --json > run.json", "one device");
  options.example("summary *.mpheap --json > part.json", "all in one");
  if (!options.parse(arguments)) return kDone;

  const std::vector<std::string> paths = options.inputs();
  if (paths.empty()) {
    throw UsageError("which traces? usage: mpheap summary TRACE...");
  }
  FleetSummary all;
  for (const std::string& path : paths) {
    const auto source = open_input(path, options.quiet());
    merge(all, summarise(*source, path));
  }
  show(options, all);
  return kDone;
}

int run_merge(const Arguments& arguments) {
  Options options("merge SUMMARY...",
                  "Sums up summaries, in any order and as often as you like: "
                  "what comes out is a\nsummary again. \"-\" is standard "
                  "input.");
  options.add()("json",
                "as one JSON document on one line (schema "
                "mpheap.summary/1)");
  options.example("merge part*.json", "a fleet");
  if (!options.parse(arguments)) return kDone;

  const std::vector<std::string> paths = options.inputs();
  if (paths.empty()) {
    throw UsageError("which summaries? usage: mpheap merge SUMMARY...");
  }
  FleetSummary all;
  for (const std::string& path : paths) {
    if (merge_summaries(all, read_text(path), path) == 0) {
      throw Error(path + ": holds no summary");
    }
  }
  show(options, all);
  return kDone;
}

}  // namespace libheap::tools
