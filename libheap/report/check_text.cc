#include <cmath>

#include <fmt/format.h>

#include "libheap/report/check_report.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

Tone tone_of(GateVerdict verdict) {
  switch (verdict) {
    case GateVerdict::kPassed:
      return Tone::kGood;
    case GateVerdict::kSkipped:
      return Tone::kQuiet;
    case GateVerdict::kBroken:
    case GateVerdict::kNotMeasured:
      break;
  }
  return Tone::kBad;
}

std::string headline(const CheckFindings& found) {
  if (found.passed()) {
    return fmt::format("{}: within all of {}\n\n", found.source,
                       counted(found.gates.size(), "budget"));
  }
  std::string text = fmt::format("{}: ", found.source);
  if (found.broken != 0) {
    text += fmt::format("{} of {} broken", found.broken,
                        counted(found.gates.size(), "budget"));
  }
  if (found.not_measured != 0) {
    text += fmt::format("{}{} not measured", found.broken == 0 ? "" : ", ",
                        found.not_measured);
  }
  return text + "\n\n";
}

std::vector<std::string> row_of(const JudgedGate& one, const TextStyle& style) {
  const Reading& reading = one.reading;
  return {toned(style, tone_of(one.verdict), name_of(one.verdict)),
          one.gate.gauge.name,
          reading.value ? gauge_value(*reading.value, one.gate.gauge.kind->unit)
                        : "-",
          limit_text(one.gate)};
}

// What to know of each gate that did not let the trace through.
std::string notes(const CheckFindings& found, const TextStyle& style) {
  std::string text;
  for (const JudgedGate& one : found.gates) {
    if (one.verdict == GateVerdict::kPassed) continue;
    std::string note = one.gate.gauge.name + ": ";
    note += one.reading.value ? std::string(one.gate.gauge.kind->what)
                              : std::string(one.reading.why_not);
    if (!one.gate.why.empty()) note += fmt::format(" ({})", one.gate.why);
    if (one.reading.event != 0) {
      note += fmt::format(". Look: mpheap map {} --at {}", found.source,
                          one.reading.event);
    }
    text += wrapped(note, 2, style);
  }
  return text.empty() ? text : "\n" + text;
}

}  // namespace

std::string gauge_value(double value, GaugeUnit unit) {
  const auto whole = static_cast<uint64_t>(std::llround(value));
  switch (unit) {
    case GaugeUnit::kBytes:
      return human_bytes(whole);
    case GaugeUnit::kMicroseconds:
      return human_time(whole);
    case GaugeUnit::kShare:
      return percent(value);
    case GaugeUnit::kCount:
      break;
  }
  if (value == std::floor(value)) return with_commas(whole);
  return fmt::format("{:.2f}", value);
}

std::string limit_text(const Gate& gate) {
  const GaugeUnit unit = gate.gauge.kind->unit;
  std::string text;
  if (gate.at_least) text = "at least " + gauge_value(*gate.at_least, unit);
  if (gate.at_most) {
    if (!text.empty()) text += ", ";
    text += "at most " + gauge_value(*gate.at_most, unit);
  }
  return text;
}

std::string check_text(const CheckFindings& found, const TextStyle& style) {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(found.gates.size());
  for (const JudgedGate& one : found.gates) rows.push_back(row_of(one, style));
  const std::string head =
      toned(style, found.passed() ? Tone::kGood : Tone::kBad, headline(found));
  return head +
         text_table({{"", Align::kLeft},
                     {"gauge", Align::kLeft},
                     {"measured"},
                     {"budget"}},
                    rows, 2, style) +
         notes(found, style);
}

std::string gauges_text(const TextStyle& style) {
  std::string text;
  for (const GaugeKind& kind : gauge_kinds()) {
    text += fmt::format("{}\n{}", kind.name,
                        wrapped(std::string(kind.what), 4, style));
  }
  return text;
}

}  // namespace libheap
