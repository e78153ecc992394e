// Every allocation that failed in a recording: the verdict against the table
// the device recorded, and what the splitters promise against the model.

#include "libheap/analysis/failures.h"

#include <iostream>

#include <gtest/gtest.h>

#include "libheap/analysis/splitters.h"
#include "libheap/replay/replayer.h"
#include "tests/support/golden_files.h"

namespace libheap {
namespace {

// Free blocks and the longest free run, counted field by field.
struct PlainCount {
  uint64_t free = 0;
  uint64_t longest = 0;
};

void count_table(const RecordedTable& table, uint32_t blocks,
                 PlainCount& count) {
  uint64_t run = 0;
  for (uint32_t b = 0; b < blocks; ++b) {
    const uint8_t byte = b / 4 < table.bytes.size() ? table.bytes[b / 4] : 0;
    run = (byte >> (b % 4 * 2) & 3) == 0 ? run + 1 : 0;
    if (run != 0) ++count.free;
    count.longest = std::max(count.longest, run);
  }
}

// The run of free blocks around `block` in a copy of the area without the
// objects.
uint64_t run_without(const GcHeap& heap,
                     const std::vector<PlacedObject>& objects) {
  Area area = *heap.find_area(objects.front().head.area);
  for (const PlacedObject& object : objects) {
    EXPECT_EQ(area.free_chain(object.head.block), object.blocks);
  }
  const BlockIndex block = objects.front().head.block;
  return area.free_map().next_clear(block) - area.free_map().run_begin(block);
}

class FailureJudge : public ReplayObserver {
 public:
  uint64_t failures = 0;
  uint64_t judged_by_recorded_tables = 0;
  uint64_t splitters = 0;
  uint64_t windows = 0;

  void on_alloc(const Moment& now, const SeenAlloc& seen) override {
    if (const auto failure = failure_of(now, seen)) judge(now, *failure);
    if (!seen.at.is_null()) recorded_.reset();
  }
  void on_realloc(const Moment& now, const SeenRealloc& seen) override {
    if (const auto failure = failure_of(now, seen)) judge(now, *failure);
    if (!seen.at.is_null() || seen.n_bytes == 0) recorded_.reset();
  }
  void on_free(const Moment&, BlockRef, uint32_t) override {
    recorded_.reset();
  }
  void on_record(const Moment& now, const Event& event) override {
    if (event.kind != EventKind::kCollect || event.collect == nullptr) return;
    recorded_.emplace();
    for (const RecordedTable& table : event.collect->tables) {
      const Area* area = now.heap->find_area(table.area);
      ASSERT_NE(area, nullptr);
      count_table(table, area->blocks(), *recorded_);
    }
  }

 private:
  void judge(const Moment& now, const FailedAllocation& failure) {
    SCOPED_TRACE("event " + std::to_string(failure.event));
    if (failure.verdict == FailureVerdict::kLocked) {
      EXPECT_NE(now.heap->lock_field(), 0u);
      return;
    }
    ++failures;
    if (recorded_) {
      ++judged_by_recorded_tables;
      EXPECT_EQ(failure.free_blocks, recorded_->free);
      EXPECT_EQ(failure.largest_free_run, recorded_->longest);
      EXPECT_TRUE(failure.blocks == 0 || recorded_->longest < failure.blocks);
      const bool enough = recorded_->free >= failure.blocks;
      EXPECT_EQ(failure.verdict, failure.blocks == 0 ? FailureVerdict::kTooLarge
                                 : enough ? FailureVerdict::kFragmented
                                          : FailureVerdict::kExhausted);
    }
    if (failure.verdict == FailureVerdict::kFragmented)
      check_promises(now, failure);
  }

  void check_promises(const Moment& now, const FailedAllocation& failure) {
    const HeapTable table = table_of(*now.heap);
    const SplitterFindings found = splitters_of(table, failure.blocks, 4);
    for (const Splitter& one : found.ranked) {
      ++splitters;
      EXPECT_EQ(run_without(*now.heap, {one.object}), one.joined());
    }
    for (const ObjectsInTheWay& pair : found.pairs) {
      EXPECT_LT(run_without(*now.heap, {pair.objects[0]}), failure.blocks);
      EXPECT_LT(run_without(*now.heap, {pair.objects[1]}), failure.blocks);
      EXPECT_EQ(run_without(*now.heap, pair.objects), pair.joined);
      EXPECT_GE(pair.joined, failure.blocks);
    }
    if (const auto way = fewest_in_the_way(table, failure.blocks)) {
      ++windows;
      EXPECT_GE(run_without(*now.heap, way->objects), failure.blocks);
    }
  }

  std::optional<PlainCount> recorded_;
};

TEST(FailureRecordings, VerdictsAndPromisesAreTrue) {
  FailureJudge sum;
  for (const std::filesystem::path& path : testing::golden_logs("events")) {
    SCOPED_TRACE(path.filename());
    const std::unique_ptr<EventSource> source = open_trace(path.string());
    Replayer replayer(*source);
    FailureJudge judge;
    replayer.observe_records(&judge);
    replayer.run();
    sum.failures += judge.failures;
    sum.judged_by_recorded_tables += judge.judged_by_recorded_tables;
    sum.splitters += judge.splitters;
    sum.windows += judge.windows;
  }
  EXPECT_GT(sum.failures, 100u);
  EXPECT_GT(sum.judged_by_recorded_tables, 100u);
  EXPECT_GT(sum.splitters, 10u);
  EXPECT_GT(sum.windows, 10u);
  std::cout << sum.failures << " failures, " << sum.judged_by_recorded_tables
            << " judged by recorded tables, " << sum.splitters << " splitters, "
            << sum.windows << " windows\n";
}

}  // namespace
}  // namespace libheap
