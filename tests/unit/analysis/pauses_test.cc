#include "libheap/analysis/pauses.h"

#include <gtest/gtest.h>

#include "libheap/analysis/pause_calibration.h"
#include "libheap/analysis/pause_curve.h"
#include "libheap/analysis/pause_findings.h"
#include "libheap/trace/event_log_reader.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

// A program of two iterations: a label, one object kept, one dropped.
testing::SmallLog two_collects() {
  testing::SmallLog log;
  log.line("LABEL warm%20up t=90")
      .line("A 16 0 0 t=100")
      .line("A 48 1 1 t=110")
      .line("TICK t=120")
      .line("TICK t=130")
      .line("(C e 4 t=200")
      .line(")C 0 0 0 0 2 1 1 0=01 t=260 m=240")
      .line("WAIT 50 t=270 c=1")
      .line("A 16 0 1 t=280 c=1")
      .line("(C e 1 t=400")
      .line(")C 0 1 0 0 2 2 2 0=05 t=440 m=430")
      .line("WAIT 60 t=450")
      .end();
  return log;
}

PauseTrace replayed(const testing::SmallLog& log) {
  // In our own form, for times.
  const std::string text =
      "MPHEAP-EVENTS 1" + log.text().substr(log.text().find('\n'));
  EventLogReader source(memory_byte_source(text, "small"));
  Replayer replayer(source);
  PauseAnalysis pauses;
  replayer.observe(&pauses);
  replayer.run();
  EXPECT_EQ(replayer.result().divergences, 0U);
  EXPECT_EQ(source.damage().count(), 0U);
  return pauses.trace();
}

TEST(Pauses, EachCollectWithTheHeapItWentThrough) {
  const PauseTrace trace = replayed(two_collects());
  ASSERT_EQ(trace.pauses.size(), 2U);
  const Pause& first = trace.pauses[0];
  EXPECT_EQ(first.cause, CollectCause::kExplicit);
  EXPECT_TRUE(first.split());
  EXPECT_EQ(first.total_us(), 60U);
  EXPECT_EQ(first.mark_end_us, 240U);
  EXPECT_EQ(first.objects_before, 2U);
  EXPECT_EQ(first.used_before, 4U);
  EXPECT_EQ(first.state.live_objects, 1U);
  EXPECT_EQ(first.state.live_blocks, 1U);
  EXPECT_EQ(first.state.freed_objects, 1U);
  EXPECT_EQ(first.state.freed_blocks, 3U);
  EXPECT_EQ(first.state.swept_blocks, 4U);
  EXPECT_EQ(first.state.finalisers, 1U);
  EXPECT_EQ(first.state.total_blocks, 64U);
  const Pause& second = trace.pauses[1];
  EXPECT_EQ(second.state.freed_objects, 0U);
  EXPECT_EQ(second.state.swept_blocks, 2U);
  EXPECT_EQ(second.state.finalisers, 0U);
}

TEST(Pauses, IterationAndLabel) {
  const PauseTrace trace = replayed(two_collects());
  EXPECT_EQ(trace.ticks, 2U);
  EXPECT_EQ(trace.pauses[0].tick, 2U);
  ASSERT_EQ(trace.labels.size(), 1U);
  EXPECT_EQ(trace.labels[trace.pauses[0].label - 1], "warm up");
}

TEST(Pauses, HowLongTheOtherCoreWaited) {
  const PauseTrace trace = replayed(two_collects());
  EXPECT_EQ(trace.cores, 2U);
  // From 220, in the middle of the collect, to its end at 260.
  EXPECT_EQ(trace.pauses[0].other_core_waited_us, 40U);
  // The core that waited is the one that collects.
  EXPECT_EQ(trace.pauses[1].other_core_waited_us, 0U);
  const PauseTotals all = trace.totals();
  EXPECT_EQ(all.other_core_waits, 1U);
  EXPECT_EQ(all.other_core_waited_us, 40U);
  EXPECT_EQ(all.other_core_longest_us, 40U);
}

TEST(Pauses, AnExplicitCollectThatFreedNothingIsNamed) {
  const PauseTrace trace = replayed(two_collects());
  const PauseFindings findings = judge_pauses(trace, choose_builtin(trace, 0));
  EXPECT_FALSE(findings.pauses[0].freed_next_to_nothing);
  EXPECT_TRUE(findings.pauses[1].freed_next_to_nothing);
  EXPECT_EQ(findings.all.idle_explicit, 1U);
}

TEST(Pauses, OfManyOnlySomeAreListedButAllAreCounted) {
  constexpr uint64_t kMany = 2 * PauseAnalysis::kListed + 100;
  const GcHeap heap({}, 0x20000000, 0x20001000);
  PauseAnalysis pauses;
  Moment now;
  now.heap = &heap;
  pauses.on_start({}, now);
  for (uint64_t i = 0; i < kMany; ++i) {
    SeenCollect seen;
    seen.cause =
        i % 2 == 0 ? CollectCause::kExplicit : CollectCause::kThreshold;
    seen.begin_us = 1000 * i;
    // The longest is one that no even thinning keeps.
    now.time_us = seen.begin_us + (i == 777 ? 90 : 10);
    pauses.on_collect_begin(now, seen);
    pauses.on_collect_end(now, seen);
  }
  pauses.on_finish(now);
  const PauseTrace& trace = pauses.trace();
  EXPECT_LE(trace.pauses.size(), PauseAnalysis::kListed);
  EXPECT_EQ(trace.pause_stride, 4U);
  const PauseFindings findings = judge_pauses(trace, choose_builtin(trace, 0));
  EXPECT_EQ(findings.all.count, kMany);
  EXPECT_EQ(findings.all.by_cause[2], kMany / 2);
  EXPECT_EQ(findings.figures.timed, kMany);
  EXPECT_EQ(findings.figures.pause_us.max, 90U);
  EXPECT_EQ(findings.figures.total_us, 10 * kMany + 80);
}

TEST(Pauses, TheProfileSaysWhatItIs) {
  PauseTrace trace;
  trace.release = "v1.23.0";
  EXPECT_EQ(choose_builtin(trace, 0).origin, ProfileOrigin::kBuiltin);
  EXPECT_FALSE(choose_builtin(trace, 0).clock_known);
  trace.release = "v1.22.2";
  EXPECT_EQ(choose_builtin(trace, 0).origin, ProfileOrigin::kNearest);
  EXPECT_TRUE(choose_builtin(trace, 0).release_known);
  trace.release = "my own";
  EXPECT_FALSE(choose_builtin(trace, 0).release_known);
  trace.clock_hz = 250'000'000;
  const ChosenProfile fast = choose_builtin(trace, 0);
  EXPECT_TRUE(fast.clock_known);
  const ChosenProfile slow = choose_builtin(trace, 62'500'000);
  EXPECT_DOUBLE_EQ(slow.profile.cost.swept_block,
                   4 * fast.profile.cost.swept_block);
}

TEST(Pauses, TooFewPausesFitNoProfile) {
  const PauseTrace trace = replayed(two_collects());
  const PauseFindings findings = judge_pauses(trace, choose_builtin(trace, 0));
  EXPECT_EQ(findings.verdict, ProfileVerdict::kUntested);
  const ChosenProfile chosen = calibrate({findings}, findings.chosen, "mine");
  EXPECT_TRUE(chosen.asked_to_fit);
  EXPECT_EQ(chosen.too_few, 2U);
  EXPECT_EQ(chosen.profile.name, "rp2040-v1.23.0");
}

TEST(Pauses, TheCurveGrowsWithLiveObjects) {
  const PauseTrace trace = replayed(two_collects());
  const PauseCurve curve =
      pause_curve(judge_pauses(trace, choose_builtin(trace, 0)));
  ASSERT_GE(curve.points.size(), 2U);
  uint64_t measured = 0;
  for (size_t i = 0; i < curve.points.size(); ++i) {
    measured += curve.points[i].measured;
    EXPECT_LE(curve.points[i].one_round.us, curve.points[i].with_rescan.us);
    if (i == 0) continue;
    EXPECT_GT(curve.points[i].one_round.us, curve.points[i - 1].one_round.us);
  }
  EXPECT_EQ(measured, 2U);
  EXPECT_TRUE(pause_curve(PauseFindings()).points.empty());
}

}  // namespace
}  // namespace libheap
