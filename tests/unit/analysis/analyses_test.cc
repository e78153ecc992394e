// The one-pass analyses on traces small enough to count by hand.

#include <gtest/gtest.h>

#include "libheap/analysis/decimated.h"
#include "libheap/analysis/trace_contents.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

using testing::SmallLog;

TEST(AllocationAnalysis, CountsWhatWasServed) {
  SmallLog log;
  log.line("A 24 0 0").line("A 0 0 -").line("A 24 0 2").line("R 0 30 1 0");
  log.line("R 0 40 1 4").line("R - 8 1 0").line("F 2").line("F -").end();
  const AllocationFindings found = log.analyse().allocations;
  EXPECT_EQ(found.requests, 4u);  // 24, 24, 40 moved, 8 from nothing
  EXPECT_EQ(found.requested_bytes, 24u + 24u + 40u + 8u);
  EXPECT_EQ(found.blocks, 2u + 2u + 3u + 1u);
  EXPECT_EQ(found.resizes, 2u);
  EXPECT_EQ(found.resizes_in_place, 1u);
  EXPECT_EQ(found.resizes_moved, 1u);
  EXPECT_EQ(found.frees, 1u);
  EXPECT_EQ(found.freed_blocks, 2u);
  EXPECT_EQ(found.peak_used_blocks, 6u);
  EXPECT_EQ(found.largest_request_bytes, 40u);
}

TEST(AllocationAnalysis, RanksSizesByTheBlocksTheyTook) {
  SmallLog log;
  log.one_block_objects(0, 3).line("A 100 0 3").line("A 5000 0 -");
  const AllocationFindings found = SmallLog(log).end().analyse().allocations;
  ASSERT_EQ(found.top_sizes.size(), 2u);
  EXPECT_EQ(found.top_sizes[0].n_bytes, 100u);
  EXPECT_EQ(found.top_sizes[0].blocks, 7u);
  EXPECT_EQ(found.top_sizes[1].n_bytes, 16u);
  EXPECT_EQ(found.top_sizes[1].count, 3u);
}

TEST(CollectAnalysis, CountsCausesAndWhatWasFreed) {
  SmallLog log("v1.22.2", 64);
  log.line("A 32 0 0").line("A 16 0 2").line("(C e 3");
  log.line(")C 0 1 0 0 2 1 2 0=09");
  log.line("(C e 0").line(")C 0 1 0 0 1 1 2 0=09").end();
  const CollectFindings found = log.analyse().collects;
  EXPECT_EQ(found.count, 2u);
  EXPECT_EQ(found.by_cause[2], 2u);
  EXPECT_EQ(found.freed_blocks, 1u);
  EXPECT_EQ(found.freed_objects, 1u);
  EXPECT_EQ(found.live_after_min, 2u);
  EXPECT_EQ(found.live_after_max, 2u);
  EXPECT_EQ(found.idle_explicit, 1u);
  ASSERT_EQ(found.listed.size(), 2u);
  EXPECT_EQ(found.listed[0].amount, 3u);
  EXPECT_EQ(found.listed[0].used_before, 3u);
  EXPECT_EQ(found.listed[0].largest_run_after, 62u);
}

TEST(FailureAnalysis, TellsExhaustedFromFragmented) {
  SmallLog log("v1.22.2", 8);
  log.line("D").line("A 32 0 0").line("A 32 0 2").line("A 32 0 4");
  log.line("F 2").line("A 64 0 -").line("A 80 0 -").end();
  const FailureFindings found = log.analyse().failures;
  EXPECT_EQ(found.count, 2u);
  EXPECT_EQ(found.fragmented, 1u);
  EXPECT_EQ(found.exhausted, 1u);
  EXPECT_EQ(found.collect_off, 2u);
  ASSERT_EQ(found.first.size(), 2u);
  EXPECT_EQ(found.first[0].verdict, FailureVerdict::kFragmented);
  EXPECT_EQ(found.first[0].free_blocks, 4u);
  EXPECT_EQ(found.first[0].largest_free_run, 2u);
  EXPECT_EQ(found.first[1].verdict, FailureVerdict::kExhausted);
}

TEST(FailureAnalysis, LeavesRequestsUnderTheLockApart) {
  SmallLog log("v1.22.2", 8);
  log.line("L 1").line("A 16 0 -").line("R - 16 1 -").line("U 0");
  log.line("A 0 0 -").end();
  const FailureFindings found = log.analyse().failures;
  EXPECT_EQ(found.count, 0u);
  EXPECT_EQ(found.locked, 2u);
}

TEST(FailureAnalysis, DoesNotCountARefusedGrowthInPlace) {
  SmallLog log("v1.22.2", 8);
  log.line("A 16 0 0").line("A 16 0 1").line("R 0 32 0 -").end();
  EXPECT_EQ(log.analyse().failures.count, 0u);
}

TEST(HeapOverTime, KnowsTheMostFragmentedMoment) {
  SmallLog log("v1.22.2", 64);
  log.one_block_objects(0, 64);
  for (int block = 0; block < 64; block += 2) {
    log.line("F " + std::to_string(block));
  }
  const HeapOverTimeFindings found = SmallLog(log).end().analyse().over_time;
  EXPECT_NEAR(found.worst_fragmentation, 1 - 1.0 / 32, 0.02);
  EXPECT_EQ(found.samples.front().event, 0u);
  EXPECT_EQ(found.samples.front().largest_free_run, 64u);
  EXPECT_EQ(found.samples.back().used_blocks, 32u);
}

TEST(HeapOverTime, CutsTheTraceIntoColumns) {
  HeapOverTimeFindings found;
  for (uint64_t event = 0; event < 100; ++event) {
    found.samples.push_back({event, Event::kNoTime, event, 100 - event});
  }
  const std::vector<HeapColumn> heap = columns(found, 10);
  ASSERT_EQ(heap.size(), 10u);
  EXPECT_EQ(heap[0].min_used_blocks, 0u);
  EXPECT_EQ(heap[0].max_used_blocks, 9u);
  EXPECT_EQ(heap[9].max_used_blocks, 99u);
  EXPECT_EQ(heap[9].min_largest_free_run, 1u);
  EXPECT_EQ(columns(found, 1000).size(), 1000u);
  EXPECT_TRUE(columns({}, 10).empty());
}

TEST(Fragmentation, IsZeroWhenNothingIsFree) {
  EXPECT_EQ(fragmentation(0, 0), 0.0);
  EXPECT_EQ(fragmentation(10, 10), 0.0);
  EXPECT_DOUBLE_EQ(fragmentation(10, 1), 0.9);
}

TEST(ExtremeSamples, KeepShortStreamsWhole) {
  ExtremeSamples kept(10);
  for (uint64_t i = 0; i < 10; ++i) kept.add({i, Event::kNoTime, i, 0, 100});
  const std::vector<HeapSample> samples = kept.samples();
  ASSERT_EQ(samples.size(), 10u);
  for (uint64_t i = 0; i < 10; ++i) EXPECT_EQ(samples[i].event, i);
}

TEST(ExtremeSamples, KeepTheSawtoothOfALongStream) {
  ExtremeSamples kept(10);
  for (uint64_t i = 0; i < 4096; ++i) {
    kept.add({i, Event::kNoTime, i % 2 == 0 ? 90u : 10u, 0, 100});
    ASSERT_LE(kept.samples().size(), 20u);
  }
  uint64_t last_event = 0;
  size_t full = 0;
  size_t empty = 0;
  for (const HeapSample& sample : kept.samples()) {
    EXPECT_GE(sample.event, last_event);
    last_event = sample.event;
    ++(sample.used_blocks == 90 ? full : empty);
  }
  EXPECT_EQ(full, empty);
  EXPECT_GE(full, 5u);
}

TEST(Decimated, KeepsShortStreamsWhole) {
  Decimated<int> list(8);
  for (int i = 0; i < 8; ++i) list.offer(i);
  EXPECT_EQ(list.items(), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(list.stride(), 1u);
}

TEST(Decimated, KeepsLongStreamsEvenlyAndSmall) {
  Decimated<uint64_t> list(8);
  for (uint64_t i = 0; i < 1000; ++i) {
    list.offer(i);
    ASSERT_LE(list.items().size(), 8u);
    for (size_t k = 0; k < list.items().size(); ++k) {
      ASSERT_EQ(list.items()[k], k * list.stride());
    }
  }
  EXPECT_EQ(list.offered(), 1000u);
}

TEST(TraceContents, CountsWithoutReplaying) {
  SmallLog log;
  log.line("A 16 0 60").line("(A 32 0").line("(C x 1");
  log.line(")C 0 0 0 0 1 1 1 0=01").line(")A -").line("T 5").end();
  const std::unique_ptr<EventSource> source = log.open();
  const TraceContents contents = read_contents(*source, "small");
  EXPECT_EQ(contents.events, 3u);
  EXPECT_EQ(contents.failed, 1u);
  EXPECT_EQ(contents.by_kind[static_cast<size_t>(EventKind::kThreshold)], 1u);
  EXPECT_EQ(contents.collects_by_cause[1], 1u);
  EXPECT_EQ(contents.blocks, 64u);
  EXPECT_TRUE(contents.complete);
}

}  // namespace
}  // namespace libheap
