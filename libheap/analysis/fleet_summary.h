#pragma once

// FleetSummary: a trace in a few hundred numbers that add up over a fleet.
//
//     counts     sums: traces, events, failed_allocations, ...
//     spreads    quantile sketches: pause_us, request_bytes, ...
//     extremes   the worst of each, and the trace it is from
//     releases   traces by firmware
//
// merge() is associative and commutative, exactly: a fleet may be summed up in
// any order, on any number of machines, and again with what comes later.

#include <cstdint>
#include <map>
#include <string>

#include "libheap/analysis/quantile_sketch.h"
#include "libheap/trace/event_source.h"

namespace libheap {

struct FleetExtreme {
  uint64_t value = 0;
  std::string trace;  // of several, the first by name
  bool smallest = false;

  bool operator==(const FleetExtreme&) const = default;
};

struct FleetSummary {
  std::map<std::string, uint64_t> counts;
  std::map<std::string, QuantileSketch> spreads;
  std::map<std::string, FleetExtreme> extremes;
  std::map<std::string, uint64_t> releases;

  bool operator==(const FleetSummary&) const = default;
};

[[nodiscard]] FleetSummary summarise(EventSource& source,
                                     const std::string& name);
void merge(FleetSummary& into, const FleetSummary& other);

}  // namespace libheap
