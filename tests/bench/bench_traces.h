#pragma once

// The traces that speed is measured on: every golden log, as the .mpheap trace
// a device would have sent, held in memory so that no disk is measured.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "libheap/trace/event_source.h"

namespace libheap::bench {

struct BenchTrace {
  std::string name;     // "v1.24.1__memerr__233K"
  std::string bytes;    // the trace, in packets
  uint64_t events = 0;  // counted ones
};

// All golden logs re-encoded: compact, without times, as the logs have none.
[[nodiscard]] std::vector<BenchTrace> golden_traces();

[[nodiscard]] std::unique_ptr<EventSource> open(const BenchTrace& trace);

}  // namespace libheap::bench
