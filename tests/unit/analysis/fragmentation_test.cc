// Fragmentation over small traces made by hand, and its arithmetic.

#include "libheap/analysis/fragmentation.h"

#include <gtest/gtest.h>

#include "libheap/analysis/last_long_run.h"
#include "libheap/analysis/peak_fragmentation.h"
#include "libheap/analysis/theil_sen.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

using testing::SmallLog;

TEST(TheilSen, IsTheMedianSlope) {
  std::vector<TrendPoint> points;
  for (int i = 0; i < 20; ++i) points.push_back({double(i), 3.0 * i + 1});
  points[4].y = 1000;  // one wild point moves nothing
  const Trend trend = theil_sen(points);
  EXPECT_DOUBLE_EQ(trend.slope, 3);
  EXPECT_GT(trend.low, 0);
  EXPECT_LE(trend.low, trend.slope);
  EXPECT_GE(trend.high, trend.slope);
}

TEST(TheilSen, IsUnsureOfNoise) {
  std::vector<TrendPoint> points;
  const double noise[] = {5, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3};
  for (int i = 0; i < 16; ++i) points.push_back({double(i), noise[i]});
  EXPECT_LE(theil_sen(points).low, 0);
  EXPECT_GE(theil_sen(points).high, 0);
}

TEST(TheilSen, HasAnswersForTooLittle) {
  EXPECT_EQ(theil_sen({}).slope, 0);
  const std::vector<TrendPoint> same = {{1, 2}, {1, 5}};
  EXPECT_EQ(theil_sen(same).slope, 0);
}

TEST(LastLongRun, FindsTheLastCollectWithRoom) {
  LastLongRun runs;
  for (const uint64_t blocks : {90, 40, 70, 20, 30}) {
    runs.add(10 * (runs.collects() + 1), Event::kNoTime, blocks);
  }
  EXPECT_EQ(runs.find(91), std::nullopt);
  EXPECT_EQ(runs.find(90)->event, 10u);
  EXPECT_EQ(runs.find(71)->collect, 1u);
  EXPECT_EQ(runs.find(41)->collect, 3u);
  EXPECT_EQ(runs.find(30)->collect, 5u);
  EXPECT_EQ(runs.find(1)->collect, 5u);
}

TEST(PeakFragmentation, IsMeasuredFourWays) {
  PeakFragmentation peaks;
  peaks.add(1, 100, 150, 10);  // live, extent, allocated before
  peaks.add(2, 200, 220, 30);  // most live
  peaks.add(3, 50, 300, 10);   // most used
  const PeakFragmentation::Measures found = peaks.measures();
  EXPECT_DOUBLE_EQ(found.average, (10 * 0.5 + 30 * 0.1 + 10 * 5.0) / 50);
  EXPECT_DOUBLE_EQ(found.at_most_live, 220.0 / 200 - 1);
  EXPECT_DOUBLE_EQ(found.at_most_used, 300.0 / 50 - 1);
  EXPECT_DOUBLE_EQ(found.of_peaks, 300.0 / 200 - 1);
  EXPECT_EQ(PeakFragmentation().measures().collects, 0u);
}

// 64 blocks: every eighth a block that stays, the rest freed by the program.
SmallLog in_pieces() {
  SmallLog log;
  log.one_block_objects(0, 64);
  for (int b = 0; b < 64; ++b) {
    if (b % 8 != 7) log.line("F " + std::to_string(b));
  }
  return log;
}

TEST(Fragmentation, NamesWhatIsInTheWayOfARequest) {
  SmallLog log = in_pieces();
  // Heads at 7, 15, ... 63: table bytes 00 40 sixteen times.
  log.line("(A 160 0").line("(C x 64");
  log.line(")C 0 64 0 0 8 8 8 0=" + std::string("0040") + "0040" + "0040" +
           "0040" + "0040" + "0040" + "0040" + "0040");
  log.line(")A -").end();
  const FragmentationFindings found = log.analyse().fragmentation;
  EXPECT_EQ(found.verdict, FragmentationVerdict::kFragmented);
  ASSERT_EQ(found.cards.size(), 1u);
  const FailureCard& card = found.cards[0];
  EXPECT_EQ(card.failed.verdict, FailureVerdict::kFragmented);
  EXPECT_EQ(card.heap.moment.runs.free_blocks, 56u);
  EXPECT_EQ(card.heap.moment.runs.largest, 7u);
  EXPECT_EQ(card.heap.splitter_count, 7u);  // not the one at the end
  ASSERT_TRUE(card.in_the_way);
  ASSERT_EQ(card.in_the_way->objects.size(), 1u);
  EXPECT_EQ(card.in_the_way->joined, 15u);
  ASSERT_TRUE(card.in_the_way->objects[0].born);
  EXPECT_EQ(card.in_the_way->objects[0].born->born_event, 8u);
  EXPECT_FALSE(card.last_room);
  EXPECT_EQ(card.collects_since, 1u);
}

TEST(Fragmentation, TellsApartWhyRequestsFail) {
  SmallLog log;
  log.one_block_objects(0, 60).line("D");
  log.line("A 80 0 -");          // 5 blocks of 4 free
  log.line("A 4294967295 0 -");  // wraps to none
  log.line("L 1").line("A 16 0 -").line("U 0");
  log.line("F 10").line("A 80 0 -").end();  // 5 of 5, in pieces
  const FragmentationFindings found = log.analyse().fragmentation;
  ASSERT_EQ(found.cards.size(), 4u);
  EXPECT_EQ(found.cards[0].failed.verdict, FailureVerdict::kExhausted);
  EXPECT_EQ(found.cards[1].failed.verdict, FailureVerdict::kTooLarge);
  EXPECT_EQ(found.cards[2].failed.verdict, FailureVerdict::kLocked);
  EXPECT_EQ(found.cards[3].failed.verdict, FailureVerdict::kFragmented);
  EXPECT_TRUE(found.cards[0].failed.collect_off);
  EXPECT_EQ(found.failures.count, 3u);
  EXPECT_EQ(found.failures.locked, 1u);
}

TEST(Fragmentation, WithoutTroubleItIsSound) {
  SmallLog log;
  log.line("A 16 0 0").line("(C e 1").line(")C 0 1 0 0 1 1 1 0=01").end();
  const FragmentationFindings found = log.analyse().fragmentation;
  EXPECT_EQ(found.verdict, FragmentationVerdict::kSound);
  ASSERT_TRUE(found.last_room);
  EXPECT_EQ(found.last_room->collect, found.collects);
  EXPECT_EQ(found.moments.size(), 1u);
  EXPECT_EQ(found.peaks.average, 0);
}

// A heap in which 2-block objects stay, 4 more after each collect, and all
// 1-block ones go. Bytes of the table: two such objects are 99 (head, tail).
TEST(LiveTrends, TellWhatGrowsFromWhatIsGarbage) {
  SmallLog log("v1.22.2", 256);
  int held = 0;
  for (int collect = 0; collect < 12; ++collect) {
    for (int i = 0; i < 4; ++i) {
      log.line("A 32 0 " + std::to_string(held));
      held += 2;
    }
    for (int i = 0; i < 4; ++i) log.line("A 16 0 " + std::to_string(held + i));
    std::string table;
    for (int b = 0; b < held; b += 4) table += "99";
    const std::string live = std::to_string(held / 2);
    log.line("(C e 12");
    log.line(")C " + std::to_string(collect == 0 ? 0 : held / 4 - 2) + " " +
             std::to_string(held) + " 0 0 " + std::to_string(held / 2 + 4) +
             " " + live + " " + std::to_string(held) + " 0=" + table);
  }
  const LiveTrendFindings found = log.end().analyse().fragmentation.trends;
  EXPECT_EQ(found.looks, 12u);
  ASSERT_EQ(found.origins.size(), 1u);  // the 1-block ones never stayed
  EXPECT_EQ(found.origins[0].verdict, LiveVerdict::kGrows);
  EXPECT_EQ(found.origins[0].origin.born_blocks, 2u);
  EXPECT_EQ(found.origins[0].first_blocks, 8u);
  EXPECT_EQ(found.origins[0].last_blocks, 96u);
  // 8 blocks per round of 9 events.
  EXPECT_NEAR(found.origins[0].per_event.slope, 8.0 / 9, 1e-9);
  EXPECT_EQ(found.origins[0].events_until_full, 160u * 9 / 8);
}

}  // namespace
}  // namespace libheap
