// What a page that shows a running heap is told.

#include "libheap/analysis/live_view.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "libheap/replay/replayer.h"
#include "libheap/trace/event_source.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

using testing::SmallLog;

LiveList<int> list_of(size_t most) {
  return {most, [](size_t, const int& first, const int& second) {
            return second > first;
          }};
}

TEST(LiveList, SaysWhatIsNew) {
  LiveList<int> list = list_of(8);
  list.add(1);
  list.add(2);
  EXPECT_EQ(list.first_new(), 0u);
  list.told();
  EXPECT_EQ(list.first_new(), 2u);
  list.add(3);
  EXPECT_EQ(list.first_new(), 2u);
  EXPECT_EQ(list.items(), (std::vector<int>{1, 2, 3}));
}

TEST(LiveList, ThinsItsOlderHalfAndThenAllIsNew) {
  LiveList<int> list = list_of(8);
  for (int i = 1; i <= 8; ++i) list.add(i);
  list.told();
  list.add(9);
  EXPECT_EQ(list.items(), (std::vector<int>{2, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(list.first_new(), 0u);
  EXPECT_EQ(list.added(), 9u);
}

TEST(LiveList, KeepsTheNewestWholeAndTheLargestForEver) {
  LiveList<int> list = list_of(100);
  list.add(1'000'000);
  for (int i = 0; i < 10'000; ++i) list.add(i);
  EXPECT_LE(list.items().size(), 100u);
  EXPECT_EQ(list.items().front(), 1'000'000);
  for (size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(list.items()[list.items().size() - 1 - i],
              9'999 - static_cast<int>(i));
  }
}

void run(SmallLog& log, LiveView& view) {
  const std::unique_ptr<EventSource> source = log.end().open();
  Replayer replayer(*source);
  replayer.observe(&view);
  replayer.run();
}

TEST(LiveView, SamplesBothEndsOfCollectsAndFailures) {
  SmallLog log("v1.22.2", 8);
  log.line("D").line("A 32 0 0").line("A 16 0 2").line("(C e 3");
  log.line(")C 0 1 0 0 2 1 2 0=09").line("A 200 0 -");
  LiveView view;
  run(log, view);
  ASSERT_EQ(view.samples().items().size(), 3u);
  EXPECT_EQ(view.samples().items()[0].used_blocks, 3u);
  EXPECT_EQ(view.collects().added(), 1u);
  EXPECT_EQ(view.collects().items()[0].used_before, 3u);
  ASSERT_EQ(view.failures().added(), 1u);
  EXPECT_EQ(view.failures().items()[0].n_bytes, 200u);
  EXPECT_EQ(view.allocated_blocks(), 3u);
}

TEST(LiveView, LooksNowAndThenByItself) {
  SmallLog log("v1.22.2", 2 * LiveView::kStride);
  for (uint64_t i = 0; i < LiveView::kStride; ++i) {
    log.line("A 16 0 " + std::to_string(i));
  }
  LiveView view;
  run(log, view);
  ASSERT_EQ(view.samples().items().size(), 1u);
  EXPECT_EQ(view.samples().items()[0].used_blocks, LiveView::kStride);
}

TEST(LiveView, LooksOnlyWhenSomethingHappened) {
  SmallLog log;
  log.line("A 16 0 0");
  const std::unique_ptr<EventSource> source = log.end().open();
  Replayer replayer(*source);
  LiveView view;
  replayer.observe(&view);
  replayer.run();
  const Moment moment = replayer.moment();
  view.look(moment);
  view.look(moment);
  ASSERT_EQ(view.samples().items().size(), 1u);
  EXPECT_EQ(view.samples().items()[0].used_blocks, 1u);
  view.told();
  view.look(moment);
  EXPECT_EQ(view.samples().first_new(), view.samples().items().size());
}

}  // namespace
}  // namespace libheap
