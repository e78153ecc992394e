#include "libheap/analysis/smallest_largest_run.h"

#include <random>

#include <gtest/gtest.h>

#include "libheap/replay/replayer.h"
#include "tests/support/golden_files.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

using testing::SmallLog;

// The same by measuring after every event.
class Measured : public ReplayObserver {
 public:
  void on_start(const TraceHeader&, const Moment& now) override { look(now); }
  void on_alloc(const Moment& now, const SeenAlloc&) override { look(now); }
  void on_realloc(const Moment& now, const SeenRealloc&) override { look(now); }
  void on_free(const Moment& now, BlockRef, uint32_t) override { look(now); }
  void on_collect_end(const Moment& now, const SeenCollect&) override {
    look(now);
  }
  void on_other(const Moment& now, const Event&) override { look(now); }

  uint64_t smallest = UINT64_MAX;
  uint64_t at_event = 0;

 private:
  void look(const Moment& now) {
    const uint64_t run = now.heap->largest_free_run();
    if (run >= smallest) return;
    smallest = run;
    at_event = now.event;
  }
};

void expect_same(EventSource& source, const std::string& name) {
  Replayer replayer(source);
  SmallestLargestRun fast;
  Measured slow;
  replayer.observe(&fast);
  replayer.observe(&slow);
  replayer.run();
  EXPECT_EQ(fast.result().blocks, slow.smallest) << name;
  EXPECT_EQ(fast.result().event, slow.at_event) << name;
}

TEST(SmallestLargestRun, IsTheWholeHeapOfAnEmptyTrace) {
  const Findings findings = SmallLog("v1.22.2", 64).end().analyse();
  EXPECT_EQ(findings.smallest_largest_run.blocks, 64u);
}

TEST(SmallestLargestRun, FollowsTheRunThatIsAllocatedFrom) {
  SmallLog log("v1.22.2", 64);
  log.one_block_objects(0, 24).line("F 3").line("A 16 0 3").end();
  const Findings findings = log.analyse();
  EXPECT_EQ(findings.smallest_largest_run.blocks, 40u);
  EXPECT_EQ(findings.smallest_largest_run.event, 24u);
  EXPECT_EQ(findings.smallest_largest_run.free_blocks, 40u);
}

TEST(SmallestLargestRun, TurnsToAnotherRunWhenThatIsLonger) {
  SmallLog log("v1.22.2", 64);
  log.line("A 480 0 0").line("A 16 0 30").line("F 0");  // 30 and 33 free
  log.line("A 480 0 0").line("A 272 0 31").line("F 0");
  log.line("A 16 0 0").end();
  const std::unique_ptr<EventSource> source = log.open();
  expect_same(*source, "two runs");
}

TEST(SmallestLargestRun, AgreesWithMeasuringAfterEveryEvent) {
  size_t tried = 0;
  for (const auto& path : testing::golden_logs("events")) {
    if (std::filesystem::file_size(path) > 60'000) continue;
    const std::unique_ptr<EventSource> source = open_trace(path.string());
    expect_same(*source, path.filename().string());
    if (++tried == 25) break;
  }
  EXPECT_GT(tried, 5u);
}

}  // namespace
}  // namespace libheap
