#include "libheap/model/collect_cycles.h"

#include <gtest/gtest.h>

namespace libheap {
namespace {

Release priced_as(const char* release) {
  return collect_cycles(parse_release(release).value()).measured_on;
}

TEST(CollectCycles, AreThoseOfTheReleaseThatSweepsAlike) {
  const Release v1_20 = {1, 20, 0, true};
  const Release v1_23 = {1, 23, 0, true};
  const Release v1_28 = {1, 28, 0, true};
  EXPECT_EQ(priced_as("v1.12"), v1_20);
  EXPECT_EQ(priced_as("v1.20.0"), v1_20);
  EXPECT_EQ(priced_as("v1.21.0"), v1_23);
  EXPECT_EQ(priced_as("v1.24.1"), v1_23);
  EXPECT_EQ(priced_as("v1.25.0"), v1_28);
  EXPECT_EQ(priced_as("v1.29.0-preview"), v1_28);
}

// Each count is paid at its own price: one more of it costs just that.
TEST(CollectCycles, PayForEachCountOnce) {
  CollectCycles price;
  price.start = 1;
  price.root_word = {2, 3, 4, 5};
  price.word = {6, 7, 8, 9};
  price.marked = 100;
  price.pushed = 200;
  price.subtree = 400;
  price.rescan_pass = 1000;
  price.rescan_block = 2000;
  MarkCounts counts;
  EXPECT_EQ(marking_cycles(price, counts), 1);
  counts.root_words = {1, 1, 1, 1};
  EXPECT_EQ(marking_cycles(price, counts), 15);
  counts.words = {1, 1, 1, 1};
  EXPECT_EQ(marking_cycles(price, counts), 45);
  counts.root_heads = 1;  // marked, and its subtree begun
  EXPECT_EQ(marking_cycles(price, counts), 545);
  counts.pushed = 1;
  EXPECT_EQ(marking_cycles(price, counts), 845);
  counts.overflowed = 1;
  EXPECT_EQ(marking_cycles(price, counts), 945);
  counts.rescan_objects = 1;
  EXPECT_EQ(marking_cycles(price, counts), 1345);
  counts.rescan_passes = 1;
  counts.rescan_blocks = 2;
  EXPECT_EQ(marking_cycles(price, counts), 6345);
}

TEST(CollectCycles, SweepIsASumOverTheTable) {
  const CollectCycles& price = collect_cycles({1, 28, 0, true});
  const SweepCounts counts = {.swept_blocks = 10,
                              .live_objects = 2,
                              .live_tails = 3,
                              .freed_objects = 1,
                              .freed_tails = 1,
                              .finaliser_bytes = 2};
  EXPECT_EQ(sweep_cycles(price, counts),
            95 + 10 * 32 + 2 * 10 + 3 * 1 + 6 + 5 + 2 * 19);
}

}  // namespace
}  // namespace libheap
