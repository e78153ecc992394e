#pragma once

// What `mpheap check` found: for people, for programs, for CI.

#include <string>

#include "libheap/analysis/budget.h"
#include "libheap/report/text_style.h"

namespace libheap {

[[nodiscard]] std::string check_text(const CheckFindings& found,
                                     const TextStyle& style);
// "mpheap.check/1"
[[nodiscard]] std::string check_json(const CheckFindings& found);
// JUnit XML: one test suite named after the trace, one test case per gate.
[[nodiscard]] std::string check_junit(const CheckFindings& found);

// All gauges with their definitions.
[[nodiscard]] std::string gauges_text(const TextStyle& style);

// "8.20 ms", "4.0 KB", "12.5 %", "1,234": the value in its unit.
[[nodiscard]] std::string gauge_value(double value, GaugeUnit unit);
// "at most 8.20 ms"
[[nodiscard]] std::string limit_text(const Gate& gate);

}  // namespace libheap
