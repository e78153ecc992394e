#include "libheap/analysis/tune.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libheap/analysis/tune_facts.h"
#include "libheap/simulate/build_workload.h"
#include "libheap/simulate/synthetic_trace.h"

namespace libheap {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

struct Plan {
  std::optional<uint64_t> threshold;
  uint64_t rounds = 2000;
};

TuneTrace trace_of(std::string_view program, const Plan& plan) {
  const SyntheticProgramKind& kind = *find_synthetic_program(program);
  SyntheticPlan synthetic;
  synthetic.device.heap_bytes = kind.heap_bytes;
  synthetic.device.pause_us = kind.pause_us;
  synthetic.device.threshold_bytes = plan.threshold;
  synthetic.rounds = plan.rounds;
  SyntheticTrace source(kind, synthetic);
  return read_for_tune(source);
}

TuneOptions quick() {
  TuneOptions options;
  options.steps_per_octave = 1;
  return options;
}

// --- What a trace tells -----------------------------------------------------

TEST(ProgramLoop, IsCountedFromTickToTick) {
  const ProgramLoop loop = trace_of("article", {}).loop;
  EXPECT_EQ(loop.found_by, LoopFoundBy::kTicks);
  EXPECT_EQ(loop.iterations, 1999u);
  EXPECT_DOUBLE_EQ(loop.blocks, 18);
  EXPECT_DOUBLE_EQ(loop.requested_bytes, 280);
  EXPECT_EQ(loop.most_blocks, 18u);
  EXPECT_EQ(loop.largest_request_bytes, 16u);  // booting asks for more
  EXPECT_NEAR(*loop.period_us, 5000, 10);
}

// The requests of a trace without its marks, twice the same.
class Unmarked : public LoopAnalysis {
 public:
  void on_other(const Moment& now, const Event& event) override {
    if (event.kind != EventKind::kTick) LoopAnalysis::on_other(now, event);
  }
};

TEST(ProgramLoop, IsFoundByWhatRepeatsWithoutTicks) {
  const SyntheticProgramKind& kind = *find_synthetic_program("article");
  SyntheticPlan plan;
  plan.rounds = 2000;
  SyntheticTrace source(kind, plan);
  Unmarked loop;
  ReplayObserver* const observer = &loop;
  (void)build_workload(source, {&observer, 1});
  EXPECT_EQ(loop.loop().found_by, LoopFoundBy::kPeriod);
  EXPECT_DOUBLE_EQ(loop.loop().requests, 18);
  EXPECT_NEAR(*loop.loop().period_us, 5000, 50);
}

TEST(QuietSeams, FindsWhereTheLoopWaits) {
  const QuietSeamFindings found = trace_of("article", {}).seams;
  ASSERT_FALSE(found.seams.empty());
  const QuietSeam& quietest = found.seams.front();
  EXPECT_EQ(seam_text(quietest),
            "after control.py:24 (step), before mpheap.tick()");
  EXPECT_GE(quietest.gap_p01_us, 3900u);  // of 5 ms, rounded down
  EXPECT_LE(quietest.gap_p01_us, 5000u);
  EXPECT_GE(quietest.count, 1990u);
  EXPECT_GE(found.gap_p99_us, 3900u);  // one gap in 19 is long
}

TEST(HotPath, RanksLinesWithTheirRemedies) {
  const HotPath hot = trace_of("article", {}).hot;
  ASSERT_EQ(hot.lines.size(), 2u);
  EXPECT_TRUE(hot.from_first_tick);
  EXPECT_EQ(place_text(hot.lines[0].place), "control.py:21 (step)");
  EXPECT_EQ(hot.lines[0].kind, ObjectKind::kTuple);
  EXPECT_EQ(hot.lines[0].blocks, 17u * 2000);
  EXPECT_EQ(hot.lines[1].kind, ObjectKind::kFloat);
  EXPECT_NEAR(hot.lines[1].share, 1.0 / 18, 1e-9);
}

TEST(ObjectRemedies, AreReadOffTheRuntimeFunction) {
  EXPECT_EQ(object_kind("mp_obj_new_float", 0), ObjectKind::kFloat);
  EXPECT_EQ(object_kind("mp_obj_list_append", 32), ObjectKind::kListGrowth);
  EXPECT_EQ(object_kind("mp_obj_new_list", 16), ObjectKind::kList);
  EXPECT_EQ(object_kind("mp_obj_new_bytearray", 64), ObjectKind::kBuffer);
  EXPECT_EQ(object_kind("mp_obj_new_bound_meth", 12), ObjectKind::kBoundMethod);
  EXPECT_EQ(object_kind("m_malloc", 8), ObjectKind::kFloat);
  EXPECT_EQ(object_kind("m_malloc", 24), ObjectKind::kUnknown);
  for (int kind = 0; kind <= static_cast<int>(ObjectKind::kCompiled); ++kind) {
    const ObjectRemedy& remedy = remedy_for(static_cast<ObjectKind>(kind));
    EXPECT_EQ(static_cast<int>(remedy.kind), kind);
    EXPECT_FALSE(remedy.code.empty());
  }
}

// --- Candidates -------------------------------------------------------------

WhatIf answer_at(uint64_t threshold) {
  WhatIf answer;
  answer.threshold_bytes = threshold;
  answer.pool_bytes = 200'000;
  answer.estimate.collects = answer.estimate.threshold_collects = 10;
  answer.estimate.total_blocks = 12'500;
  answer.min_largest_free_run_bytes = {90'000, 100'000, 110'000};
  answer.max_pause_us = Bracket{2000, 3000, 4000};
  answer.estimate.longest_pause = {2500, 3000, 3500};
  return answer;
}

TuneInputs some_inputs() {
  TuneInputs inputs;
  inputs.pause_budget_us = 5000;
  inputs.largest_request_bytes = 1000;
  inputs.margin = 1.25;
  inputs.need_bytes = 1000;
  inputs.loop_bytes = 1e6;
  inputs.alloc_bytes_per_iteration = 100;
  return inputs;
}

TEST(Candidates, EachConditionCanFail) {
  const TuneInputs inputs = some_inputs();
  EXPECT_TRUE(judged(answer_at(4096), {}, inputs).fits());
  WhatIf may_fail = answer_at(4096);
  may_fail.failed_allocations.high = 1;
  EXPECT_FALSE(judged(may_fail, {}, inputs).serves);
  EXPECT_TRUE(judged(may_fail, {}, inputs).fits_by_estimate);
  WhatIf tight = answer_at(4096);
  tight.min_largest_free_run_bytes.low = 1249;
  EXPECT_FALSE(judged(tight, {}, inputs).leaves_room);
  tight.min_largest_free_run_bytes.low = 1250;
  EXPECT_TRUE(judged(tight, {}, inputs).leaves_room);
  WhatIf slow = answer_at(4096);
  slow.max_pause_us->high = 5001;
  EXPECT_FALSE(judged(slow, {}, inputs).in_budget);
  EXPECT_FALSE(judged(answer_at(992), {}, inputs).above_need);
  WhatIf rare = answer_at(4096);
  rare.estimate.collects = 2;
  EXPECT_FALSE(judged(rare, {}, inputs).tried);
  EXPECT_FALSE(judged(answer_at(400'000), {}, inputs).tried);
}

TEST(Candidates, EstimatesAloneAreTakenWithCaution) {
  WhatIf crowded = answer_at(4096);
  crowded.failed_allocations.high = 1;
  crowded.min_largest_free_run_bytes.estimate = 49'000;  // under a quarter
  EXPECT_FALSE(judged(crowded, {}, some_inputs()).fits_by_estimate);
}

TEST(Candidates, TheLargestThatFitsIsFound) {
  std::vector<Candidate> candidates;
  for (const uint64_t bytes : {2048, 4096, 8192, 16'384}) {
    WhatIf answer = answer_at(bytes);
    if (bytes == 16'384) answer.max_pause_us->high = 9000;
    candidates.push_back(judged(answer, {}, some_inputs()));
  }
  EXPECT_EQ(largest_fit(candidates, false), 2u);
  EXPECT_EQ(largest_fit(candidates, true), 3u);
}

TEST(Candidates, KnowHowFarCollectsAreApart) {
  const Candidate one = judged(answer_at(40'000), {}, some_inputs());
  EXPECT_DOUBLE_EQ(*one.iterations_apart, 400);
  EXPECT_FALSE(one.seconds_apart);
}

TEST(Candidates, FormulasOfTheDocumentation) {
  const std::vector<Formula> formulas = threshold_formulas();
  ASSERT_EQ(formulas.size(), 4u);
  // A heap of 192,064 bytes with 20,000 used.
  EXPECT_EQ(formulas[0].bytes(192'064, 20'000), 63'016u);
  EXPECT_EQ(formulas[1].bytes(192'064, 20'000), 48'016u);
  EXPECT_EQ(formulas[2].bytes(192'064, 20'000), 43'016u);
  EXPECT_EQ(formulas[3].bytes(192'064, 20'000), 86'032u);
}

// --- The whole --------------------------------------------------------------

TEST(Tune, TheArticlesLoopAtItsThreshold) {
  const TuneTrace trace = trace_of("article", {40'000, 4000});
  TuneOptions options = quick();
  options.pause_budget_us = 10'000;
  const TuneFindings found = tune(trace, options);
  ASSERT_TRUE(found.choice);
  const auto recorded = std::find_if(
      found.candidates.begin(), found.candidates.end(),
      [](const Candidate& c) { return c.answer.threshold_bytes == 40'000u; });
  ASSERT_NE(recorded, found.candidates.end());
  EXPECT_THAT(recorded->names, Contains("recorded"));
  EXPECT_TRUE(recorded->answer.exact);
  // 2,500 blocks at 18 a round, 200 rounds a second.
  EXPECT_NEAR(*recorded->iterations_apart, 138.9, 0.1);
  EXPECT_NEAR(*recorded->seconds_apart, 0.694, 0.002);
  // The pause is what was measured, 8 ms.
  EXPECT_NEAR(recorded->answer.max_pause_us->estimate, 8000, 400);
  EXPECT_EQ(found.advice.strategy, Strategy::kThreshold);
}

TEST(Tune, APauseLongerThanTheLoopsWaitMeansPreallocate) {
  const TuneFindings found = tune(trace_of("article", {40'000, 4000}), [] {
    TuneOptions options = quick();
    options.pause_budget_us = 1000;
    return options;
  }());
  EXPECT_EQ(found.advice.strategy, Strategy::kPreallocate);
  EXPECT_THAT(found.advice.code, HasSubstr("control.py:21"));
}

TEST(Tune, RefusesWithoutAWayToKnow) {
  const TuneFindings found = tune(trace_of("pid", {std::nullopt, 5}), quick());
  EXPECT_FALSE(found.advice.strategy);
  EXPECT_EQ(found.advice.confidence, Confidence::kNone);
  EXPECT_THAT(found.advice.refusal, HasSubstr("too short"));
}

TEST(Tune, AskedForMoreItAsksForACalibrationCapture) {
  const TuneFindings found =
      tune(trace_of("json", {std::nullopt, 1000}), quick());
  EXPECT_TRUE(found.by_estimate_only);
  EXPECT_EQ(found.advice.confidence, Confidence::kLow);
  EXPECT_THAT(found.limits, Contains(HasSubstr("granule=2048")));
}

TEST(Tune, ProgramsAreAllAnswered) {
  for (const SyntheticProgramKind& kind : synthetic_programs()) {
    const TuneFindings found =
        tune(trace_of(kind.name, {uint64_t{4096}, 3000}), quick());
    EXPECT_TRUE(found.advice.strategy) << kind.name;
    EXPECT_FALSE(found.advice.code.empty()) << kind.name;
    EXPECT_NE(found.advice.confidence, Confidence::kNone) << kind.name;
  }
}

}  // namespace
}  // namespace libheap
