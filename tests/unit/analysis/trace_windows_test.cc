#include "libheap/analysis/trace_windows.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace libheap {
namespace {

TEST(WindowSeries, AreTwentyToFortyOfEqualLength) {
  for (const uint64_t length : {1, 5, 39, 40, 41, 1000, 12345}) {
    WindowSeries series;
    for (uint64_t i = 0; i <= length; ++i) {
      series.advance_to(7 + i);
      ++series.open().requests;
    }
    EXPECT_EQ(series.length(), length);
    const auto& windows = series.windows();
    EXPECT_LT(windows.size(), 2 * WindowSeries::kWindows);
    EXPECT_GE(windows.size(), std::min<size_t>(length, WindowSeries::kWindows));
    for (const TraceWindow& one : windows) {
      EXPECT_EQ(one.requests, series.window_length());
    }
  }
}

TEST(WindowSeries, StretchesWhereNothingHappenedCount) {
  WindowSeries series;
  series.advance_to(0);
  ++series.open().requests;
  series.advance_to(1'000'000);
  ++series.open().requests;
  uint64_t empty = 0;
  for (const TraceWindow& one : series.windows()) empty += one.requests == 0;
  EXPECT_EQ(empty, series.windows().size() - 1);
}

TEST(WindowSeries, TimesThatCannotBeDoNoHarm) {
  WindowSeries series;
  series.advance_to(5);
  series.advance_to(UINT64_MAX - 1);
  series.advance_to(3);
  series.advance_to(UINT64_MAX);
  EXPECT_LT(series.windows().size(), 2 * WindowSeries::kWindows);
}

}  // namespace
}  // namespace libheap
