#include "tools/export/export.h"

#include <filesystem>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "libheap/base/in_quotes.h"
#include "libheap/report/export.h"
#include "libheap/report/units.h"
#include "tools/common/named_runtime.h"
#include "tools/common/options.h"
#include "tools/common/trace_input.h"

namespace libheap::tools {

namespace {

namespace po = boost::program_options;

struct Wish {
  ExportFormat format = ExportFormat::kTraceEvent;
  ExportTable table = ExportTable::kEvents;
  std::string to;
};

Wish wish_of(const Options& options) {
  if (!options.has("format")) {
    throw UsageError("--format: which? " + export_format_names());
  }
  Wish wish;
  const auto& format = options.get<std::string>("format");
  const auto known = export_format(format);
  if (!known) {
    throw UsageError(fmt::format("--format: {} is none of {}",
                                 in_quotes(format), export_format_names()));
  }
  wish.format = *known;
  const bool is_table =
      wish.format == ExportFormat::kCsv || wish.format == ExportFormat::kNdjson;
  if (options.has("table")) {
    const auto& table = options.get<std::string>("table");
    const auto which = export_table(table);
    if (!which) {
      throw UsageError(
          fmt::format("--table: {} is none of events, collects, objects",
                      in_quotes(table)));
    }
    if (!is_table) throw UsageError("--table: for csv and ndjson");
    wish.table = *which;
  }
  wish.to = options.get<std::string>("output");
  return wish;
}

// A pprof profile is compressed whatever its file is called.
Compression compression_of(const Wish& wish) {
  return wish.format == ExportFormat::kPprof ? Compression::kGzip
                                             : compression_for(wish.to);
}

void warn(const std::string& path, const Wish& wish, const ExportProof& proof) {
  if (proof.divergences + proof.damage != 0) {
    spdlog::warn(
        "{}: {}, {}; the export is as good as the trace (mpheap replay says "
        "more)",
        path, counted(proof.divergences, "divergence"),
        counted(proof.damage, "damaged place"));
  }
  if (!proof.has_times && wish.format == ExportFormat::kTraceEvent) {
    spdlog::warn("{}: no times; one microsecond stands for one event", path);
  }
}

void add_options(Options& options) {
  options.add()("format,f", po::value<std::string>()->value_name("FORMAT"),
                "trace-event, dhat, massif, speedscope, folded, pprof, csv, "
                "ndjson or openmetrics")(
      "table", po::value<std::string>()->value_name("TABLE"),
      "csv and ndjson: events, collects or objects (events)")(
      "output,o",
      po::value<std::string>()->default_value("-")->value_name("FILE"),
      "where to; a name ending in .gz or .zst is compressed");
  add_elf_option(options);
  options.offer("format", {"trace-event", "dhat", "massif", "speedscope",
                           "folded", "pprof", "csv", "ndjson", "openmetrics"});
  options.offer("table", {"events", "collects", "objects"});
  options.example("export run.mpheap -f trace-event -o t.json",
                  "for ui.perfetto.dev");
  options.example("export run.mpheap -f dhat -o dhat.json", "for dh_view.html");
  options.example("export run.mpheap -f pprof -o run.pb.gz",
                  "for go tool pprof");
  options.example("export run.mpheap -f csv --table objects",
                  "a row per object");
}

}  // namespace

int run_export(const Arguments& arguments) {
  Options options("export TRACE --format FORMAT",
                  "A trace for other tools: time lines, profiles, tables, "
                  "metrics.");
  add_options(options);
  if (!options.parse(arguments)) return kDone;

  const std::string path = options.required_input();
  const Wish wish = wish_of(options);
  const std::unique_ptr<EventSource> source = with_runtime_names(
      open_input(path, options.quiet()), elf_option(options));
  std::error_code none;
  if (std::filesystem::equivalent(path, wish.to, none)) {
    throw UsageError(wish.to + ": the trace itself; choose another output");
  }
  const std::unique_ptr<ByteSink> sink =
      open_byte_sink(wish.to, compression_of(wish));
  const ExportProof proof =
      export_trace(*source, path, wish.format, wish.table, *sink);
  sink->finish();
  warn(path, wish, proof);
  return kDone;
}

}  // namespace libheap::tools
