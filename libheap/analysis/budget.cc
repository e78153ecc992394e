#include "libheap/analysis/budget.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace libheap {

namespace {

GateVerdict judge(const Gate& gate, const Reading& reading) {
  if (!reading.value) {
    return gate.if_measured ? GateVerdict::kSkipped : GateVerdict::kNotMeasured;
  }
  const bool over = gate.at_most && *reading.value > *gate.at_most;
  const bool under = gate.at_least && *reading.value < *gate.at_least;
  return over || under ? GateVerdict::kBroken : GateVerdict::kPassed;
}

// Outwards to three digits. What is counted, or is no share, stays whole.
double rounded(double value, bool up, bool whole) {
  if (value <= 0) return 0;
  double exponent = std::floor(std::log10(value)) - 2;
  if (whole) exponent = std::max(exponent, 0.0);
  // Powers of ten below 1 are not exact, so there it is multiplied.
  const double step = std::pow(10.0, std::abs(exponent));
  const double digits = exponent < 0 ? value * step : value / step;
  // What has three digits already is not moved by a rounding error.
  const double near = up ? std::ceil(digits - 1e-9) : std::floor(digits + 1e-9);
  return exponent < 0 ? near / step : near * step;
}

// "At least 0" is no limit, and a trace without collects no reason to forbid
// pauses for ever.
bool says_nothing(const GaugeKind& kind, double value) {
  return value == 0 &&
         (kind.more_is_better || kind.unit == GaugeUnit::kMicroseconds);
}

Gate first_gate(const Gauge& gauge, double value, double margin) {
  const GaugeKind& kind = *gauge.kind;
  const bool whole = value == std::floor(value);
  Gate gate;
  gate.gauge = gauge;
  if (kind.exact) {
    gate.at_most = value;
  } else if (kind.more_is_better) {
    gate.at_least = rounded(value * (1 - margin), false, whole);
  } else {
    gate.at_most = rounded(value * (1 + margin), true, whole);
  }
  return gate;
}

}  // namespace

std::string_view name_of(GateVerdict verdict) {
  constexpr std::array<std::string_view, 4> kNames = {
      "passed", "broken", "not measured", "skipped"};
  return kNames[static_cast<size_t>(verdict)];
}

CheckFindings check_budget(const Findings& findings, const Budget& budget) {
  CheckFindings found;
  found.source = findings.source;
  for (const Gate& gate : budget.gates) {
    const Reading reading = gate.gauge.read(findings);
    const GateVerdict verdict = judge(gate, reading);
    found.broken += verdict == GateVerdict::kBroken ? 1 : 0;
    found.not_measured += verdict == GateVerdict::kNotMeasured ? 1 : 0;
    found.gates.push_back({gate, reading, verdict});
  }
  return found;
}

Budget first_budget(const Findings& findings, double margin) {
  constexpr std::array<double, 1> kNoFamily{};
  Budget budget;
  for (const GaugeKind& kind : gauge_kinds()) {
    if (!kind.suggested) continue;
    const std::span<const double> parameters =
        kind.parameters.empty() ? std::span<const double>(kNoFamily)
                                : kind.parameters;
    for (const double parameter : parameters) {
      const Gauge gauge = gauge_of(kind, parameter);
      const Reading reading = gauge.read(findings);
      if (!reading.value || says_nothing(kind, *reading.value)) continue;
      budget.gates.push_back(first_gate(gauge, *reading.value, margin));
    }
  }
  return budget;
}

}  // namespace libheap
