#include "tools/sites/sites.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "libheap/analysis/sites.h"
#include "libheap/base/in_quotes.h"
#include "libheap/replay/replayer.h"
#include "libheap/report/sites_report.h"
#include "libheap/report/units.h"
#include "tools/common/named_runtime.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/terminal.h"
#include "tools/common/trace_input.h"
#include "tools/sites/runtime_functions.h"

namespace libheap::tools {

namespace {

namespace po = boost::program_options;

constexpr size_t kUnresolvedShown = 3;

SiteView view_of(const Options& options) {
  SiteView view;
  const auto& by = options.get<std::string>("by");
  const auto grouping = site_grouping(by);
  if (!grouping) {
    throw UsageError(
        fmt::format("--by: {} is none of line, function, file, runtime, size",
                    in_quotes(by)));
  }
  const auto& sort = options.get<std::string>("sort");
  const auto order = site_order(sort);
  if (!order) {
    throw UsageError(fmt::format(
        "--sort: {} is none of blocks, objects, garbage, live, lifetime",
        in_quotes(sort)));
  }
  if (options.has("folded") && *order == SiteOrder::kLifetime) {
    throw UsageError(
        "--folded: a lifetime is no weight; --sort blocks, "
        "objects, garbage or live");
  }
  if (options.has("folded") && options.has("json")) {
    throw UsageError("--folded and --json: one of them");
  }
  view.by = *grouping;
  view.order = *order;
  view.top = options.get<size_t>("top");
  return view;
}

SiteFindings find_sites(const std::string& path, bool quiet) {
  const std::unique_ptr<EventSource> source = open_input(path, quiet);
  Replayer replayer(*source);
  LiveObjects objects;
  SiteAnalysis sites(objects);
  replayer.observe(&sites);
  replayer.observe(&objects);
  replayer.run();
  const uint64_t divergences = replayer.result().divergences;
  const uint64_t damage = source->damage().count();
  if (divergences + damage != 0) {
    spdlog::warn(
        "{}: {}, {}; the numbers are as good as the trace (mpheap "
        "replay says more)",
        path, counted(divergences, "divergence"),
        counted(damage, "damaged place"));
  }
  return sites.findings(replayer.result());
}

// The device sends addresses; says which of them have no name.
void say_unresolved(const std::vector<RuntimeFunction>& functions,
                    const std::string& elf) {
  std::vector<std::string> unresolved;
  for (const RuntimeFunction& one : functions) {
    if (one.name.empty()) unresolved.push_back(one.address);
  }
  if (unresolved.empty()) return;
  if (elf.empty()) {
    spdlog::warn("{} sent as addresses: --elf FIRMWARE.elf gives the names",
                 counted(unresolved.size(), "runtime function"));
    return;
  }
  std::string some = unresolved[0];
  const size_t shown = std::min(unresolved.size(), kUnresolvedShown);
  for (size_t i = 1; i < shown; ++i) some += ", " + unresolved[i];
  if (shown < unresolved.size()) some += ", ...";
  spdlog::warn(
      "{}: holds no function at {} of {} sent ({}); is it the firmware that "
      "ran?",
      elf, unresolved.size(), counted(functions.size(), "caller"), some);
}

void add_options(Options& options) {
  options.add()(
      "by", po::value<std::string>()->default_value("line")->value_name("WHAT"),
      "line, function, file, runtime (the C function that asked) or size")(
      "sort",
      po::value<std::string>()->default_value("blocks")->value_name("WHAT"),
      "blocks, objects, garbage, live or lifetime: the largest first")(
      "top", po::value<size_t>()->default_value(20)->value_name("N"),
      "how many rows; 0: all")(
      "folded", "folded stacks for flame-graph tools, weighted by --sort")(
      "json", "as one JSON document (schema mpheap.sites/1)");
  add_elf_option(options);
  options.offer("by", {"line", "function", "file", "runtime", "size"});
  options.offer("sort", {"blocks", "objects", "garbage", "live", "lifetime"});
  options.example("sites run.mpheap", "which Python lines allocate?");
  options.example("sites run.mpheap --sort garbage",
                  "... what is thrown away?");
  options.example("sites run.mpheap --by runtime --elf fw.elf",
                  "floats, lists, bound methods?");
  options.example("sites run.mpheap --folded > run.folded",
                  "for flamegraph.pl or speedscope");
}

}  // namespace

int run_sites(const Arguments& arguments) {
  Options options(
      "sites TRACE",
      "Who allocates: by Python line, function, file or runtime function, how "
      "much, how much\nof it becomes garbage, how long it lives and what is "
      "still live. Needs a trace with\nsites (mpheap.start(sites=True)); any "
      "trace can be shown by size.");
  add_options(options);
  if (!options.parse(arguments)) return kDone;

  const SiteView view = view_of(options);
  const std::string path = options.required_input();
  const std::string elf = elf_option(options);
  std::optional<FirmwareSymbols> symbols;
  if (!elf.empty()) symbols.emplace(elf);

  SiteFindings found = find_sites(path, options.quiet());
  const std::vector<RuntimeFunction> functions =
      name_runtime_functions(found, symbols ? &*symbols : nullptr);
  say_unresolved(functions, elf);
  if (options.has("json")) {
    write_output(sites_json(found, view, functions));
  } else if (options.has("folded")) {
    write_output(folded_stacks(found, view.order));
  } else {
    write_output(sites_text(found, view, output_style()));
  }
  return kDone;
}

}  // namespace libheap::tools
