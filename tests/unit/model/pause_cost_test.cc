#include "libheap/model/pause_cost.h"

#include <gtest/gtest.h>

#include "libheap/model/pause_profiles.h"
#include "tests/support/heap_program.h"

namespace libheap {
namespace {

// Round prices and contents, to reckon with in the head.
PauseProfile round_profile() {
  PauseProfile profile;
  profile.cost = {.start = 10,
                  .object = 1,
                  .word = 0.1,
                  .aligned_word = 0.2,
                  .pointer = 0.5,
                  .rescan_entry = 0.01,
                  .sweep_start = 5,
                  .swept_block = 0.3,
                  .live_object = 0.2,
                  .live_tail = 0.1,
                  .freed_object = 0.4,
                  .freed_tail = 0.6,
                  .flag_byte = 0.05,
                  .finaliser = 7};
  profile.content.root_words = 100;
  profile.content.root_pointers = 20;
  profile.bars = {0.01, 0.1, 0.3, 1};
  return profile;
}

PauseState small_state() {
  PauseState state;
  state.live_objects = 100;
  state.live_blocks = 150;
  state.freed_objects = 10;
  state.freed_blocks = 30;
  state.total_blocks = 1000;
  state.swept_blocks = 200;
  state.flag_bytes = 26;
  state.finalisers = 2;
  state.rescan_passes = 0;
  state.visits = MarkVisits{100, 600, 300, 120};
  return state;
}

TEST(PauseCost, AddsUpWhatACollectDoes) {
  const PauseEstimate estimate = predict_pause(round_profile(), small_state());
  EXPECT_DOUBLE_EQ(estimate.parts.roots, 10 + 100 * 0.1 + 20 * 0.5);
  EXPECT_DOUBLE_EQ(estimate.parts.objects, 100 * 1 + 120 * 0.5);
  EXPECT_DOUBLE_EQ(estimate.parts.words, 600 * 0.1 + 300 * 0.2);
  EXPECT_DOUBLE_EQ(estimate.parts.rescans, 0);
  EXPECT_DOUBLE_EQ(estimate.parts.sweep, 5 + 200 * 0.3 + 100 * 0.2 + 50 * 0.1 +
                                             10 * 0.4 + 20 * 0.6 + 26 * 0.05);
  EXPECT_DOUBLE_EQ(estimate.parts.finalisers, 14);
  EXPECT_DOUBLE_EQ(estimate.us, estimate.parts.total());
}

TEST(PauseCost, PartsAddUpWithRescansToo) {
  PauseState state = small_state();
  state.rescan_passes = 2;
  state.visits = MarkVisits{250, 1500, 700, 300};
  const PauseProfile profile = round_profile();
  const PauseEstimate estimate = predict_pause(profile, state);
  EXPECT_NEAR(estimate.us,
              cost_of(profile.cost, pause_amounts(profile.content, state, 2)),
              1e-9);
  // The table is walked twice, and all that is live scanned again each time.
  EXPECT_GT(estimate.parts.rescans, 2 * 1000 * 0.01 + 2 * 100 * 1);
  EXPECT_DOUBLE_EQ(estimate.parts.objects, 50 * 1 + 300 * 0.5 / 3);
}

TEST(PauseCost, BarsAreSharesOfMarking) {
  PauseState state = small_state();
  const PauseProfile profile = round_profile();
  const PauseEstimate counted = predict_pause(profile, state);
  EXPECT_NEAR(counted.high_us - counted.us, 0.01 * (160 + 120), 1e-9);
  state.visits.reset();
  const PauseEstimate estimated = predict_pause(profile, state);
  const double marking = estimated.parts.mark() - estimated.parts.roots;
  EXPECT_NEAR(estimated.us - estimated.low_us, 0.1 * marking, 1e-9);
  state.rescan_passes = 1;
  const PauseEstimate rescans = predict_pause(profile, state);
  const double more = rescans.parts.mark() - rescans.parts.roots;
  EXPECT_NEAR(rescans.high_us - rescans.us, 0.3 * more, 1e-9);
}

TEST(PauseCost, UnknownPassesHaveRoomForBoth) {
  PauseProfile profile = round_profile();
  profile.content.overflow_chance = 0.5;
  PauseState state = small_state();
  state.visits.reset();
  const auto with_passes = [&](std::optional<uint32_t> passes) {
    state.rescan_passes = passes;
    return predict_pause(profile, state);
  };
  const PauseEstimate none = with_passes(0);
  const PauseEstimate one = with_passes(1);
  const PauseEstimate unknown = with_passes(std::nullopt);
  EXPECT_NEAR(unknown.us, (none.us + one.us) / 2, 1e-9);
  EXPECT_EQ(unknown.low_us, none.low_us);
  EXPECT_EQ(unknown.high_us, one.high_us);
  // As good as certain either way.
  state.overflow_chance = 0.01;
  EXPECT_EQ(with_passes(std::nullopt).high_us, none.high_us);
  state.overflow_chance = 0.99;
  EXPECT_EQ(with_passes(std::nullopt).low_us, one.low_us);
}

TEST(PauseCost, FewObjectsCannotOverflowTheMarkStack) {
  PauseProfile profile = round_profile();
  profile.content.overflow_chance = 0.9;
  PauseState state = small_state();
  state.visits.reset();
  state.rescan_passes.reset();
  state.live_objects = 64;
  EXPECT_EQ(predict_pause(profile, state).parts.rescans, 0);
  state.live_objects = 65;
  EXPECT_GT(predict_pause(profile, state).parts.rescans, 0);
  state.mark_stack_entries = 1024;
  EXPECT_EQ(predict_pause(profile, state).parts.rescans, 0);
}

TEST(PauseCost, TheReleaseSetsWhatIsSwept) {
  EXPECT_EQ(swept_blocks(traits_of(kV1x20), 1000, 99), 1000U);
  EXPECT_EQ(swept_blocks(traits_of(kV1x21), 1000, 99), 100U);
  EXPECT_EQ(swept_blocks(traits_of(kV1x21), 1000, 1000), 1000U);
  EXPECT_EQ(swept_flag_bytes(traits_of(kV1x24), 99), 0U);
  EXPECT_EQ(swept_flag_bytes(traits_of(kV1x25), 99), 13U);
}

TEST(PauseProfiles, EachReleaseHasThatOfItsCollector) {
  const auto name = [](const char* release) {
    return builtin_pause_profile(parse_release(release)).name;
  };
  EXPECT_EQ(name("v1.12"), "rp2040-v1.20.0");
  EXPECT_EQ(name("v1.20.0"), "rp2040-v1.20.0");
  EXPECT_EQ(name("v1.21.0"), "rp2040-v1.23.0");
  EXPECT_EQ(name("v1.24.1"), "rp2040-v1.23.0");
  EXPECT_EQ(name("v1.25.0"), "rp2040-v1.28.0");
  EXPECT_EQ(name("v1.29.0-preview"), "rp2040-v1.28.0");
  EXPECT_EQ(builtin_pause_profile(std::nullopt).name, "rp2040-v1.28.0");
}

TEST(PauseProfiles, AnotherClockScalesEveryPrice) {
  const PauseTerms& cost = builtin_pause_profiles().front().cost;
  const PauseTerms half = scaled(cost, 0.5);
  for (const PauseTermName& one : pause_terms()) {
    EXPECT_DOUBLE_EQ(half.*one.term, 0.5 * (cost.*one.term)) << one.name;
  }
}

}  // namespace
}  // namespace libheap
