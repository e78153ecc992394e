#pragma once

// A trace in the formats of other tools.
//
//     trace-event   Perfetto, chrome://tracing, speedscope: the time line
//     dhat          valgrind's dh_view: what each site holds, and for how long
//     massif        ms_print, massif-visualizer: the heap over time by site
//     speedscope    speedscope: who allocates, what is garbage, what is live
//     folded        flamegraph.pl, inferno: bytes allocated by site
//     pprof         go tool pprof: the same (a gzip of a protocol buffer)
//     csv, ndjson   events, collects or objects as a table
//     openmetrics   Prometheus: the gauges of `check`
//
// One pass; what can be written as it comes is (trace-event, csv, ndjson), the
// others keep a row per site. Which field means what: docs/tools.md, "export".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libheap/trace/byte_sink.h"
#include "libheap/trace/event_source.h"

namespace libheap {

enum class ExportFormat : uint8_t {
  kTraceEvent,
  kDhat,
  kMassif,
  kSpeedscope,
  kFolded,
  kPprof,
  kCsv,
  kNdjson,
  kOpenMetrics,
};
enum class ExportTable : uint8_t { kEvents, kCollects, kObjects };

// "trace-event", ...; nothing for other words.
[[nodiscard]] std::optional<ExportFormat> export_format(std::string_view name);
[[nodiscard]] std::optional<ExportTable> export_table(std::string_view name);
// All names, for a message.
[[nodiscard]] std::string export_format_names();

// What the replay thought of the trace.
struct ExportProof {
  uint64_t divergences = 0;
  uint64_t damage = 0;
  bool has_times = false;
};

// `name` is what the export calls the trace. The sink is not finished.
ExportProof export_trace(EventSource& source, const std::string& name,
                         ExportFormat format, ExportTable table,
                         ByteSink& sink);

}  // namespace libheap
