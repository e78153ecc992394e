#include "tools/tune/tune.h"

#include <fmt/format.h>

#include "libheap/analysis/state_predictions.h"
#include "libheap/analysis/tune.h"
#include "libheap/report/pause_profile_json.h"
#include "libheap/report/tune_report.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/sizes.h"
#include "tools/common/terminal.h"
#include "tools/common/text_input.h"
#include "tools/common/trace_input.h"

namespace libheap::tools {

namespace {

namespace po = boost::program_options;

double number_option(const Options& options, const std::string& name,
                     double least, double most) {
  const double value = options.get<double>(name);
  if (!(value >= least && value <= most)) {
    throw UsageError(fmt::format("--{}: from {:g} to {:g}", name, least, most));
  }
  return value;
}

double budget_option(const Options& options) {
  const std::string text = options.get<std::string>("pause-budget");
  const TracePlace place = parse_place(text, "--pause-budget");
  if (!place.is_time || place.value == 0) {
    throw UsageError("--pause-budget: \"" + text +
                     "\" is not a time like 5ms or 800us");
  }
  return static_cast<double>(place.value);
}

TuneOptions tune_options(const Options& options) {
  TuneOptions tune;
  if (options.has("pause-budget")) {
    tune.pause_budget_us = budget_option(options);
  }
  if (options.has("rate")) {
    tune.iterations_per_second = number_option(options, "rate", 1e-3, 1e6);
  }
  if (options.has("largest")) {
    tune.largest_bytes =
        parse_bytes(options.get<std::string>("largest"), "--largest");
  }
  if (options.has("clock")) {
    tune.clock_hz =
        static_cast<uint64_t>(number_option(options, "clock", 1, 10'000) * 1e6);
  }
  tune.margin = number_option(options, "margin", 1, 100);
  tune.threads = options.get<unsigned>("threads");
  return tune;
}

void add_options(Options& options) {
  options.add()("pause-budget", po::value<std::string>()->value_name("TIME"),
                "the longest pause your loop can stand: 5ms, 800us; without "
                "it, one iteration")(
      "rate", po::value<double>()->value_name("HZ"),
      "iterations of your loop per second; without it, mpheap.tick() tells")(
      "largest", po::value<std::string>()->value_name("SIZE"),
      "the largest allocation that must always find room; without it, the "
      "loop's largest")(
      "margin",
      po::value<double>()->default_value(1.25, "1.25")->value_name("X"),
      "so many times the largest must be free")(
      "profile", po::value<std::string>()->value_name("FILE"),
      "the board's pause profile, from mpheap pauses --calibrate")(
      "clock", po::value<double>()->value_name("MHZ"),
      "the board's clock, for the built-in profiles")(
      "all", "every candidate, not only the telling ones")(
      "threads", po::value<unsigned>()->default_value(0)->value_name("N"),
      "how many to use; 0 is one per core")(
      "json", "as one JSON document (schema mpheap.tune/1)");
  options.example("tune run.mpheap", "what to pass to gc.threshold");
  options.example("tune run.mpheap --pause-budget 5ms --rate 200",
                  "for a loop at 200 Hz that can stand 5 ms");
}

}  // namespace

int run_tune(const Arguments& arguments) {
  Options options(
      "tune TRACE",
      "Recommends one line of code: a gc.threshold, or another strategy for "
      "the collector.\nPuts some 70 thresholds to the requests of the trace, "
      "and chooses the largest under\nwhich nothing fails, the largest request "
      "always finds room, and pauses stay within\nthe budget.");
  add_options(options);
  if (!options.parse(arguments)) return kDone;

  const std::string path = options.required_input();
  TuneOptions how = tune_options(options);
  const std::unique_ptr<EventSource> source = open_input(path, options.quiet());
  const TuneTrace trace = read_for_tune(*source);
  if (options.has("profile")) {
    const std::string file = options.get<std::string>("profile");
    how.profile = profile_for(read_pause_profiles(read_text(file), file),
                              trace.workload.header.release);
  }
  TuneFindings found = tune(trace, how);
  found.source = path;
  write_output(options.has("json")
                   ? tune_json(found)
                   : tune_text(found, {options.has("all")}, output_style()));
  return kDone;
}

}  // namespace libheap::tools
