#pragma once

// Budget: limits for gauges, and what a trace makes of them.
//
//     verdict        passed, broken, or not measured: a gate that cannot be
//                    looked at does not let anybody through, unless it says
//                    "if_measured"
//
// A first budget is made from a trace: each gauge with `margin` of room, and
// rounded outwards to three digits; what must be exact (divergences, failures)
// stays as it is. docs/tools.md, "check", has the file.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/analysis/gauges.h"

namespace libheap {

struct Gate {
  Gauge gauge;
  std::optional<double> at_most;
  std::optional<double> at_least;
  bool if_measured = false;  // a trace that cannot tell passes
  std::string why;           // for people, shown where it breaks
};

struct Budget {
  std::vector<Gate> gates;
};

enum class GateVerdict : uint8_t { kPassed, kBroken, kNotMeasured, kSkipped };
// "passed", "broken", "not measured", "skipped"
[[nodiscard]] std::string_view name_of(GateVerdict verdict);

struct JudgedGate {
  Gate gate;
  Reading reading;
  GateVerdict verdict = GateVerdict::kPassed;
};

struct CheckFindings {
  std::string source;  // the trace's file
  std::string budget;  // the budget's
  std::vector<JudgedGate> gates;
  uint64_t broken = 0;
  uint64_t not_measured = 0;

  [[nodiscard]] bool passed() const { return broken + not_measured == 0; }
};

[[nodiscard]] CheckFindings check_budget(const Findings& findings,
                                         const Budget& budget);

// `margin` 0.2: a fifth more (or less) than this trace had.
[[nodiscard]] Budget first_budget(const Findings& findings, double margin);

}  // namespace libheap
