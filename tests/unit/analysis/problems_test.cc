#include "libheap/analysis/problems.h"

#include <gtest/gtest.h>

#include "tests/support/small_log.h"

namespace libheap {
namespace {

using testing::SmallLog;
using Problems = std::vector<Problem>;

Problems problems_of(SmallLog& log) { return problems(log.end().analyse()); }

TEST(Problems, AreNoneInAHeapThatServesEverything) {
  SmallLog log;
  log.line("A 16 0 0").line("F 0");
  EXPECT_EQ(problems_of(log), Problems());
}

TEST(Problems, TellFailuresApart) {
  SmallLog log("v1.22.2", 8);
  log.line("A 32 0 0").line("A 32 0 2").line("A 32 0 4").line("F 2");
  log.line("D").line("A 64 0 -").line("A 5000 0 -");
  EXPECT_EQ(problems_of(log),
            (Problems{Problem::kTooLarge, Problem::kCollectOff}));
}

TEST(Problems, NoteRequestsUnderTheLock) {
  SmallLog log;
  log.line("L 1").line("A 16 0 -").line("U 0");
  EXPECT_EQ(problems_of(log), Problems{Problem::kLocked});
}

// Findings with nothing in them but a heap of 100 blocks.
Findings of_100_blocks() {
  Findings findings;
  findings.heap.blocks = 100;
  findings.heap.block_bytes = 16;
  return findings;
}

FailedAllocation failure(uint64_t blocks, FailureVerdict verdict) {
  FailedAllocation one;
  one.blocks = blocks;
  one.n_bytes = blocks * 16;
  one.verdict = verdict;
  return one;
}

TEST(Problems, PutFragmentationFirst) {
  Findings findings = of_100_blocks();
  findings.failures.first = {failure(50, FailureVerdict::kExhausted),
                             failure(20, FailureVerdict::kFragmented),
                             failure(30, FailureVerdict::kFragmented)};
  EXPECT_EQ(problems(findings),
            (Problems{Problem::kFragmented, Problem::kExhausted}));
  EXPECT_EQ(failures_of(findings, Problem::kFragmented).size(), 2u);
  EXPECT_EQ(failures_of(findings, Problem::kExhausted).size(), 1u);
  EXPECT_EQ(failures_of(findings, Problem::kLocked).size(), 0u);
}

TEST(Problems, MeasureLargeRequestsByTheHeapWhenItWasLargest) {
  Findings findings = of_100_blocks();
  findings.failures.first = {failure(150, FailureVerdict::kExhausted)};
  EXPECT_EQ(problems(findings), Problems{Problem::kTooLarge});
  findings.over_time.samples.resize(1);
  findings.over_time.samples[0].total_blocks = 200;
  EXPECT_EQ(most_blocks(findings), 200u);
  EXPECT_EQ(problems(findings), Problems{Problem::kExhausted});
}

TEST(Problems, WantAThresholdWhereTheHeapRunsFull) {
  Findings findings = of_100_blocks();
  findings.collects.by_cause = {0, 3, 5};
  EXPECT_EQ(problems(findings), Problems{Problem::kNoThreshold});
  findings.collects.by_cause = {1, 3, 5};
  EXPECT_EQ(problems(findings), Problems());
}

TEST(Problems, LeaveAProgramAloneThatTheTunerLeaves) {
  Findings findings = of_100_blocks();
  findings.collects.by_cause = {0, 3, 0};
  findings.tune.emplace();
  EXPECT_EQ(problems(findings), Problems{Problem::kNoThreshold});
  findings.tune->advice.strategy = Strategy::kDefaults;
  EXPECT_EQ(problems(findings), Problems());
}

TEST(Problems, NameWhatGrows) {
  Findings findings = of_100_blocks();
  LiveTrend held;
  held.verdict = LiveVerdict::kHeld;
  findings.fragmentation.trends.origins = {held};
  EXPECT_EQ(problems(findings), Problems());
  LiveTrend grows;
  grows.verdict = LiveVerdict::kGrows;
  findings.fragmentation.trends.origins = {grows, held};
  EXPECT_EQ(problems(findings), Problems{Problem::kLeak});
  EXPECT_EQ(leaks(findings).size(), 1u);
  // Not where it takes forever.
  findings.proof.events = 10;
  findings.fragmentation.trends.origins[0].events_until_full = 200;
  EXPECT_EQ(problems(findings), Problems{Problem::kLeak});
  findings.fragmentation.trends.origins[0].events_until_full = 201;
  EXPECT_EQ(problems(findings), Problems());
}

TEST(Problems, WantCollectsToFreeSomething) {
  Findings findings = of_100_blocks();
  findings.collects.by_cause = {0, 0, 30};
  findings.collects.idle_explicit = 2;
  EXPECT_EQ(problems(findings), Problems());
  findings.collects.idle_explicit = 3;
  EXPECT_EQ(problems(findings), Problems{Problem::kIdleCollects});
  findings.collects.by_cause = {0, 0, 31};
  EXPECT_EQ(problems(findings), Problems());
}

TEST(Problems, WantHeadroomAfterACollect) {
  Findings findings = of_100_blocks();
  findings.collects.live_after_max = 75;
  EXPECT_EQ(problems(findings), Problems());
  findings.collects.live_after_max = 76;
  EXPECT_EQ(problems(findings), Problems{Problem::kLittleHeadroom});
}

}  // namespace
}  // namespace libheap
