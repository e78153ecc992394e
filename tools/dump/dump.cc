#include "tools/dump/dump.h"

#include <bitset>
#include <filesystem>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "libheap/base/error.h"
#include "libheap/replay/log_recorder.h"
#include "libheap/replay/replayer.h"
#include "libheap/report/units.h"
#include "libheap/trace/byte_sink.h"
#include "libheap/trace/event_log_header.h"
#include "libheap/trace/event_log_writer.h"
#include "tools/common/options.h"
#include "tools/common/trace_input.h"
#include "tools/dump/raw_dump.h"

namespace libheap::tools {

namespace {

namespace po = boost::program_options;

using Kinds = std::bitset<kEventKinds>;

// Which events to write. An event that is left out keeps its place in the
// numbering.
struct Filter {
  Kinds kinds = Kinds().set();
  std::optional<TracePlace> from;
  std::optional<TracePlace> to;
  std::optional<uint32_t> site;
};

EventKind kind_named(std::string_view name) {
  std::string all;
  for (size_t kind = 0; kind < kEventKinds; ++kind) {
    const std::string_view one = name_of(static_cast<EventKind>(kind));
    if (one == name) return static_cast<EventKind>(kind);
    all += (all.empty() ? "" : ", ") + std::string(one);
  }
  throw UsageError(fmt::format(
      "--kind: \"{}\" is no kind of event; there are {}", name, all));
}

std::vector<std::string> all_kinds() {
  std::vector<std::string> names;
  for (size_t kind = 0; kind < kEventKinds; ++kind) {
    names.emplace_back(name_of(static_cast<EventKind>(kind)));
  }
  return names;
}

Kinds parse_kinds(std::string_view list) {
  Kinds kinds;
  while (true) {
    const size_t comma = list.find(',');
    kinds.set(static_cast<size_t>(kind_named(list.substr(0, comma))));
    if (comma == std::string_view::npos) return kinds;
    list.remove_prefix(comma + 1);
  }
}

Filter filter_of(const Options& options) {
  Filter filter;
  if (options.has("kind")) {
    filter.kinds = parse_kinds(options.get<std::string>("kind"));
  }
  if (options.has("from")) {
    filter.from = parse_place(options.get<std::string>("from"), "--from");
  }
  if (options.has("to")) {
    filter.to = parse_place(options.get<std::string>("to"), "--to");
  }
  if (options.has("site")) filter.site = options.get<uint32_t>("site");
  return filter;
}

// -1, 0, 1: the event is before, at or after the place.
int compare(const Event& event, uint64_t number, const TracePlace& place) {
  if (place.is_time && event.time_us == Event::kNoTime) return -1;
  const uint64_t here = place.is_time ? event.time_us : number;
  return here < place.value ? -1 : here > place.value ? 1 : 0;
}

bool wanted(const Filter& filter, const Event& event, uint64_t number) {
  if (!filter.kinds.test(static_cast<size_t>(event.kind))) return false;
  if (filter.site && event.site != *filter.site) return false;
  if (filter.from && compare(event, number, *filter.from) < 0) return false;
  return !filter.to || compare(event, number, *filter.to) <= 0;
}

// A text log is passed on as it is.
void copy_events(EventSource& source, const Filter& filter, ByteSink& sink) {
  EventLogWriter writer(sink, source.header());
  Event event;
  uint64_t number = 0;
  while (source.next(event)) {
    if (is_counted(event.kind) && event.phase != EventPhase::kEnd) ++number;
    if (wanted(filter, event, number)) writer.write(event);
  }
  writer.finish();
}

// What a .mpheap trace leaves to the model is filled in by replaying it.
void replay_events(EventSource& source, const Filter& filter, ByteSink& sink) {
  Replayer replayer(source);
  LogRecorder recorder(sink, [&](const Event& event, uint64_t number) {
    return wanted(filter, event, number);
  });
  replayer.observe_records(&recorder);
  replayer.run();
  recorder.finish();
}

std::unique_ptr<ByteSink> open_output(const std::string& path,
                                      const Options& options) {
  const std::string to = options.get<std::string>("output");
  std::error_code none;
  if (std::filesystem::equivalent(path, to, none)) {
    throw UsageError(to + ": the trace itself; choose another output");
  }
  return open_byte_sink(to, compression_for(to));
}

// The bytes as they came: which packets they are, and what is none.
void dump_raw(const std::string& path, const Options& options) {
  for (const char* filter : {"kind", "from", "to", "site"}) {
    if (options.has(filter)) {
      throw UsageError(fmt::format(
          "--raw shows all bytes; --{} chooses among events", filter));
    }
  }
  const std::unique_ptr<ByteSource> source = open_byte_source(path);
  if (is_event_log(source->peek(kEventLogMagicBytes))) {
    throw Error(path +
                ": a text event log has no packets; `mpheap convert` makes a "
                "trace of it that has");
  }
  const std::unique_ptr<ByteSink> sink = open_output(path, options);
  write_raw_dump(*source, *sink);
  sink->finish();
  if (source->damage()) {
    spdlog::warn("{}: {} after byte {}", path, source->damage()->reason,
                 source->damage()->offset);
  }
}

void write_events(EventSource& source, const Filter& filter, ByteSink& sink) {
  if (source.header().is_text_log()) {
    copy_events(source, filter, sink);
  } else {
    replay_events(source, filter, sink);
  }
  sink.finish();
}

}  // namespace

int run_dump(const Arguments& arguments) {
  Options options(
      "dump TRACE",
      "Writes the events of a trace as a text event log, one record per line. "
      "A whole dump\nis a trace again: every command gives the same answers "
      "for it.");
  options.add()(
      "output,o",
      po::value<std::string>()->default_value("-")->value_name("FILE"),
      "where to; a name ending in .gz or .zst is compressed")(
      "kind", po::value<std::string>()->value_name("KIND[,KIND...]"),
      fmt::format("only these kinds: {}", fmt::join(all_kinds(), ", "))
          .c_str())("from", po::value<std::string>()->value_name("EVENT|TIME"),
                    "only from this event (1234) or time (250ms, 3s) on")(
      "to", po::value<std::string>()->value_name("EVENT|TIME"),
      "only up to it")("site", po::value<uint32_t>()->value_name("N"),
                       "only what this site asked for")(
      "raw",
      "the packets of a .mpheap trace and all its bytes, damaged ones too");
  options.offer("kind", all_kinds());
  options.example("dump run.mpheap | less", "read it");
  options.example("dump run.mpheap -o run.log.zst", "keep it as text");
  options.example("dump run.mpheap --kind free --to 500", "a part of it");
  options.example("dump serial.log --raw | less", "what came over the wire");
  if (!options.parse(arguments)) return kDone;

  const std::string path = options.required_input();
  const Filter filter = filter_of(options);
  if (options.has("raw")) {
    dump_raw(path, options);
    return kDone;
  }
  const std::unique_ptr<EventSource> source = open_input(path, options.quiet());
  const std::unique_ptr<ByteSink> sink = open_output(path, options);
  write_events(*source, filter, *sink);
  if (source->damage().count() != 0) {
    spdlog::warn("{}: {} damaged and left out; `mpheap info` says where", path,
                 counted(source->damage().count(), "place"));
  }
  return kDone;
}

}  // namespace libheap::tools
