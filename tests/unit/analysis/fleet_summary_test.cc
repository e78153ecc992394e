// Summaries add up whatever the order, and are written without loss.

#include "libheap/analysis/fleet_summary.h"

#include <gtest/gtest.h>
// rapidcheck's header wants gtest's first.
#include <rapidcheck/gtest.h>

#include "libheap/base/error.h"
#include "libheap/report/summary_json.h"

namespace libheap {
namespace {

// Few names and values, so that they meet.
FleetSummary any_summary() {
  FleetSummary summary;
  const auto small = [] { return *rc::gen::inRange<uint64_t>(0, 4); };
  const std::string trace = "t" + std::to_string(small()) + ".mpheap";
  for (const char* name : {"traces", "events", "collects"}) {
    if (small() != 0) summary.counts[name] = small();
  }
  for (const char* name : {"pause_us", "request_bytes"}) {
    QuantileSketch& sketch = summary.spreads[name];
    for (uint64_t i = small(); i != 0; --i) {
      sketch.add(*rc::gen::arbitrary<uint64_t>());
      sketch.add(small());
    }
  }
  summary.extremes["peak_used_bytes"] = {small(), trace, false};
  if (small() != 0) {
    summary.extremes["min_run_after_collect_bytes"] = {small(), trace, true};
  }
  summary.releases["v1.2" + std::to_string(small())] = 1;
  return summary;
}

FleetSummary merged(FleetSummary a, const FleetSummary& b) {
  merge(a, b);
  return a;
}

RC_GTEST_PROP(FleetSummary, MergingIsCommutative, ()) {
  const FleetSummary a = any_summary();
  const FleetSummary b = any_summary();
  RC_ASSERT(merged(a, b) == merged(b, a));
}

RC_GTEST_PROP(FleetSummary, MergingIsAssociative, ()) {
  const FleetSummary a = any_summary();
  const FleetSummary b = any_summary();
  const FleetSummary c = any_summary();
  RC_ASSERT(merged(merged(a, b), c) == merged(a, merged(b, c)));
  RC_ASSERT(merged(FleetSummary(), a) == a);
}

RC_GTEST_PROP(FleetSummary, WhatIsWrittenIsRead, ()) {
  const FleetSummary a = any_summary();
  const FleetSummary b = any_summary();
  FleetSummary read;
  RC_ASSERT(merge_summaries(read, summary_json(a) + summary_json(b), "f") ==
            2u);
  RC_ASSERT(read == merged(a, b));
}

std::string error_of(const std::string& text) {
  try {
    FleetSummary into;
    static_cast<void>(merge_summaries(into, text, "f.json"));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(FleetSummary, AnythingElseIsSaidToBeNone) {
  const std::string good = summary_json(FleetSummary());
  EXPECT_EQ(error_of("\n" + good), "");
  EXPECT_NE(error_of(good + "{").find("f.json:2: this is no summary"),
            std::string::npos);
  EXPECT_NE(error_of("{\"schema\": \"mpheap.check/1\"}").find("its schema"),
            std::string::npos);
  EXPECT_NE(error_of("[]").find("f.json:1"), std::string::npos);
  std::string other = good;
  other.replace(other.find("0.01"), 4, "0.02");
  EXPECT_NE(error_of(other).find("relative_error"), std::string::npos);
}

}  // namespace
}  // namespace libheap
