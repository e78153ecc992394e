#include "tools/capture/capture.h"

#include <charconv>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "libheap/base/in_quotes.h"
#include "libheap/report/capture_report.h"
#include "tools/capture/capture_session.h"
#include "tools/capture/serial_ports.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/terminal.h"

namespace libheap::tools {

namespace {

namespace po = boost::program_options;

constexpr uint32_t kMinBaud = 300;
constexpr uint32_t kMaxBaud = 3'000'000;
constexpr double kMaxDuration = 1e15;  // us; thirty years

// "10s", "500ms", "5min", "2h"; without a unit, seconds.
uint64_t parse_duration(const std::string& text) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {
      {"", 1e6}, {"ms", 1e3}, {"s", 1e6}, {"min", 60e6}, {"h", 3600e6}};
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc()) {
    const std::string_view unit(stop, static_cast<size_t>(end - stop));
    for (const auto& [name, scale] : kUnits) {
      const double value = number * scale;
      if (unit == name && value > 0 && value < kMaxDuration) {
        return static_cast<uint64_t>(std::ceil(value));
      }
    }
  }
  throw UsageError(fmt::format("--duration: {} is no time like 10s or 5min",
                               in_quotes(text)));
}

uint32_t parse_baud(uint64_t baud) {
  if (baud < kMinBaud || baud > kMaxBaud) {
    throw UsageError(fmt::format("--baud: {} is not between {} and {}", baud,
                                 kMinBaud, kMaxBaud));
  }
  return static_cast<uint32_t>(baud);
}

std::string port_of(const Options& options) {
  if (!options.has("input")) {
    throw UsageError(
        "which port? a device, \"auto\", a USB id, a file or -; "
        "--list shows the ports");
  }
  const auto& words = options.get<std::vector<std::string>>("input");
  if (words.size() > 1) {
    throw UsageError(fmt::format("one port at a time: {} and {}",
                                 in_quotes(words[0]), in_quotes(words[1])));
  }
  return words.front();
}

CaptureOptions session_options(const Options& options) {
  CaptureOptions capture;
  capture.port = port_of(options);
  if (!options.has("output")) {
    throw UsageError("where to? -o FILE.mpheap");
  }
  capture.file = options.get<std::string>("output");
  capture.baud = parse_baud(options.get<uint64_t>("baud"));
  if (options.has("duration")) {
    capture.duration_us = parse_duration(options.get<std::string>("duration"));
  }
  if (options.has("until")) {
    capture.until_label = options.get<std::string>("until");
    if (capture.until_label.empty()) throw UsageError("--until: which label?");
  }
  capture.force = options.has("force");
  capture.reconnect = !options.has("no-reconnect");
  capture.console = options.has("console");
  capture.quiet = options.quiet();
  if (options.has("serve")) {
    capture.serve = parse_serve_address(options.get<std::string>("serve"));
  }
  const int on_stdout = (capture.file == "-" ? 1 : 0) +
                        (capture.console ? 1 : 0) +
                        (options.has("json") ? 1 : 0);
  if (on_stdout > 1) {
    throw UsageError(
        "only one of -o -, --console and --json can have standard output");
  }
  return capture;
}

void list_ports(bool json) {
  const std::vector<PortFacts> ports = list_serial_ports();
  write_output(json ? ports_json(ports) : ports_text(ports, output_style()));
}

void add_options(Options& options) {
  options.add()("output,o", po::value<std::string>()->value_name("FILE"),
                "the trace to write; - is standard output")(
      "baud,b", po::value<uint64_t>()->default_value(921'600)->value_name("N"),
      "the serial port's speed, up to 3000000")(
      "duration", po::value<std::string>()->value_name("TIME"),
      "end after this time: 10s, 500ms, 5min, 2h")(
      "until", po::value<std::string>()->value_name("LABEL"),
      "end when the program gives this label, mpheap.label(\"...\")")(
      "console", "what the program prints, on standard output as it comes")(
      "serve", po::value<std::string>()->value_name("ADDRESS:PORT"),
      "show it live on a page: --serve picks a free port of 127.0.0.1, "
      "--serve=8080 takes that one")("force,f", "replace FILE if it exists")(
      "no-reconnect", "end when the port goes away, instead of waiting for it")(
      "list,l", "list the serial ports")(
      "json", "the summary, or the list, as JSON (schema mpheap.capture/1)");
  options.make_optional("serve", "127.0.0.1");
  options.example("capture --list", "which ports are there?");
  options.example("capture auto -o run.mpheap", "the one board; Ctrl-C ends");
  options.example("capture /dev/ttyUSB0 -o a.mpheap -b 3000000",
                  "at full speed");
  options.example("capture auto -o a.mpheap --duration 30s", "half a minute");
  options.example("capture auto -o a.mpheap --serve",
                  "and a page that shows it live");
}

}  // namespace

int run_capture(const Arguments& arguments) {
  Options options(
      "capture PORT -o FILE",
      "Writes what a traced device sends into a trace. PORT is a serial device "
      "or pty, \"auto\"\n(the one board or USB adapter found), a USB id "
      "VID:PID, a USB serial number, a file, a\nFIFO, or - for standard input. "
      "Every byte is in FILE as soon as it is received. Ends\nwith Ctrl-C, or "
      "as told. A port that goes away is waited for.");
  add_options(options);
  if (!options.parse(arguments)) return kDone;
  if (options.has("list")) {
    list_ports(options.has("json"));
    return kDone;
  }
  const CaptureOptions capture = session_options(options);
  const CaptureFacts facts = run_capture_session(capture);
  if (options.has("json")) write_output(capture_json(facts));
  spdlog::info("{}: {}", facts.file, capture_text(facts));
  return kDone;
}

}  // namespace libheap::tools
