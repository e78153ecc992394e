#pragma once

// Gauges: the figures of a trace that a budget can hold against a limit, each
// with a name, a unit and the place in the trace to look at.
//
//     const auto gauge = find_gauge("pause_p99_us");
//     const Reading read = gauge->read(findings);
//     read.value      nothing: this trace cannot tell, and read.why_not says
//                     what it lacks
//
// A name with a number in it stands for a family: "pause_p*_us" is any
// percentile of the pauses, "pause_p99.9_us" one of them. All of them, with
// their definitions: docs/tools.md, "check".

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libheap/analysis/findings.h"

namespace libheap {

enum class GaugeUnit : uint8_t { kCount, kBytes, kMicroseconds, kShare };

struct Reading {
  std::optional<double> value;
  uint64_t event = 0;        // where to look; 0: nowhere in particular
  std::string_view why_not;  // without a value: "the trace has no times"
};

struct GaugeKind {
  std::string_view name;  // one "*" stands for a number
  std::string_view what;
  GaugeUnit unit = GaugeUnit::kCount;
  bool more_is_better = false;
  // In a first budget: leave room for chance, or hold to the letter.
  bool exact = false;
  // Written into a first budget, with these numbers for a family.
  bool suggested = true;
  std::span<const double> parameters;
  Reading (*read)(const Findings& findings, double parameter);
};

struct Gauge {
  const GaugeKind* kind = nullptr;
  std::string name;      // in full
  double parameter = 0;  // of a family

  [[nodiscard]] Reading read(const Findings& findings) const {
    return kind->read(findings, parameter);
  }
};

[[nodiscard]] std::span<const GaugeKind> gauge_kinds();
// Nothing where no gauge has that name.
[[nodiscard]] std::optional<Gauge> find_gauge(std::string_view name);
// The one whose name is closest, for a message.
[[nodiscard]] std::string closest_gauge(std::string_view name);
// A member of a family; `kind` itself where it is none.
[[nodiscard]] Gauge gauge_of(const GaugeKind& kind, double parameter);

}  // namespace libheap
