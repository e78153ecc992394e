#include "tools/convert/convert.h"

#include <filesystem>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "libheap/replay/log_recorder.h"
#include "libheap/replay/replayer.h"
#include "libheap/replay/trace_recorder.h"
#include "libheap/report/json_report.h"
#include "libheap/report/units.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/trace_input.h"

namespace libheap::tools {

namespace {

namespace po = boost::program_options;

RecorderOptions recorder_options(const Options& options) {
  RecorderOptions recorder;
  const std::string mode = options.get<std::string>("mode");
  if (mode != "compact" && mode != "verify") {
    throw UsageError(
        fmt::format("--mode: \"{}\" is neither compact nor verify", mode));
  }
  recorder.verify = mode == "verify";
  const std::string time = options.get<std::string>("time");
  if (time == "1us") {
    recorder.time = RecorderOptions::Time::k1us;
  } else if (time == "16us") {
    recorder.time = RecorderOptions::Time::k16us;
  } else if (time == "packet") {
    recorder.time = RecorderOptions::Time::kPacket;
  } else {
    throw UsageError(
        fmt::format("--time: \"{}\" is not 1us, 16us or packet", time));
  }
  return recorder;
}

// Counts what passes, for bytes per event.
class CountingSink : public ByteSink {
 public:
  explicit CountingSink(ByteSink& to) : to_(to) {}
  void write(std::string_view bytes) override {
    bytes_ += bytes.size();
    to_.write(bytes);
  }
  void finish() override { to_.finish(); }
  [[nodiscard]] uint64_t bytes() const { return bytes_; }

 private:
  ByteSink& to_;
  uint64_t bytes_ = 0;
};

void say(const Options& options, const std::string& output,
         const Conversion& done) {
  if (options.has("json")) {
    write_output(convert_json(done));
  } else if (output != "-") {
    write_output(fmt::format("{}: {}, {} bytes, {:.3f} bytes per event\n",
                             output, counted(done.events, "event"),
                             with_commas(done.bytes), bytes_per_event(done)));
  }
}

}  // namespace

int run_convert(const Arguments& arguments) {
  Options options(
      "convert TRACE -o FILE",
      "Makes a .mpheap trace of a text event log, or a text event log of a "
      ".mpheap trace.\nPrints how many bytes an event takes.");
  options.add()("output,o", po::value<std::string>()->value_name("FILE"),
                "where to (\"-\" is standard output); .gz and .zst compress")(
      "mode",
      po::value<std::string>()->default_value("compact")->value_name(
          "compact|verify"),
      "requests only, or with every address")(
      "time",
      po::value<std::string>()->default_value("1us")->value_name(
          "1us|16us|packet"),
      "resolution of times; of no matter for a log without")(
      "json", "sizes as one JSON document (schema mpheap.convert/1)");
  options.example("convert run.log -o run.mpheap", "as a device sends it");
  options.example("convert run.mpheap -o run.log", "as text, every address");
  if (!options.parse(arguments)) return kDone;

  const std::string path = options.required_input();
  if (!options.has("output")) throw UsageError("where to? use -o FILE");
  const std::string output = options.get<std::string>("output");
  if (output == "-" && options.has("json")) {
    throw UsageError("--json and -o - would both go to standard output");
  }
  RecorderOptions recorder_settings = recorder_options(options);
  std::error_code none;
  if (std::filesystem::equivalent(path, output, none)) {
    throw UsageError(output + ": the trace itself; choose another output");
  }
  const std::unique_ptr<EventSource> source = open_input(path, options.quiet());
  const std::unique_ptr<ByteSink> file =
      open_byte_sink(output, compression_for(output));
  CountingSink sink(*file);
  Replayer replayer(*source);
  if (source->header().is_text_log()) {
    TraceRecorder recorder(sink, recorder_settings);
    replayer.observe_records(&recorder);
    replayer.run();
    recorder.finish();
  } else {
    LogRecorder recorder(sink);
    replayer.observe_records(&recorder);
    replayer.run();
    recorder.finish();
  }
  sink.finish();
  if (replayer.result().divergences != 0) {
    spdlog::warn("{}: {}; what was written follows the model", path,
                 counted(replayer.result().divergences, "divergence"));
  }
  say(options, output, {replayer.result().events, sink.bytes()});
  return kDone;
}

}  // namespace libheap::tools
