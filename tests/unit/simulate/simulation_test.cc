#include "libheap/simulate/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libheap/base/error.h"
#include "libheap/simulate/build_workload.h"
#include "libheap/trace/byte_source.h"
#include "libheap/trace/event_log_reader.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::SmallLog;
using Threshold = SimulationSettings::Threshold;

Workload workload_of(SmallLog& log) {
  return build_workload(*log.end().open());
}

// No collect is recorded here: each may have died at once, or never.
SmallLog eight_objects() {
  SmallLog log;
  for (int i = 0; i < 8; ++i) log.line("A 16 0 " + std::to_string(i));
  return log;
}

TEST(Workload, HoldsRequestsAndLives) {
  SmallLog log;
  log.line("A 16 0 0").line("A 40 1 1").line("F 0").line("R 1 64 1 1");
  const Workload workload = workload_of(log);
  ASSERT_EQ(workload.requests.size(), 4u);
  EXPECT_EQ(workload.requests[0].kind(), RequestKind::kAlloc);
  EXPECT_EQ(workload.requests[1].kind(), RequestKind::kAllocFinaliser);
  EXPECT_EQ(workload.requests[2].kind(), RequestKind::kFree);
  EXPECT_EQ(workload.requests[3].kind(), RequestKind::kResize);
  EXPECT_EQ(workload.size_of(workload.requests[3]), 64u);
  EXPECT_THAT(workload.birth, ElementsAre(1, 2));
  EXPECT_THAT(workload.early, ElementsAre(kNever, 4));  // alive at its resize
  EXPECT_THAT(workload.late, ElementsAre(kNever, kNever));
  EXPECT_EQ(workload.largest_request, 64u);
}

TEST(Workload, SlotsAreUsedAgain) {
  SmallLog log;
  for (int i = 0; i < 10; ++i) log.line("A 16 0 0").line("F 0");
  EXPECT_EQ(workload_of(log).slots, 1u);
}

TEST(Workload, SaysWhenNoCollectWasRecorded) {
  SmallLog log = eight_objects();
  EXPECT_THAT(workload_of(log).limits,
              ElementsAre(HasSubstr("no collect was recorded")));
}

TEST(Workload, RefusesATraceWithoutRequests) {
  SmallLog log;
  EXPECT_THROW(static_cast<void>(workload_of(log)), Error);
}

TEST(Simulation, WithoutChangesIsTheRecording) {
  SmallLog log;
  log.line("A 16 0 0").line("A 40 0 1").line("F 0").line("R 1 80 1 1");
  const Workload workload = workload_of(log);
  const SimulationRun run = simulate(workload, {}, workload.early);
  EXPECT_TRUE(run.exact());
  EXPECT_EQ(run.final_digest, workload.recorded.final_digest);
  EXPECT_EQ(run.peak_used_blocks, 5u);
  EXPECT_EQ(run.smallest_largest_run, 58u);  // 64 blocks, block 0 free again
}

TEST(Simulation, ThresholdCountsBlocksBeforeTheRequest) {
  SmallLog log = eight_objects();
  const Workload workload = workload_of(log);
  SimulationSettings settings;
  settings.threshold = Threshold::kBytes;
  settings.threshold_bytes = 48 + 15;  // three blocks, rounded down
  const SimulationRun run = simulate(workload, settings, workload.late);
  EXPECT_EQ(run.threshold_collects, 2u);  // before requests 4 and 7
  EXPECT_FALSE(run.exact());
  EXPECT_EQ(run.peak_used_blocks, 8u);  // late: nothing was seen to die
}

TEST(Simulation, EarlyDeathsAreSweptByTheNextCollect) {
  SmallLog log = eight_objects();
  const Workload workload = workload_of(log);
  SimulationSettings settings;
  settings.threshold = Threshold::kBytes;
  settings.threshold_bytes = 48;
  const SimulationRun run = simulate(workload, settings, workload.early);
  EXPECT_EQ(run.peak_used_blocks, 3u);
  EXPECT_EQ(run.live_after_max_blocks, 0u);
}

TEST(Simulation, AThresholdReplacesTheProgramsOwnWhereItIsSet) {
  SmallLog log;
  log.line("A 16 0 0").line("A 16 0 1").line("T 64").line("A 16 0 2");
  const Workload workload = workload_of(log);
  SimulationSettings settings;
  settings.threshold = Threshold::kBytes;
  settings.threshold_bytes = 16;
  const SimulationRun run = simulate(workload, settings, workload.late);
  EXPECT_EQ(run.threshold_collects, 1u);  // not before the program sets one
  EXPECT_EQ(run.final_threshold_bytes, 16u);
  settings.threshold = Threshold::kOff;
  EXPECT_EQ(simulate(workload, settings, workload.late).collects, 0u);
}

TEST(Simulation, ASmallerHeapCollectsAndThenFails) {
  SmallLog log = eight_objects();
  const Workload workload = workload_of(log);
  SimulationSettings settings;
  const AreaLayout small = testing::area_of_blocks(
      workload.config, 4, workload.header.area.start, false);
  settings.heap_bytes = small.end - small.start;
  const SimulationRun late = simulate(workload, settings, workload.late);
  EXPECT_EQ(late.exhausted_collects, 4u);
  EXPECT_EQ(late.failed_allocations, 4u);
  EXPECT_EQ(late.hopeless_failures, 4u);
  const SimulationRun early = simulate(workload, settings, workload.early);
  EXPECT_EQ(early.exhausted_collects, 1u);
  EXPECT_EQ(early.failed_allocations, 0u);
}

TEST(Simulation, WhatFailedIsLeftOutOfWhatFollows) {
  SmallLog log;
  log.line("A 960 0 0").line("R 0 1024 1 0").line("F 0").line("A 16 0 0");
  const Workload workload = workload_of(log);
  SimulationSettings settings;
  const AreaLayout small = testing::area_of_blocks(
      workload.config, 8, workload.header.area.start, false);
  settings.heap_bytes = small.end - small.start;
  const SimulationRun run = simulate(workload, settings, workload.late);
  EXPECT_EQ(run.failed_allocations, 1u);
  EXPECT_EQ(run.peak_used_blocks, 1u);
}

TEST(Simulation, BiggerBlocksTakeMoreOfTheHeap) {
  SmallLog log = eight_objects();
  const Workload workload = workload_of(log);
  SimulationSettings settings;
  settings.block_bytes = 32;
  const SimulationRun run = simulate(workload, settings, workload.late);
  EXPECT_EQ(run.peak_used_blocks, 8u);
  EXPECT_LT(run.total_blocks, 40u);
  settings.block_bytes = 24;
  EXPECT_THROW(static_cast<void>(simulate(workload, settings, workload.late)),
               Error);
}

TEST(Simulation, CollectsAtTicksAndLabels) {
  SmallLog log;
  log.line("A 16 0 0").line("TICK").line("A 16 0 1").line("TICK");
  log.line("LABEL quiet").line("A 16 0 2").line("TICK").end();
  std::string text = log.text();
  text.replace(0, text.find('\n'), "MPHEAP-EVENTS 1");  // has marks
  EventLogReader reader(memory_byte_source(text, "small"));
  const Workload workload = build_workload(reader);
  ASSERT_EQ(workload.marks.size(), 4u);
  SimulationSettings settings;
  settings.collect_every_ticks = 2;
  SimulationRun run = simulate(workload, settings, workload.early);
  EXPECT_EQ(run.explicit_collects, 1u);
  EXPECT_EQ(run.peak_used_blocks, 2u);
  settings.collect_every_ticks = 0;
  settings.collect_label = "quiet";
  EXPECT_EQ(simulate(workload, settings, workload.early).explicit_collects, 1u);
  settings.collect_label = "loud";
  EXPECT_THROW(static_cast<void>(simulate(workload, settings, workload.early)),
               Error);
}

TEST(Simulation, PausesAreSummedAndTheLongestKept) {
  class TenPerCollect : public PauseModel {
   public:
    PauseRange pause_of(const SimulatedCollect& collect) const override {
      const auto swept = static_cast<double>(collect.swept_blocks);
      return {swept, 10 + swept, 20 + swept};
    }
  };
  SmallLog log = eight_objects();
  const Workload workload = workload_of(log);
  SimulationSettings settings;
  settings.threshold = Threshold::kBytes;
  settings.threshold_bytes = 48;
  const TenPerCollect pauses;
  const SimulationRun run =
      simulate(workload, settings, workload.early, {&pauses, true});
  EXPECT_EQ(run.collects, 2u);
  EXPECT_EQ(run.longest_pause.estimate_us, 13);
  EXPECT_EQ(run.total_pause.estimate_us, 26);
  ASSERT_EQ(run.kept.size(), 2u);
  EXPECT_EQ(run.kept[0].swept_objects, 3u);
  EXPECT_EQ(run.kept[0].position, 3u);
}

}  // namespace
}  // namespace libheap
