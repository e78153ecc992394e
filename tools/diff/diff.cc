#include "tools/diff/diff.h"

#include <spdlog/spdlog.h>

#include "libheap/analysis/trace_diff.h"
#include "libheap/report/diff_report.h"
#include "libheap/report/units.h"
#include "tools/common/named_runtime.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/terminal.h"
#include "tools/common/trace_input.h"

namespace libheap::tools {

namespace {

namespace po = boost::program_options;

// One comparison in twenty may find something where nothing is but the noise
// within the two traces.
constexpr double kRisk = 0.05;

TraceProfile read_profile(const std::string& path, const Options& options) {
  const std::unique_ptr<EventSource> source = with_runtime_names(
      open_input(path, options.quiet()), elf_option(options));
  TraceProfile profile = profile_trace(*source, path);
  if (profile.divergences + profile.damage != 0) {
    spdlog::warn(
        "{}: {}, {}; the numbers are as good as the trace (mpheap replay says "
        "more)",
        path, counted(profile.divergences, "divergence"),
        counted(profile.damage, "damaged place"));
  }
  return profile;
}

}  // namespace

int run_diff(const Arguments& arguments) {
  Options options(
      "diff A B",
      "Two traces side by side: what each asks of its heap, collects, pauses, "
      "free runs,\nwho allocates. Says what differs by more than each trace "
      "varies by itself.");
  options.add()("all", "also what does not differ")(
      "top", po::value<size_t>()->default_value(20)->value_name("N"),
      "how many functions or sizes; 0: all")(
      "html", po::value<std::string>()->value_name("FILE"),
      "write it as one self-contained page; - is standard output")(
      "json", "as one JSON document (schema mpheap.diff/1)");
  add_elf_option(options);
  options.example("diff before.mpheap after.mpheap", "did the change help?");
  if (!options.parse(arguments)) return kDone;

  const std::vector<std::string> inputs = options.inputs();
  if (inputs.size() != 2) {
    throw UsageError("two traces, A and B: usage: mpheap diff A B");
  }
  const TraceProfile a = read_profile(inputs[0], options);
  const TraceProfile b = read_profile(inputs[1], options);
  const DiffFindings found = diff_traces(a, b, kRisk);
  const std::string html =
      options.has("html") ? options.get<std::string>("html") : std::string();
  if (html == "-" && options.has("json")) {
    throw UsageError("--json and --html - would both go to standard output");
  }
  if (!html.empty()) write_file(html, diff_html(found));
  if (options.has("json")) {
    write_output(diff_json(found));
  } else if (html != "-") {
    write_output(diff_text(found, options.has("all"),
                           options.get<size_t>("top"), output_style()));
  }
  return kDone;
}

}  // namespace libheap::tools
