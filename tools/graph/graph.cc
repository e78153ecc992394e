#include "tools/graph/graph.h"

#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "libheap/analysis/graph_findings.h"
#include "libheap/analysis/trace_snapshots.h"
#include "libheap/base/error.h"
#include "libheap/replay/replayer.h"
#include "libheap/report/graph_report.h"
#include "libheap/report/snapshot_file.h"
#include "tools/common/options.h"
#include "tools/common/output.h"
#include "tools/common/terminal.h"
#include "tools/common/trace_input.h"

namespace libheap::tools {

namespace {

namespace po = boost::program_options;

constexpr size_t kTop = 10;
constexpr size_t kTopInPicture = 60;
constexpr uint64_t kMostEntries = 1U << 24;

template <typename Number>
bool read_number(std::string_view digits, int base, Number& number) {
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number, base);
  return error == std::errc() && stop == end;
}

// "812", "1:812" or "0x20007a40".
AskedObject parse_asked(std::string_view text, const std::string& option) {
  AskedObject asked;
  const size_t colon = text.find(':');
  const bool in_area = colon != text.npos;
  const bool hex = !in_area && text.substr(0, 2) == "0x";
  const bool right =
      (!in_area || read_number(text.substr(0, colon), 10, asked.area)) &&
      (hex ? read_number(text.substr(2), 16, asked.number)
           : read_number(text.substr(in_area ? colon + 1 : 0), 10,
                         asked.number));
  if (!right) {
    throw UsageError(
        fmt::format("{}: \"{}\" is neither a block number nor an address like "
                    "0x20007a40",
                    option, text));
  }
  return asked;
}

GraphOptions graph_options(const Options& options) {
  GraphOptions graph;
  graph.top = options.has("dot") ? kTopInPicture : kTop;
  if (options.has("top")) graph.top = options.get<size_t>("top");
  if (graph.top == 0) graph.top = std::numeric_limits<size_t>::max();
  if (options.has("mark-stack")) {
    for (const uint64_t entries :
         options.get<std::vector<uint64_t>>("mark-stack")) {
      if (entries == 0 || entries > kMostEntries) {
        throw UsageError(fmt::format("--mark-stack: {} is not from 1 to {}",
                                     entries, kMostEntries));
      }
      graph.mark_stacks.push_back(static_cast<uint32_t>(entries));
    }
  }
  if (options.has("why")) {
    graph.asked = parse_asked(options.get<std::string>("why"), "--why");
  }
  return graph;
}

SnapshotChoice choice_of(const Options& options) {
  SnapshotChoice choice;
  if (options.has("snapshot")) {
    choice.number = options.get<uint64_t>("snapshot");
    if (choice.number == 0) throw UsageError("--snapshot: they count from 1");
  }
  if (options.has("at")) {
    if (choice.number != 0) {
      throw UsageError("--snapshot and --at both say which one");
    }
    const TracePlace place =
        parse_place(options.get<std::string>("at"), "--at");
    (place.is_time ? choice.last_us : choice.last_event) = place.value;
  }
  return choice;
}

// What is looked at, and the earlier snapshot it is compared with.
struct GraphInput {
  GraphRecording recorded;
  std::optional<GraphRecording> since;
};

// The snapshot of a choice, or what is wrong with the choice.
GraphRecording chosen(const TraceSnapshots& snapshots, size_t which,
                      const SnapshotChoice& choice, const std::string& path) {
  const std::vector<SnapshotPlace>& all = snapshots.all();
  if (!snapshots.kept(which)) {
    throw Error(choice.number != 0
                    ? fmt::format("{}: no snapshot {}, the last is {}", path,
                                  choice.number, all.size())
                    : fmt::format("{}: the first snapshot is after that, at "
                                  "event {}",
                                  path, all.front().event));
  }
  GraphRecording recorded = *snapshots.kept(which);
  recorded.source = path;
  return recorded;
}

GraphInput read_trace_snapshots(const std::string& path,
                                const Options& options) {
  const std::unique_ptr<EventSource> source = open_input(path, options.quiet());
  Replayer replayer(*source);
  LiveObjects objects;
  const SnapshotChoice choice = choice_of(options);
  SnapshotChoice since;
  if (options.has("since")) since.number = options.get<uint64_t>("since");
  TraceSnapshots snapshots(objects, {choice, since});
  replayer.observe(&snapshots);
  replayer.observe(&objects);
  replayer.run();
  if (snapshots.all().empty()) {
    throw Error(path +
                ": no snapshot in this trace; mpheap.snapshot() takes one, "
                "mpheap.start(snapshots=10) with every tenth collect");
  }
  GraphInput input = {chosen(snapshots, 0, choice, path), std::nullopt};
  if (!options.has("since")) return input;
  input.since = chosen(snapshots, 1, since, path);
  if (input.since->place->number >= input.recorded.place->number) {
    throw Error(fmt::format("--since: snapshot {} is not before snapshot {}",
                            input.since->place->number,
                            input.recorded.place->number));
  }
  return input;
}

GraphInput read_input(const Options& options) {
  const std::string path = options.required_input();
  if (!path.ends_with(".json")) return read_trace_snapshots(path, options);
  for (const char* option : {"snapshot", "at", "since"}) {
    if (options.has(option)) {
      throw UsageError(fmt::format("--{} is for traces", option));
    }
  }
  return {read_recorded_graph(path), std::nullopt};
}

bool agrees(const GraphFindings& findings) {
  return !findings.seen ||
         (findings.seen->survivors_equal && findings.seen->passes_equal);
}

}  // namespace

int run_graph(const Arguments& arguments) {
  Options options(
      "graph TRACE|SNAPSHOT.json",
      "Looks at the pointers of a heap at the start of a collect: how long the "
      "collect takes\nand why, what a larger mark stack would change, who "
      "keeps what alive. Traces have\nthem where the program asked for "
      "snapshots.");
  options.add()("json", "as one JSON document (schema mpheap.graph/1)")(
      "dot", "the largest objects as a tree, for Graphviz")(
      "snapshot", po::value<uint64_t>()->value_name("N"),
      "of a trace, the N-th (the last)")(
      "at", po::value<std::string>()->value_name("EVENT|TIME"),
      "of a trace, the last up to there: 1234, 250ms, 3s")(
      "since", po::value<uint64_t>()->value_name("N"),
      "what grew since snapshot N, and what holds it?")(
      "elf", po::value<std::string>()->value_name("FILE"),
      "the firmware with its symbols: gives types their names")(
      "why", po::value<std::string>()->value_name("BLOCK|ADDRESS"),
      "why is this object alive?")(
      "mark-stack",
      po::value<std::vector<uint64_t>>()->value_name("N")->composing(),
      "also try a mark stack of N entries (may be repeated)")(
      "top", po::value<size_t>()->value_name("N"),
      "objects and types to name (10; 60 for --dot); 0: all")(
      "strict",
      "exit 3 if the chip marked other objects, or took other "
      "rescans");
  options.example("graph snapshots.mpheap",
                  "what did the last collect cost, and why?");
  options.example("graph snapshots.mpheap --since 1",
                  "what grew, and who holds it?");
  options.example("graph heap.json", "what will this collect cost?");
  options.example("graph heap.json --why 0x20007a40", "who holds it?");
  options.example("graph heap.json --dot | dot -Tsvg -o x.svg", "a picture");
  if (!options.parse(arguments)) return kDone;
  if (options.has("dot") && options.has("json")) {
    throw UsageError("--json and --dot would both go to standard output");
  }

  GraphOptions settings = graph_options(options);
  const GraphInput input = read_input(options);
  ElfSymbols symbols;
  if (options.has("elf")) {
    symbols = read_elf_symbols(options.get<std::string>("elf"));
  }
  if (input.since) settings.since = &*input.since;
  const GraphFindings findings =
      analyse_graph(input.recorded, symbols, settings);
  if (options.has("json")) {
    write_output(graph_json(findings));
  } else if (options.has("dot")) {
    write_output(graph_dot(findings));
  } else {
    write_output(graph_text(findings, output_style()));
  }
  return options.has("strict") && !agrees(findings) ? kUnsound : kDone;
}

}  // namespace libheap::tools
