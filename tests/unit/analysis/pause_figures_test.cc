#include "libheap/analysis/pause_figures.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace libheap {
namespace {

PauseTrace trace_of(const std::vector<Interval>& pauses, uint64_t end) {
  PauseTrace trace;
  trace.end_us = end;
  for (const Interval& one : pauses) {
    Pause pause;
    pause.begin_us = one.begin;
    pause.end_us = one.end;
    trace.pauses.push_back(pause);
  }
  return trace;
}

TEST(PauseFigures, LengthsAndShare) {
  std::vector<Interval> pauses;
  for (uint64_t i = 1; i <= 100; ++i) {
    pauses.push_back({i * 1000, i * 1000 + i});
  }
  const PauseFigures figures = pause_figures(trace_of(pauses, 101'000));
  EXPECT_EQ(figures.timed, 100U);
  EXPECT_EQ(figures.total_us, 5050U);
  EXPECT_DOUBLE_EQ(figures.share_of_time(), 0.05);
  EXPECT_EQ(figures.pause_us.min, 1U);
  EXPECT_EQ(figures.pause_us.p50, 50U);
  EXPECT_EQ(figures.pause_us.p90, 90U);
  EXPECT_EQ(figures.pause_us.p99, 99U);
  EXPECT_EQ(figures.pause_us.max, 100U);
  ASSERT_TRUE(figures.period);
  EXPECT_EQ(figures.period->median_us, 1000U);
  EXPECT_TRUE(figures.period->regular);
}

TEST(PauseFigures, BinsGoFromTheShortestToTheLongest) {
  const PauseFigures figures = pause_figures(
      trace_of({{0, 30}, {100, 149}, {200, 250}, {300, 499}}, 1000));
  ASSERT_EQ(figures.histogram.size(), 3U);
  EXPECT_EQ(figures.histogram[0].from_us, 20U);
  EXPECT_EQ(figures.histogram[0].count, 2U);
  EXPECT_EQ(figures.histogram[1].from_us, 50U);
  EXPECT_EQ(figures.histogram[1].count, 1U);
  EXPECT_EQ(figures.histogram[2].to_us, 200U);
  EXPECT_EQ(figures.histogram[2].count, 1U);
}

TEST(PauseFigures, NothingWithoutTimes) {
  PauseTrace trace;
  trace.pauses.resize(3);
  const PauseFigures figures = pause_figures(trace);
  EXPECT_EQ(figures.timed, 0U);
  EXPECT_TRUE(figures.utilisation.empty());
  EXPECT_FALSE(figures.period);
}

TEST(PauseFigures, WorstStretchByHand) {
  const std::vector<Interval> pauses = {{100, 150}, {160, 200}, {900, 960}};
  const Interval whole{0, 1000};
  EXPECT_DOUBLE_EQ(minimum_utilisation(pauses, whole, 50), 0);
  // 100 to 200 holds both of the first two.
  EXPECT_DOUBLE_EQ(minimum_utilisation(pauses, whole, 100), 0.1);
  EXPECT_DOUBLE_EQ(minimum_utilisation(pauses, whole, 1000), 0.85);
  EXPECT_DOUBLE_EQ(minimum_utilisation(pauses, whole, 1001), 0);
}

TEST(PauseFigures, WorstStretchAsTriedAtEveryMoment) {
  std::mt19937 random(3);
  for (int round = 0; round < 50; ++round) {
    std::vector<Interval> pauses;
    std::vector<bool> paused(300, false);
    for (uint64_t at = random() % 20; at + 20 < 300; at += random() % 40 + 12) {
      pauses.push_back({at, at + 1 + random() % 10});
      for (uint64_t t = at; t < pauses.back().end; ++t) paused[t] = true;
    }
    for (const uint64_t window : {1U, 7U, 30U, 100U, 300U}) {
      int64_t worst = 0;
      for (size_t begin = 0; begin + window <= 300; ++begin) {
        const auto from = paused.begin() + static_cast<std::ptrdiff_t>(begin);
        worst = std::max<int64_t>(
            worst,
            std::count(from, from + static_cast<std::ptrdiff_t>(window), true));
      }
      EXPECT_DOUBLE_EQ(
          minimum_utilisation(pauses, {0, 300}, window),
          1 - static_cast<double>(worst) / static_cast<double>(window));
    }
  }
}

}  // namespace
}  // namespace libheap
