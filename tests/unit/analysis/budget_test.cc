// Gauges of small traces, and limits held against them.

#include "libheap/analysis/budget.h"

#include <gtest/gtest.h>

#include "libheap/trace/event_log_reader.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

using testing::SmallLog;

// In the form that has times and ticks.
Findings found_in(SmallLog& log) {
  log.end();
  const std::string& text = log.text();
  const std::string own = "MPHEAP-EVENTS 1" + text.substr(text.find('\n'));
  EventLogReader source(memory_byte_source(own, "small"));
  Findings findings = analyse(source, "small");
  EXPECT_EQ(findings.proof.divergences, 0u);
  return findings;
}

// Three ticks: an iteration of two requests (3 blocks), one of one (4 blocks,
// of which a collect sweeps 3 and the 3 before); requests outside of them.
Findings three_ticks() {
  SmallLog log;
  log.line("A 160 0 0 t=1").line("TICK t=10");
  log.line("A 16 0 10 t=11").line("A 32 0 11 t=12").line("TICK t=20");
  log.line("A 64 0 13 t=21").line("(C e 17 t=22");
  log.line(")C 0 9 0 0 4 1 10 0=a9aa0a t=30 m=25");
  log.line("TICK t=40").line("A 16 0 10 t=41");
  return found_in(log);
}

double read(const Findings& findings, const std::string& name) {
  const auto gauge = find_gauge(name);
  EXPECT_TRUE(gauge) << name;
  const Reading reading = gauge->read(findings);
  EXPECT_TRUE(reading.value) << name << ": " << reading.why_not;
  return reading.value.value_or(-1);
}

TEST(Ticks, CountWhatIsBetweenTwoOfThem) {
  const TickFindings found = three_ticks().ticks;
  EXPECT_EQ(found.ticks, 3u);
  EXPECT_EQ(found.iterations, 2u);
  EXPECT_EQ(found.requests, 3u);
  EXPECT_EQ(found.blocks, 7u);
  EXPECT_EQ(found.swept_blocks, 7u);
  EXPECT_EQ(found.most_requests.value, 2u);
  EXPECT_EQ(found.most_blocks.value, 4u);
}

TEST(Gauges, SayWhatATraceHolds) {
  const Findings findings = three_ticks();
  EXPECT_EQ(read(findings, "events"), 6);
  EXPECT_EQ(read(findings, "collects"), 1);
  EXPECT_EQ(read(findings, "explicit_collects"), 1);
  EXPECT_EQ(read(findings, "allocations_per_tick"), 1.5);
  EXPECT_EQ(read(findings, "max_allocations_per_tick"), 2);
  EXPECT_EQ(read(findings, "max_allocated_bytes_per_tick"), 64);
  EXPECT_EQ(read(findings, "garbage_bytes_per_tick"), 56);
  EXPECT_EQ(read(findings, "live_after_collect_bytes"), 160);
  EXPECT_EQ(read(findings, "min_largest_free_run_bytes"), 47 * 16);
  EXPECT_EQ(read(findings, "min_run_after_collect_bytes"), 54 * 16);
  EXPECT_EQ(read(findings, "pause_max_us"), 8);
  EXPECT_EQ(read(findings, "pause_p50_us"), 8);
  EXPECT_EQ(read(findings, "pause_p99.9_us"), 8);
}

TEST(Gauges, AreKnownByName) {
  EXPECT_FALSE(find_gauge("colects"));
  EXPECT_FALSE(find_gauge("pause_p_us"));
  EXPECT_FALSE(find_gauge("pause_p101_us"));
  EXPECT_FALSE(find_gauge("pause_p1e1_us"));
  EXPECT_FALSE(find_gauge("pause_p*_us"));
  EXPECT_EQ(closest_gauge("colects"), "collects");
  EXPECT_EQ(gauge_of(*find_gauge("pause_p90_us")->kind, 99.5).name,
            "pause_p99.5_us");
}

TEST(Gauges, SayWhatATraceCannotTell) {
  SmallLog log;
  log.line("A 16 0 0");
  const Findings findings = found_in(log);
  const Reading reading = find_gauge("allocations_per_tick")->read(findings);
  EXPECT_FALSE(reading.value);
  EXPECT_FALSE(reading.why_not.empty());
}

Gate gate_of(const std::string& name, std::optional<double> at_most,
             std::optional<double> at_least = {}) {
  Gate gate;
  gate.gauge = *find_gauge(name);
  gate.at_most = at_most;
  gate.at_least = at_least;
  return gate;
}

TEST(Budget, LimitsAreInclusive) {
  const Findings findings = three_ticks();
  const CheckFindings found = check_budget(
      findings, {{gate_of("collects", 1), gate_of("collects", 0.5),
                  gate_of("collects", {}, 1), gate_of("collects", {}, 2)}});
  ASSERT_EQ(found.gates.size(), 4u);
  EXPECT_EQ(found.gates[0].verdict, GateVerdict::kPassed);
  EXPECT_EQ(found.gates[1].verdict, GateVerdict::kBroken);
  EXPECT_EQ(found.gates[2].verdict, GateVerdict::kPassed);
  EXPECT_EQ(found.gates[3].verdict, GateVerdict::kBroken);
  EXPECT_EQ(found.broken, 2u);
  EXPECT_FALSE(found.passed());
}

TEST(Budget, WhatCannotBeMeasuredDoesNotPass) {
  SmallLog log;
  log.line("A 16 0 0");
  const Findings findings = found_in(log);
  Gate gate = gate_of("garbage_bytes_per_tick", 100);
  EXPECT_FALSE(check_budget(findings, {{gate}}).passed());
  gate.if_measured = true;
  const CheckFindings skipped = check_budget(findings, {{gate}});
  EXPECT_TRUE(skipped.passed());
  EXPECT_EQ(skipped.gates[0].verdict, GateVerdict::kSkipped);
}

TEST(Budget, AFirstOnePassesOnItsOwnTrace) {
  const Findings findings = three_ticks();
  for (const double margin : {0.0, 0.2, 1.0}) {
    const Budget budget = first_budget(findings, margin);
    EXPECT_GT(budget.gates.size(), 10u);
    EXPECT_TRUE(check_budget(findings, budget).passed()) << margin;
  }
}

TEST(Budget, AFirstOneLeavesRoomExceptWhereNoneIsDue) {
  for (const Gate& gate : first_budget(three_ticks(), 0.25).gates) {
    if (gate.gauge.name == "failed_allocations") {
      EXPECT_EQ(gate.at_most, 0);
    } else if (gate.gauge.name == "live_after_collect_bytes") {
      EXPECT_EQ(gate.at_most, 200);
    } else if (gate.gauge.name == "min_run_after_collect_bytes") {
      EXPECT_EQ(gate.at_least, 648);
    } else if (gate.gauge.name == "allocations_per_tick") {
      EXPECT_EQ(gate.at_most, 1.88);  // 1.875, outwards
    } else if (gate.gauge.name == "collects") {
      EXPECT_EQ(gate.at_most, 2);
    }
  }
}

}  // namespace
}  // namespace libheap
