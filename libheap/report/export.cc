#include "libheap/report/export.h"

#include <array>
#include <memory>

#include <nlohmann/json.hpp>

#include "libheap/replay/replayer.h"
#include "libheap/report/export_writers.h"
#include "libheap/report/sites_report.h"

namespace libheap {

namespace {

constexpr std::array<std::string_view, 9> kFormats = {
    "trace-event", "dhat", "massif", "speedscope", "folded",
    "pprof",       "csv",  "ndjson", "openmetrics"};
constexpr std::array<std::string_view, 3> kTables = {"events", "collects",
                                                     "objects"};

template <typename Enum, size_t n>
std::optional<Enum> named(const std::array<std::string_view, n>& names,
                          std::string_view name) {
  for (size_t i = 0; i < n; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

std::unique_ptr<ExportObserver> observer_for(ExportFormat format,
                                             ExportTable table, ByteSink& sink,
                                             const std::string& name) {
  if (format == ExportFormat::kTraceEvent) {
    return trace_event_writer(sink, name);
  }
  if (format == ExportFormat::kDhat) return dhat_writer(sink, name);
  if (format == ExportFormat::kMassif) return massif_writer(sink, name);
  if (format != ExportFormat::kCsv && format != ExportFormat::kNdjson) {
    return nullptr;
  }
  switch (table) {
    case ExportTable::kCollects:
      return collect_table_writer(sink, format);
    case ExportTable::kObjects:
      return object_table_writer(sink, format);
    case ExportTable::kEvents:
      break;
  }
  return event_table_writer(sink, format);
}

ExportProof proof_of(const ReplayResult& result, const DamageLog& damage) {
  return {result.divergences, damage.count(), result.last_us != Event::kNoTime};
}

}  // namespace

std::optional<ExportFormat> export_format(std::string_view name) {
  return named<ExportFormat>(kFormats, name);
}

std::optional<ExportTable> export_table(std::string_view name) {
  return named<ExportTable>(kTables, name);
}

std::string export_format_names() {
  std::string all;
  for (const std::string_view one : kFormats) {
    if (!all.empty()) all += ", ";
    all += one;
  }
  return all;
}

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false,
                                   nlohmann::json::error_handler_t::replace);
}

ExportProof export_trace(EventSource& source, const std::string& name,
                         ExportFormat format, ExportTable table,
                         ByteSink& sink) {
  const auto observer = observer_for(format, table, sink, name);
  if (observer != nullptr) {
    Replayer replayer(source);
    replayer.observe(observer.get());
    replayer.run();
    observer->finish();
    return proof_of(replayer.result(), source.damage());
  }
  const Findings findings = analyse(source, name);
  switch (format) {
    case ExportFormat::kSpeedscope:
      sink.write(speedscope_json(findings.sites, name));
      break;
    case ExportFormat::kFolded:
      sink.write(folded_stacks(findings.sites, SiteOrder::kBlocks));
      break;
    case ExportFormat::kPprof:
      sink.write(pprof_bytes(findings.sites, name));
      break;
    default:
      sink.write(openmetrics_text(findings));
  }
  return proof_of(findings.proof, findings.damage);
}

}  // namespace libheap
