#include "libheap/analysis/advice.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace libheap {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A loop at 100 Hz that a threshold suits: its pause of 3 ms fits into 10.
AdviceFacts suited() {
  AdviceFacts facts;
  facts.iterations_per_second = 100;
  facts.alloc_bytes_per_iteration = 300;
  facts.alloc_bytes_per_second = 30'000;
  facts.pause_budget_us = 10'000;
  facts.budget_given = true;
  facts.off_serves = true;
  facts.off_tried = true;
  facts.off_pause = LikelyPause{6000, 7000};
  facts.seconds_to_full = 6;
  facts.threshold_bytes = 65536;
  facts.threshold_pause = LikelyPause{3000, 4000};
  facts.threshold_room_bytes = 50'000;
  facts.shortest_pause = LikelyPause{1000, 1500};
  facts.any_leaves_room = true;
  facts.best_room_bytes = 150'000;
  facts.largest_request_bytes = 512;
  facts.need_bytes = 512;
  facts.timed = true;
  facts.gap_p99_us = 800;
  facts.seam = "after a.py:1, before mpheap.tick()";
  facts.seam_p01_us = 700;
  facts.hot_line = "a.py:1";
  facts.hot_code = "# a.py:1";
  facts.hot_share = 0.8;
  facts.top_share = 0.9;
  facts.sweep_share = 0.3;
  return facts;
}

// The same, but no pause fits.
AdviceFacts hurried() {
  AdviceFacts facts = suited();
  facts.pause_budget_us = 1000;
  facts.threshold_bytes.reset();
  facts.threshold_pause.reset();
  return facts;
}

const StrategyRule& rule(const Advice& advice, Strategy strategy) {
  return advice.rules[static_cast<size_t>(strategy)];
}

RuleVerdict verdict(const AdviceFacts& facts, Strategy strategy) {
  return rule(advise(facts), strategy).verdict;
}

TEST(Advice, AThresholdThatFitsIsTaken) {
  const Advice advice = advise(suited());
  EXPECT_EQ(advice.strategy, Strategy::kThreshold);
  EXPECT_EQ(advice.threshold_bytes, 65536u);
  EXPECT_EQ(advice.code, "gc.threshold(65536)");
  EXPECT_EQ(advice.tie_breaker, "");
}

TEST(Advice, EveryRuleSaysWhyAndWhatWouldChangeIt) {
  for (const AdviceFacts& facts : {suited(), hurried(), AdviceFacts()}) {
    const Advice advice = advise(facts);
    ASSERT_EQ(advice.rules.size(), 5u);
    for (size_t i = 0; i < advice.rules.size(); ++i) {
      EXPECT_EQ(static_cast<size_t>(advice.rules[i].strategy), i);
      EXPECT_FALSE(advice.rules[i].says.empty());
      EXPECT_FALSE(advice.rules[i].would_change.empty());
    }
  }
}

TEST(Advice, DefaultsWhereRoomStaysWithoutAThreshold) {
  AdviceFacts facts = suited();
  facts.off_leaves_room = true;
  EXPECT_EQ(advise(facts).strategy, Strategy::kDefaults);
  facts.off_tried = false;  // a trace too short to tell
  EXPECT_EQ(verdict(facts, Strategy::kDefaults), RuleVerdict::kDoesNotFit);
  facts.off_tried = true;
  facts.off_pause = LikelyPause{9000, 12'000};
  EXPECT_EQ(verdict(facts, Strategy::kDefaults), RuleVerdict::kDoesNotFit);
}

TEST(Advice, DefaultsAtAHumanPace) {
  AdviceFacts facts = suited();
  facts.budget_given = false;
  facts.iterations_per_second = 1;
  facts.pause_budget_us = 1e6;
  facts.seconds_to_full = 60;
  EXPECT_EQ(advise(facts).strategy, Strategy::kDefaults);
  EXPECT_THAT(advise(facts).code, HasSubstr("gc.threshold(-1)"));
  facts.off_serves = false;
  EXPECT_EQ(verdict(facts, Strategy::kDefaults), RuleVerdict::kDoesNotFit);
  facts.off_serves = true;
  facts.seconds_to_full = 5;
  EXPECT_EQ(verdict(facts, Strategy::kDefaults), RuleVerdict::kDoesNotFit);
  facts.seconds_to_full = 60;
  facts.budget_given = true;  // whoever gives one cares
  EXPECT_EQ(verdict(facts, Strategy::kDefaults), RuleVerdict::kDoesNotFit);
}

TEST(Advice, ManualWhereOnlyASeamIsLongEnough) {
  AdviceFacts facts = hurried();
  facts.gap_p99_us = facts.seam_p01_us = 5000;
  facts.collect_every = 20;
  facts.manual_pause = LikelyPause{2000, 3000};
  const Advice advice = advise(facts);
  EXPECT_EQ(advice.strategy, Strategy::kManual);
  EXPECT_THAT(advice.code, HasSubstr("% 20"));
  EXPECT_THAT(advice.code, HasSubstr("gc.collect()"));
  EXPECT_THAT(advice.code, HasSubstr(facts.seam));
  facts.seam_p01_us = 2500;  // may be shorter than the pause
  EXPECT_EQ(verdict(facts, Strategy::kManual), RuleVerdict::kDoesNotFit);
  facts.timed = false;
  EXPECT_EQ(verdict(facts, Strategy::kManual), RuleVerdict::kUnknown);
}

TEST(Advice, OwnCollectsThatSufficeAreKept) {
  AdviceFacts facts = suited();
  facts.explicit_collects = 50;
  facts.off_leaves_room = true;
  const Advice advice = advise(facts);
  EXPECT_EQ(advice.strategy, Strategy::kManual);
  EXPECT_THAT(advice.code, HasSubstr("keep your gc.collect()"));
}

TEST(Advice, TheGapDecidesWhereBothWouldDo) {
  AdviceFacts facts = suited();
  facts.budget_given = false;
  facts.gap_p99_us = facts.seam_p01_us = 8000;
  facts.manual_pause = LikelyPause{3000, 4000};
  EXPECT_EQ(advise(facts).strategy, Strategy::kManual);
  EXPECT_EQ(advise(facts).tie_breaker, "gap");
  facts.budget_given = true;  // then the user has decided
  EXPECT_EQ(advise(facts).strategy, Strategy::kThreshold);
  facts.budget_given = false;
  facts.gap_p99_us = 3500;  // shorter than a pause can be
  EXPECT_EQ(advise(facts).strategy, Strategy::kThreshold);
  facts.gap_p99_us = 8000;
  facts.threshold_pause = LikelyPause{500, 900};  // hardly to be noticed
  EXPECT_EQ(advise(facts).strategy, Strategy::kThreshold);
}

TEST(Advice, PreallocateWhereNothingIsQuiet) {
  const Advice advice = advise(hurried());
  EXPECT_EQ(advice.strategy, Strategy::kPreallocate);
  EXPECT_EQ(advice.code, "# a.py:1");
  EXPECT_FALSE(advice.threshold_bytes);
  EXPECT_EQ(verdict(suited(), Strategy::kPreallocate),
            RuleVerdict::kDoesNotFit);
}

TEST(Advice, PreallocateWhereNoThresholdDoesBoth) {
  AdviceFacts facts = suited();
  facts.threshold_bytes.reset();
  facts.threshold_pause.reset();
  EXPECT_EQ(advise(facts).strategy, Strategy::kPreallocate);
  EXPECT_EQ(verdict(facts, Strategy::kThreshold), RuleVerdict::kDoesNotFit);
}

TEST(Advice, LackOfRoomDecidesBeforeAll) {
  AdviceFacts facts = suited();
  facts.any_leaves_room = false;
  facts.off_leaves_room = true;
  const Advice advice = advise(facts);
  EXPECT_EQ(advice.strategy, Strategy::kPreallocate);
  EXPECT_EQ(advice.tie_breaker, "room");
}

TEST(Advice, ASmallerHeapIsTheLastResort) {
  AdviceFacts facts = hurried();
  facts.sweep_share = 0.8;
  facts.smaller_heap_bytes = 98'304;
  facts.smaller_heap_pause = LikelyPause{700, 900};
  EXPECT_EQ(verdict(facts, Strategy::kSmallerHeap), RuleVerdict::kFits);
  EXPECT_EQ(advise(facts).strategy, Strategy::kPreallocate);
  facts.top_share = 0.1;  // nothing much to pre-allocate
  EXPECT_EQ(advise(facts).strategy, Strategy::kSmallerHeap);
  EXPECT_THAT(advise(facts).code, HasSubstr("98304"));
  facts.sweep_share = 0.4;  // marking dominates
  EXPECT_EQ(verdict(facts, Strategy::kSmallerHeap), RuleVerdict::kDoesNotFit);
  facts.sweep_share = 0.8;
  facts.smaller_heap_bytes.reset();
  EXPECT_EQ(verdict(facts, Strategy::kSmallerHeap), RuleVerdict::kDoesNotFit);
  facts.sweep_share.reset();
  EXPECT_EQ(verdict(facts, Strategy::kSmallerHeap), RuleVerdict::kUnknown);
}

// --- Warnings ---------------------------------------------------------------

bool warns(const AdviceFacts& facts, std::string_view id) {
  const std::vector<AdviceWarning> warnings = advise(facts).warnings;
  return std::any_of(warnings.begin(), warnings.end(),
                     [&](const AdviceWarning& one) { return one.id == id; });
}

TEST(AdviceWarnings, NoneWithoutBadHabits) {
  EXPECT_THAT(advise(suited()).warnings, IsEmpty());
}

TEST(AdviceWarnings, CollectingInATightLoop) {
  AdviceFacts facts = suited();
  facts.explicit_collects = 90;
  facts.explicit_per_iteration = 0.9;
  EXPECT_TRUE(warns(facts, "collect_in_tight_loop"));
  facts.explicit_per_iteration = 0.1;
  EXPECT_FALSE(warns(facts, "collect_in_tight_loop"));
}

TEST(AdviceWarnings, CollectsThatFreeNothing) {
  AdviceFacts facts = suited();
  facts.explicit_collects = 20;
  facts.idle_explicit = 15;
  EXPECT_TRUE(warns(facts, "collect_frees_nothing"));
  facts.idle_explicit = 5;
  EXPECT_FALSE(warns(facts, "collect_frees_nothing"));
}

TEST(AdviceWarnings, AThresholdBelowTheNeed) {
  AdviceFacts facts = suited();
  facts.recorded_threshold = 256;
  EXPECT_TRUE(warns(facts, "threshold_below_need"));
  facts.recorded_threshold = 4096;
  EXPECT_FALSE(warns(facts, "threshold_below_need"));
}

TEST(AdviceWarnings, RequestsUnderTheLock) {
  AdviceFacts facts = suited();
  facts.locked_requests = 1;
  EXPECT_TRUE(warns(facts, "allocates_under_lock"));
}

}  // namespace
}  // namespace libheap
