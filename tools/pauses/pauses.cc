#include "tools/pauses/pauses.h"

#include <spdlog/spdlog.h>

#include "libheap/analysis/pause_calibration.h"
#include "libheap/analysis/pause_curve.h"
#include "libheap/analysis/pauses.h"
#include "libheap/analysis/snapshot_observers.h"
#include "libheap/base/error.h"
#include "libheap/replay/replayer.h"
#include "libheap/report/json_pauses.h"
#include "libheap/report/pause_profile_json.h"
#include "libheap/report/pause_words.h"
#include "libheap/report/text_pauses.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/terminal.h"
#include "tools/common/text_input.h"
#include "tools/common/trace_input.h"

namespace libheap::tools {
namespace {

namespace po = boost::program_options;

std::string text_option(const Options& options, const std::string& name) {
  return options.has(name) ? options.get<std::string>(name) : std::string();
}

// 0 where the trace shall say.
uint64_t clock_option(const Options& options) {
  if (!options.has("clock")) return 0;
  const double megahertz = options.get<double>("clock");
  if (!(megahertz >= 1 && megahertz <= 10'000)) {
    throw UsageError("--clock: from 1 to 10000 MHz");
  }
  return static_cast<uint64_t>(megahertz * 1e6);
}

std::vector<PauseProfile> profiles_option(const Options& options) {
  const std::string path = text_option(options, "profile");
  if (path.empty()) return {};
  return read_pause_profiles(read_text(path), path);
}

struct ReadTrace {
  PauseTrace pauses;
  // The snapshot whose collect takes longest.
  std::optional<GraphFindings> longest_snapshot;
};

std::optional<GraphFindings> graph_of(
    const std::optional<GraphRecording>& recorded) {
  if (!recorded) return std::nullopt;
  return analyse_graph(*recorded, ElfSymbols(), GraphOptions());
}

ReadTrace read_trace(const std::string& path, const Options& options) {
  const std::unique_ptr<EventSource> source = open_input(path, options.quiet());
  Replayer replayer(*source);
  SnapshotObservers seen({SnapshotChoice{.longest = true}});
  PauseAnalysis pauses(&seen.marks);
  replayer.observe(&seen.all);
  replayer.observe(&pauses);
  replayer.run();
  if (replayer.result().divergences != 0 || source->damage().count() != 0) {
    spdlog::warn(
        "{}: {} divergences, {} damaged places; `mpheap replay` shows them",
        path, replayer.result().divergences, source->damage().count());
  }
  return {pauses.trace(), graph_of(seen.snapshots.kept(0))};
}

ChosenProfile choose(const PauseTrace& trace, const Options& options) {
  const std::vector<PauseProfile> profiles = profiles_option(options);
  if (profiles.empty()) return choose_builtin(trace, clock_option(options));
  ChosenProfile chosen;
  chosen.profile = profile_for(profiles, trace.release);
  chosen.origin = ProfileOrigin::kFile;
  return chosen;
}

PauseFindings judged(const std::string& path, const Options& options) {
  ReadTrace trace = read_trace(path, options);
  const ChosenProfile chosen = choose(trace.pauses, options);
  PauseFindings findings = judge_pauses(std::move(trace.pauses), chosen);
  findings.longest_snapshot = std::move(trace.longest_snapshot);
  findings.source = path;
  return findings;
}

// The same pauses, judged by another profile.
PauseFindings judged_again(const PauseFindings& findings,
                           const ChosenProfile& chosen) {
  PauseTrace trace = findings.trace;
  trace.all = findings.all;
  for (const JudgedTracePause& one : findings.pauses) {
    trace.pauses.push_back(one.pause);
  }
  PauseFindings again = judge_pauses(std::move(trace), chosen);
  again.longest_snapshot = findings.longest_snapshot;
  again.source = findings.source;
  return again;
}

void write_findings(const PauseFindings& findings, const Options& options) {
  const bool curve = options.has("curve");
  const PauseCurve points = curve ? pause_curve(findings) : PauseCurve();
  if (options.has("json")) {
    write_output(pauses_json(findings, points));
  } else if (curve) {
    write_output(pause_curve_text(findings, points, output_style()));
  } else {
    write_output(pauses_text(findings, output_style()));
  }
}

int show_trace(const Options& options) {
  write_findings(judged(options.required_input(), options), options);
  return kDone;
}

// Only the first trace's pauses are shown; all of them are fitted to.
int calibrate_to_traces(const Options& options) {
  std::vector<PauseFindings> traces;
  for (const std::string& path : options.inputs()) {
    traces.push_back(judged(path, options));
    if (traces.back().trace.release != traces.front().trace.release) {
      throw Error(path + " is of " + traces.back().trace.release + ", " +
                  options.inputs().front() + " of " +
                  traces.front().trace.release +
                  ": a profile is for one release");
    }
  }
  std::string name = text_option(options, "name");
  if (name.empty()) name = "fitted-" + traces.front().trace.release;
  const ChosenProfile chosen = calibrate(traces, traces.front().chosen, name);
  const std::string output = text_option(options, "output");
  if (!output.empty()) {
    write_file(output, pause_profiles_json({&chosen.profile, 1}));
  }
  write_findings(judged_again(traces.front(), chosen), options);
  return kDone;
}

// --- Tables of heap states
// ----------------------------------------------------

std::vector<PauseStateRow> read_states(const Options& options) {
  const std::string path = text_option(options, "states");
  return read_pause_states(read_text(path), path,
                           text_option(options, "release"));
}

Given given_option(const Options& options) {
  const std::string given = options.get<std::string>("given");
  if (given == "heap") return Given::kHeap;
  if (given == "passes") return Given::kPasses;
  if (given == "all") return Given::kCounts;
  throw UsageError("--given: \"" + given + "\" is not heap, passes or all");
}

int show_states(const Options& options) {
  const std::vector<PauseStateRow> rows = read_states(options);
  const std::vector<PauseProfile> profiles = profiles_option(options);
  const Given given = given_option(options);
  const StatePredictions predictions = predict_states(rows, profiles, given);
  if (options.has("json")) {
    write_output(states_json(predictions));
    return kDone;
  }
  std::vector<StatePredictions> scores;
  for (const Given less : {Given::kHeap, Given::kPasses, Given::kCounts}) {
    if (less <= given) scores.push_back(predict_states(rows, profiles, less));
  }
  write_output(states_text(predictions, scores, output_style()));
  return kDone;
}

int calibrate_to_states(const Options& options) {
  std::vector<MeasuredPause> pauses;
  for (const PauseStateRow& row : read_states(options)) {
    if (!row.measured) continue;
    if (!row.pause.state.visits || !row.pause.state.rescan_passes) {
      throw Error(text_option(options, "states") + ":" +
                  std::to_string(row.line) +
                  ": a fit needs rescan_passes, scanned_objects, "
                  "scanned_words, aligned_words and heap_ptrs");
    }
    pauses.push_back(row.pause);
  }
  if (pauses.size() < kPausesToFit) {
    throw Error(text_option(options, "states") + ": " +
                std::to_string(pauses.size()) +
                " measured rows are too few to fit a profile (" +
                std::to_string(kPausesToFit) + " are needed)");
  }
  const uint64_t clock = clock_option(options);
  std::string name = text_option(options, "name");
  if (name.empty()) name = "rp2040";
  const PauseFit fit =
      fit_pause_profiles(pauses, name, clock == 0 ? 125'000'000 : clock);
  const std::string output = text_option(options, "output");
  if (!output.empty()) write_file(output, pause_profiles_json(fit.profiles));
  if (output == "-") return kDone;
  write_output(options.has("json") ? pause_fit_json(fit)
                                   : pause_fit_text(fit, output_style()));
  return kDone;
}

Options pauses_options() {
  Options options(
      "pauses TRACE",
      "How long collects stop the program: measured (lengths, worst stretches, "
      "which\nloop iteration), explained (roots, objects, words, sweep, "
      "rescans) "
      "and predicted,\nwith 95 % intervals. Profiles of the RP2040 at 125 MHz "
      "are built in.");
  options.add()("json", "as one JSON document (schema mpheap.pauses/1)")(
      "profile", po::value<std::string>()->value_name("FILE"),
      "predict with the profile in FILE")(
      "clock", po::value<double>()->value_name("MHZ"),
      "the board's clock, for the built-in profiles")(
      "curve", "the pause against the number of live objects")(
      "calibrate", "fit a profile to the collects of the TRACEs (or --states)")(
      "output,o", po::value<std::string>()->value_name("FILE"),
      "with --calibrate: write the profile")(
      "name", po::value<std::string>()->value_name("NAME"),
      "with --calibrate: what the profile is called")(
      "states", po::value<std::string>()->value_name("FILE.csv"),
      "predict for a table of heap states instead of a trace")(
      "release", po::value<std::string>()->value_name("VERSION"),
      "of rows of --states without one")(
      "given",
      po::value<std::string>()->value_name("WHAT")->default_value("all"),
      "what --states may use: heap, passes, all");
  options.offer("given", {"heap", "passes", "all"});
  options.example("pauses run.mpheap", "measured, explained, predicted");
  options.example("pauses run.mpheap --curve", "against live objects");
  options.example("pauses --calibrate a.mpheap -o me.json", "fit a board");
  options.example("pauses b.mpheap --profile me.json", "and use it");
  return options;
}

void check_options(const Options& options) {
  const bool states = options.has("states");
  if (states && !options.inputs().empty()) {
    throw UsageError("--states takes the place of a trace");
  }
  if (states && options.has("curve")) {
    throw UsageError("--curve needs a trace");
  }
  if (options.has("output") && !options.has("calibrate")) {
    throw UsageError("--output is for --calibrate");
  }
  if (options.has("json") && text_option(options, "output") == "-") {
    throw UsageError("--json and --output - would both go to standard output");
  }
}

}  // namespace

int run_pauses(const Arguments& arguments) {
  Options options = pauses_options();
  if (!options.parse(arguments)) return kDone;
  check_options(options);
  const bool calibrating = options.has("calibrate");
  if (options.has("states")) {
    return calibrating ? calibrate_to_states(options) : show_states(options);
  }
  if (calibrating && !options.inputs().empty()) {
    return calibrate_to_traces(options);
  }
  return show_trace(options);
}

}  // namespace libheap::tools
