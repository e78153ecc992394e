#include "libheap/report/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libheap/report/text_verdict.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

using libheap::testing::SmallLog;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Findings failing_findings() {
  Findings findings;
  findings.heap.blocks = 100;
  findings.heap.block_bytes = 16;
  findings.heap.pool_bytes = 1600;
  findings.proof.events = 50;
  FailedAllocation one;
  one.event = 40;
  one.n_bytes = 320;
  one.blocks = 20;
  one.free_blocks = 60;
  one.largest_free_run = 10;
  one.verdict = FailureVerdict::kFragmented;
  findings.failures.first = {one};
  findings.failures.count = 1;
  return findings;
}

TEST(Verdict, SaysThatNothingIsWrong) {
  const Findings findings = SmallLog().line("A 16 0 0").end().analyse();
  const std::vector<VerdictItem> items = verdict(findings);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].id, "healthy");
  EXPECT_THAT(items[0].why, HasSubstr("Peak use was 16 B of 1.0 KB."));
  EXPECT_EQ(items[0].code, "");
}

TEST(Verdict, SaysThatNothingHappened) {
  EXPECT_EQ(verdict(SmallLog().end().analyse())[0].headline,
            "Nothing happens in this trace.");
}

TEST(Verdict, QuotesTheFailureAndGivesALineToPaste) {
  const VerdictItem item = verdict(failing_findings())[0];
  EXPECT_EQ(item.id, "fragmented");
  EXPECT_THAT(item.headline, StartsWith("1 allocation failed although"));
  EXPECT_THAT(item.why,
              HasSubstr("at event 40, asked for 320 B in one piece; 960 B was "
                        "free, the largest run 160 B."));
  EXPECT_THAT(item.code, StartsWith("buffer = bytearray(320)"));
}

TEST(Verdict, DoesNotCountWhatWasNotKept) {
  Findings findings = failing_findings();
  findings.failures.count = 1000;
  EXPECT_THAT(verdict(findings)[0].headline,
              StartsWith("At least 1 allocation failed"));
}

TEST(Verdict, StandsInTextWithItsCodeOnALineOfItsOwn) {
  Findings findings = failing_findings();
  findings.collects.live_after_max = 90;
  const std::string text = verdict_text(findings, TextStyle());
  EXPECT_THAT(text, StartsWith("\n1 allocation failed although there was"));
  EXPECT_THAT(text, HasSubstr("\n\n    buffer = bytearray(320)"));
  EXPECT_THAT(text, HasSubstr("\n  Also: After a collect, up to 90.0 %"));
}

TEST(Verdict, SaysHowLongALeakLasts) {
  Findings findings;
  findings.heap.blocks = 100;
  findings.heap.block_bytes = 16;
  findings.proof.events = 500;
  findings.proof.first_us = 0;
  findings.proof.last_us = 5'000;
  LiveTrend trend;
  trend.verdict = LiveVerdict::kGrows;
  trend.origin.born_blocks = 2;
  trend.first_blocks = 10;
  trend.last_blocks = 40;
  trend.events_until_full = 600;
  findings.fragmentation.trends.origins = {trend, trend};
  findings.fragmentation.trends.free_after_last = 60;
  const VerdictItem item = verdict(findings)[0];
  EXPECT_EQ(item.id, "leak");
  EXPECT_THAT(item.headline, HasSubstr("objects born with 2 blocks"));
  EXPECT_THAT(item.why,
              HasSubstr("160 B of it was live at first and 640 B at last. "
                        "1 more grows too. At this rate the 960 B "
                        "that are free now last for 600 events "
                        "(6.00 ms)."));
  EXPECT_THAT(item.code, HasSubstr("deque"));
}

TEST(Verdict, HasWordsForEveryProblem) {
  Findings findings = failing_findings();
  FailedAllocation one = findings.failures.first[0];
  one.verdict = FailureVerdict::kExhausted;
  findings.failures.first.push_back(one);
  one.collect_off = true;
  findings.failures.first.push_back(one);
  one.blocks = 200;
  findings.failures.first.push_back(one);
  findings.failures.locked = 7;
  findings.collects.live_after_max = 90;
  findings.collects.by_cause = {0, 4, 5};
  findings.collects.idle_explicit = 5;
  LiveTrend trend;
  trend.verdict = LiveVerdict::kGrows;
  findings.fragmentation.trends.origins = {trend};
  const std::vector<VerdictItem> items = verdict(findings);
  ASSERT_EQ(items.size(), 9u);
  for (const VerdictItem& item : items) {
    EXPECT_NE(item.headline, "") << item.id;
    EXPECT_NE(item.why, "") << item.id;
  }
}

}  // namespace
}  // namespace libheap
