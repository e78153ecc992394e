// The gauges of a trace in the OpenMetrics text format, for Prometheus.
//
// A trace is over when it is read, so all are gauges, also what was counted.
// Units are those Prometheus asks for: seconds, bytes, ratios.

#include <fmt/format.h>

#include "libheap/analysis/gauges.h"
#include "libheap/report/export_writers.h"

namespace libheap {

namespace {

std::string without(std::string name, std::string_view part) {
  const size_t at = name.find(part);
  if (at != std::string::npos) name.erase(at, part.size());
  return name;
}

// "pause_p*_us" is mpheap_pause_seconds, with the number as a label.
std::string family_name(const GaugeKind& kind) {
  std::string name(kind.name);
  switch (kind.unit) {
    case GaugeUnit::kMicroseconds:
      name = without(without(name, "_p*"), "_us") + "_seconds";
      break;
    case GaugeUnit::kShare:
      name += "_ratio";
      break;
    case GaugeUnit::kBytes:
    case GaugeUnit::kCount:
      break;
  }
  return "mpheap_" + name;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

std::string family_text(const GaugeKind& kind, const Findings& findings) {
  const std::string name = family_name(kind);
  const bool is_family = kind.name.find('*') != std::string_view::npos;
  constexpr double kPercentiles[] = {50, 90, 99};
  constexpr double kNoFamily[] = {0};
  const std::span<const double> parameters =
      is_family ? std::span<const double>(kPercentiles) : kNoFamily;
  std::string samples;
  for (const double parameter : parameters) {
    const Reading reading = gauge_of(kind, parameter).read(findings);
    if (!reading.value) continue;
    const bool time = kind.unit == GaugeUnit::kMicroseconds;
    samples += fmt::format(
        "{}{{trace=\"{}\"{}}} {}\n", name, escaped(findings.source),
        is_family ? fmt::format(",percentile=\"{}\"", parameter) : "",
        time ? *reading.value / 1e6 : *reading.value);
  }
  if (samples.empty()) return samples;
  return fmt::format("# TYPE {0} gauge\n# HELP {0} {1}\n{2}", name,
                     escaped(kind.what), samples);
}

}  // namespace

std::string openmetrics_text(const Findings& findings) {
  std::string text;
  for (const GaugeKind& kind : gauge_kinds()) {
    text += family_text(kind, findings);
  }
  return text + "# EOF\n";
}

}  // namespace libheap
