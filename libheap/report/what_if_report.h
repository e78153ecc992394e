#pragma once

// What `mpheap simulate` prints: the answers of what-if runs beside what was
// recorded.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libheap/report/text_style.h"
#include "libheap/simulate/what_if.h"

namespace libheap {

struct WhatIfReport {
  std::string source;    // path of the trace
  std::string workload;  // the program's name, may be empty
  std::string release;
  WhatIf recorded;  // the recording itself, simulated
  std::vector<WhatIf> answers;
  uint64_t snapshots = 0;  // of the trace, by which pauses are estimated
  std::vector<std::string> limits;
};

// "mpheap.simulate/1". One answer lies at the top level, several in `results`.
[[nodiscard]] std::string simulate_json(const WhatIfReport& report);
[[nodiscard]] std::string simulate_text(const WhatIfReport& report,
                                        const TextStyle& style);

// "gc.threshold(4096)", "gc.threshold(-1)": what is in force in this answer.
[[nodiscard]] std::string threshold_text(const WhatIf& answer);

}  // namespace libheap
