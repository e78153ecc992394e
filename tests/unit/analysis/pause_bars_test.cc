#include "libheap/analysis/pause_bars.h"

#include <gtest/gtest.h>

namespace libheap {
namespace {

TEST(PauseBars, LikeGroupsNeedNoRaise) {
  std::vector<Residual> residuals;
  for (const char* group : {"a", "b"}) {
    for (int i = 1; i <= 100; ++i) residuals.push_back({group, i / 100.0});
  }
  const auto bars = bars_by_group(residuals);
  EXPECT_DOUBLE_EQ(bars.at(""), 0.95);
  EXPECT_DOUBLE_EQ(bars.at("a"), 0.95);
}

TEST(PauseBars, AGroupIsNotJudgedByItself) {
  std::vector<Residual> residuals;
  for (int i = 0; i < 90; ++i) residuals.push_back({"calm", 0.1});
  for (int i = 0; i < 10; ++i) residuals.push_back({"wild", 0.4});
  const auto bars = bars_by_group(residuals);
  // What calm says of wild is a quarter of what is needed, so all are raised.
  EXPECT_DOUBLE_EQ(bars.at("wild"), 0.4);
  EXPECT_DOUBLE_EQ(bars.at("calm"), 1.6);
  EXPECT_DOUBLE_EQ(bars.at(""), 1.6);
}

TEST(PauseBars, NothingIsLearntFromNothing) {
  EXPECT_EQ(bars_by_group({}).at(""), 0);
}

}  // namespace
}  // namespace libheap
