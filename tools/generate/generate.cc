#include "tools/generate/generate.h"

#include <fmt/format.h>

#include "libheap/replay/log_recorder.h"
#include "libheap/replay/replayer.h"
#include "libheap/replay/trace_recorder.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"
#include "libheap/simulate/synthetic_trace.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/sizes.h"

namespace libheap::tools {

namespace {

namespace po = boost::program_options;

// Four months: a clock of 48 bits of us goes on for nine years.
constexpr double kMostSeconds = 1e7;

std::string list_text() {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const SyntheticProgramKind& kind : synthetic_programs()) {
    rows.emplace_back(kind.name, kind.about);
  }
  return text_facts(rows, 0);
}

SyntheticPlan plan_for(const SyntheticProgramKind& kind,
                       const Options& options) {
  SyntheticPlan plan;
  plan.seed = options.get<uint64_t>("seed");
  plan.device.pause_us = kind.pause_us;
  plan.device.heap_bytes = kind.heap_bytes;
  const double seconds = options.get<double>("seconds");
  if (!(seconds >= 0 && seconds <= kMostSeconds)) {
    throw UsageError(fmt::format("--seconds: from 0 to {}", kMostSeconds));
  }
  plan.rounds = static_cast<uint64_t>(seconds * 1e6 /
                                      static_cast<double>(kind.period_us));
  if (options.has("events")) {
    plan.events = options.get<uint64_t>("events");
    plan.rounds = UINT64_MAX;
  }
  if (options.has("heap")) {
    plan.device.heap_bytes =
        parse_bytes(options.get<std::string>("heap"), "--heap");
  }
  if (options.has("threshold")) {
    plan.device.threshold_bytes =
        parse_bytes(options.get<std::string>("threshold"), "--threshold");
  }
  if (options.has("release")) {
    const std::string text = options.get<std::string>("release");
    const std::optional<Release> release = parse_release(text);
    if (!release) {
      throw UsageError("--release: \"" + text +
                       "\" is not a release like v1.24.1");
    }
    plan.device.release = *release;
  }
  return plan;
}

// As text unless the name asks for packets.
template <typename Recorder>
void record(SyntheticTrace& trace, Recorder& recorder) {
  Replayer replayer(trace);
  replayer.observe_records(&recorder);
  replayer.run();
  recorder.finish();
}

void write_trace(SyntheticTrace& trace, const std::string& output) {
  const std::unique_ptr<ByteSink> sink =
      open_byte_sink(output, compression_for(output));
  if (output.ends_with(".mpheap")) {
    TraceRecorder recorder(*sink, {});
    record(trace, recorder);
  } else {
    LogRecorder recorder(*sink);
    record(trace, recorder);
  }
  sink->finish();
}

void add_options(Options& options) {
  options.add()("output,o", po::value<std::string>()->value_name("FILE"),
                "where to: .mpheap is a trace as a device sends it, others are "
                "text event logs (.gz, .zst compress)")(
      "list", "the programs there are")(
      "seed", po::value<uint64_t>()->default_value(1)->value_name("N"),
      "the same seed is the same program")(
      "seconds", po::value<double>()->default_value(20)->value_name("S"),
      "how long the program runs, on its own clock")(
      "events", po::value<uint64_t>()->value_name("N"),
      "until so many events, instead")(
      "heap", po::value<std::string>()->value_name("SIZE"),
      "memory given to the heap (233K)")(
      "threshold", po::value<std::string>()->value_name("BYTES"),
      "gc.threshold; off if not given")(
      "release", po::value<std::string>()->value_name("V"),
      "MicroPython release (v1.24.1)");
  std::vector<std::string> programs;
  for (const SyntheticProgramKind& kind : synthetic_programs()) {
    programs.emplace_back(kind.name);
  }
  options.offer_operands(std::move(programs));
  options.example("generate --list", "what there is");
  options.example("generate pid -o pid.mpheap --threshold 16K",
                  "20 s of a PID loop");
}

}  // namespace

int run_generate(const Arguments& arguments) {
  Options options("generate PROGRAM -o FILE",
                  "Runs a small synthetic program against the model of the "
                  "heap and writes its trace:\nthe same seed gives the same "
                  "requests, whatever the heap and the threshold.");
  add_options(options);
  if (!options.parse(arguments)) return kDone;
  if (options.has("list")) {
    write_output(list_text());
    return kDone;
  }
  if (options.inputs().empty()) {
    throw UsageError("which program? mpheap generate --list shows them");
  }
  const std::string name = options.required_input();
  const SyntheticProgramKind* kind = find_synthetic_program(name);
  if (kind == nullptr) {
    throw UsageError("no program \"" + name + "\"; see mpheap generate --list");
  }
  if (!options.has("output")) throw UsageError("where to? use -o FILE");
  const std::string output = options.get<std::string>("output");
  SyntheticTrace trace(*kind, plan_for(*kind, options));
  write_trace(trace, output);
  if (output != "-") {
    write_output(fmt::format("{}: {}, {} of them collects, {}\n", output,
                             counted(trace.device().events(), "event"),
                             with_commas(trace.device().collects()),
                             human_time(trace.device().now_us())));
  }
  return kDone;
}

}  // namespace libheap::tools
