#include "tools/simulate/simulate.h"

#include <array>

#include "libheap/analysis/pause_findings.h"
#include "libheap/analysis/snapshot_observers.h"
#include "libheap/analysis/state_predictions.h"
#include "libheap/report/pause_profile_json.h"
#include "libheap/report/what_if_report.h"
#include "libheap/simulate/build_workload.h"
#include "libheap/simulate/lifetimes.h"
#include "libheap/simulate/narrowing.h"
#include "libheap/simulate/profile_pauses.h"
#include "libheap/simulate/what_if.h"
#include "libheap/trace/header_settings.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/sizes.h"
#include "tools/common/terminal.h"
#include "tools/common/text_input.h"
#include "tools/common/trace_input.h"

namespace libheap::tools {

namespace {

namespace po = boost::program_options;

void set_threshold(const std::string& text, SimulationSettings& settings) {
  using Threshold = SimulationSettings::Threshold;
  if (text == "recorded") return;
  if (text == "off" || text == "-1") {
    settings.threshold = Threshold::kOff;
    return;
  }
  settings.threshold = Threshold::kBytes;
  settings.threshold_bytes = parse_bytes(text, "--threshold");
}

// What all settings of one call have in common.
SimulationSettings common_settings(const Options& options) {
  SimulationSettings settings;
  if (options.has("heap")) {
    settings.heap_bytes =
        parse_bytes(options.get<std::string>("heap"), "--heap");
  }
  if (options.has("block"))
    settings.block_bytes = options.get<uint32_t>("block");
  if (options.has("release")) {
    const std::string text = options.get<std::string>("release");
    settings.release = parse_release(text);
    if (!settings.release) {
      throw UsageError("--release: \"" + text +
                       "\" is not a release like v1.24.1");
    }
  }
  settings.auto_collect_off = options.has("no-auto-collect");
  settings.drop_explicit = options.has("no-explicit");
  if (options.has("collect-every")) {
    settings.collect_every_ticks = options.get<uint64_t>("collect-every");
  }
  if (options.has("collect-at")) {
    settings.collect_label = options.get<std::string>("collect-at");
  }
  return settings;
}

std::vector<SimulationSettings> all_settings(const Options& options) {
  const SimulationSettings common = common_settings(options);
  std::vector<SimulationSettings> all;
  for (const std::string& threshold :
       split_list(options.get<std::string>("threshold"))) {
    all.push_back(common);
    set_threshold(threshold, all.back());
  }
  if (all.empty()) throw UsageError("--threshold: which?");
  return all;
}

// The user's profile, or the built-in one of the simulated release, at the
// clock the trace gives, with what its snapshots say of the program.
ChosenProfile profile_for_run(const Options& options, const Workload& workload,
                              const HeapConfig& heap,
                              const SnapshotContent& content) {
  if (options.has("profile")) {
    const std::string path = options.get<std::string>("profile");
    ChosenProfile chosen;
    chosen.profile = profile_for(read_pause_profiles(read_text(path), path),
                                 to_string(heap.release));
    return chosen;
  }
  PauseTrace trace;
  trace.release = to_string(heap.release);
  trace.clock_hz = clock_of(workload.header);
  trace.content = content;
  return choose_builtin(trace, 0);
}

void add_options(Options& options) {
  options.add()("threshold",
                po::value<std::string>()
                    ->default_value("recorded")
                    ->value_name("BYTES,..."),
                "gc.threshold instead of the program's own: bytes, \"off\", "
                "\"recorded\"; several answer side by side")(
      "heap", po::value<std::string>()->value_name("SIZE"),
      "memory given to the heap (128K)")(
      "block", po::value<uint32_t>()->value_name("BYTES"),
      "bytes per block, a power of two")(
      "release", po::value<std::string>()->value_name("V"),
      "the collector of another MicroPython release")(
      "no-auto-collect", "gc.disable() from the start, for good")(
      "no-explicit", "leave out the program's own gc.collect()")(
      "collect-every", po::value<uint64_t>()->value_name("N"),
      "a collect at every Nth mpheap.tick()")(
      "collect-at", po::value<std::string>()->value_name("LABEL"),
      "a collect at each mpheap.label(\"LABEL\")")(
      "profile", po::value<std::string>()->value_name("FILE"),
      "the board's pause profile, from mpheap pauses --calibrate")(
      "threads", po::value<unsigned>()->default_value(0)->value_name("N"),
      "how many to use; 0 is one per core")(
      "json", "as one JSON document (schema mpheap.simulate/1)");
  options.offer("threshold", {"off", "recorded"});
  options.example("simulate run.log --threshold 16384",
                  "what gc.threshold(16384) would have done");
  options.example("simulate run.log --threshold off,4K,16K,64K",
                  "several, side by side");
  options.example("simulate run.log --heap 96K", "would a smaller heap do?");
}

}  // namespace

int run_simulate(const Arguments& arguments) {
  Options options(
      "simulate TRACE",
      "Runs the requests of a trace again under other settings: what if the "
      "threshold,\nthe heap or the release had been another? When objects died "
      "is known only between\nrecorded collects, so every answer is an "
      "estimate with the lowest and the highest\nit can have been.");
  add_options(options);
  if (!options.parse(arguments)) return kDone;

  const std::string path = options.required_input();
  const std::vector<SimulationSettings> settings = all_settings(options);
  const std::unique_ptr<EventSource> source = open_input(path, options.quiet());
  SnapshotObservers seen({});
  const std::array<ReplayObserver*, 1> observers = {&seen.all};
  Workload workload = build_workload(*source, observers);
  estimate_deaths(workload);

  const HeapConfig heap = simulated_heap(workload, settings.front()).config;
  const ChosenProfile chosen =
      profile_for_run(options, workload, heap, seen.marks.content());
  const ProfilePauses pauses(chosen.profile, heap,
                             workload.header.mark_stack_entries);
  WhatIfOptions how;
  how.pauses = &pauses;
  how.threads = options.get<unsigned>("threads");
  WhatIfReport report;
  report.source = path;
  report.workload = workload.header.workload;
  report.release = workload.header.release;
  report.answers = what_if(workload, settings, how);
  report.recorded = what_if(workload, {SimulationSettings{}}, how).front();
  report.snapshots = chosen.snapshots;
  report.limits = workload.limits;
  if (const auto advice =
          how_to_narrow(workload, report.recorded.estimate, report.answers)) {
    report.limits.push_back(*advice);
  }
  write_output(options.has("json") ? simulate_json(report)
                                   : simulate_text(report, output_style()));
  return kDone;
}

}  // namespace libheap::tools
