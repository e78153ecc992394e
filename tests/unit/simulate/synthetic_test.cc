// Synthetic programs: their own truth, and what-if runs judged by it.

#include <cmath>

#include <gtest/gtest.h>

#include "libheap/replay/replayer.h"
#include "libheap/simulate/build_workload.h"
#include "libheap/simulate/lifetimes.h"
#include "libheap/simulate/synthetic_trace.h"
#include "libheap/simulate/what_if.h"

namespace libheap {
namespace {

using Threshold = SimulationSettings::Threshold;

SyntheticPlan plan_of(const SyntheticProgramKind& kind,
                      std::optional<uint64_t> threshold) {
  SyntheticPlan plan;
  plan.device.heap_bytes = kind.heap_bytes;
  plan.device.pause_us = kind.pause_us;
  plan.device.threshold_bytes = threshold;
  plan.rounds = 2000;
  return plan;
}

// A generated recording, its workload, and what the program really did.
struct Generated {
  Workload workload;
  std::vector<Position> deaths;
  SimulationRun run;
};

Generated generate(const SyntheticProgramKind& kind,
                   std::optional<uint64_t> threshold) {
  SyntheticTrace trace(kind, plan_of(kind, threshold));
  Generated made{build_workload(trace), trace.device().deaths(), {}};
  estimate_deaths(made.workload);
  made.run = simulate(made.workload, {}, made.deaths);
  return made;
}

SimulationSettings at_threshold(uint64_t bytes) {
  SimulationSettings settings;
  settings.threshold = Threshold::kBytes;
  settings.threshold_bytes = bytes;
  return settings;
}

std::vector<Position> recorded_collects(const Generated& made) {
  std::vector<Position> positions;
  for (const RecordedCollect& collect : made.workload.recorded.collects) {
    positions.push_back(collect.position);
  }
  return positions;
}

class Synthetic : public ::testing::TestWithParam<SyntheticProgramKind> {};

TEST_P(Synthetic, IsATraceLikeAnyOther) {
  SyntheticTrace trace(GetParam(), plan_of(GetParam(), 4096));
  Replayer replayer(trace);
  replayer.run();
  EXPECT_EQ(replayer.result().divergences, 0u);
  EXPECT_TRUE(replayer.result().complete);
  EXPECT_EQ(replayer.result().events, trace.device().events());
  EXPECT_EQ(replayer.result().collects, trace.device().collects());
}

TEST_P(Synthetic, KnowsItsDeathsWithinTheRecordedBrackets) {
  const Generated made = generate(GetParam(), 4096);
  ASSERT_EQ(made.deaths.size(), made.workload.birth.size());
  for (size_t life = 0; life < made.deaths.size(); ++life) {
    EXPECT_LE(made.workload.early[life], made.deaths[life]) << life;
    EXPECT_GE(made.workload.late[life], made.deaths[life]) << life;
  }
  EXPECT_TRUE(made.run.exact());
}

// With the true deaths, a simulation of another threshold is the recording
// that would have been made there.
TEST_P(Synthetic, TrueDeathsGiveTheTrueRun) {
  const Generated from = generate(GetParam(), 8192);
  for (const uint64_t bytes : {1024u, 4096u, 65536u}) {
    const Generated to = generate(GetParam(), bytes);
    const SimulationRun run =
        simulate(from.workload, at_threshold(bytes), from.deaths);
    EXPECT_EQ(run.collects, recorded_collects(to).size()) << bytes;
    EXPECT_EQ(run.peak_used_blocks, to.run.peak_used_blocks) << bytes;
    EXPECT_EQ(run.smallest_largest_run, to.run.smallest_largest_run) << bytes;
    EXPECT_EQ(run.final_digest, to.run.final_digest) << bytes;
  }
}

TEST_P(Synthetic, AnswersHoldTheTruthAndEstimatesComeClose) {
  for (const uint64_t source : {2048u, 32768u}) {
    const Generated from = generate(GetParam(), source);
    for (const uint64_t bytes : {1024u, 4096u, 16384u, 65536u}) {
      const SimulationRun truth =
          simulate(from.workload, at_threshold(bytes), from.deaths);
      const WhatIf answer =
          what_if(from.workload, {at_threshold(bytes)}).front();
      const auto holds = [&](const Bracket& bracket, double true_value,
                             const char* figure) {
        EXPECT_LE(bracket.low, true_value) << figure << source << bytes;
        EXPECT_GE(bracket.high, true_value) << figure << source << bytes;
        const double off = std::abs(bracket.estimate - true_value);
        const bool close = off <= std::max(1.0, 0.05 * true_value);
        EXPECT_TRUE(close || source != 2048)
            << figure << source << " " << bytes << ": " << bracket.estimate
            << ", truly " << true_value;
      };
      holds(answer.collects, double(truth.collects), "collects ");
      holds(answer.peak_used_bytes, 16.0 * double(truth.peak_used_blocks),
            "peak ");
      holds(answer.min_largest_free_run_bytes,
            16.0 * double(truth.smallest_largest_run), "run ");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Synthetic,
                         ::testing::ValuesIn(synthetic_programs().begin(),
                                             synthetic_programs().end()),
                         [](const auto& kind) {
                           std::string name(kind.param.name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(SyntheticPrograms, AreTheSameForTheSameSeed) {
  const SyntheticProgramKind& json = *find_synthetic_program("json");
  const Generated one = generate(json, 4096);
  EXPECT_EQ(one.run.final_digest, generate(json, 4096).run.final_digest);
  SyntheticPlan other = plan_of(json, 4096);
  other.seed = 2;
  SyntheticTrace trace(json, other);
  EXPECT_NE(build_workload(trace).requests.size(),
            one.workload.requests.size());
  EXPECT_EQ(find_synthetic_program("none"), nullptr);
}

// Rounds of the article's loop between two collects.
double rounds_between_collects(uint64_t threshold) {
  const SyntheticProgramKind& article = *find_synthetic_program("article");
  SyntheticPlan plan = plan_of(article, threshold);
  plan.rounds = 20'000;
  SyntheticTrace trace(article, plan);
  const Workload workload = build_workload(trace);
  const std::vector<RecordedCollect>& collects = workload.recorded.collects;
  const auto last = collects.size() - 2;  // then comes the closing one
  return (collects[last].position - collects[0].position) / 18.0 /
         static_cast<double>(last);
}

// 280 bytes are 17 requests of 16 and one of 8: 18 blocks, 288 bytes. So it
// takes 2,500 / 18 and 12,250 / 18 rounds, not 40,000 / 280 and 196,000 / 280.
TEST(SyntheticPrograms, TheArticlesExample) {
  EXPECT_NEAR(rounds_between_collects(40'000), 2500 / 18.0, 0.1);
  EXPECT_NEAR(rounds_between_collects(196'000), 12250 / 18.0, 0.1);
}

TEST(SyntheticPrograms, TheArticlesFloatAndInt) {
  const SyntheticProgramKind& pair = *find_synthetic_program("float-int");
  SyntheticTrace trace(pair, plan_of(pair, std::nullopt));
  Replayer replayer(trace);
  struct Used : ReplayObserver {
    void on_other(const Moment& now, const Event& event) override {
      if (event.kind != EventKind::kLabel) return;
      const uint64_t used = now.heap->used_blocks();
      if (event.text == "int") by_float = used - before;
      if (event.text == "end") by_int = used - before;
      before = used;
    }
    uint64_t before = 0, by_float = 0, by_int = 0;
  } used;
  replayer.observe(&used);
  replayer.run();
  EXPECT_EQ(16 * used.by_float, 16u);
  EXPECT_EQ(used.by_int, 0u);
}

}  // namespace
}  // namespace libheap
