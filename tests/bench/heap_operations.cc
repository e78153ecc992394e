#include "tests/bench/heap_operations.h"

#include "libheap/replay/heap_setup.h"
#include "libheap/replay/replayer.h"
#include "tests/support/golden_files.h"

namespace libheap::bench {

namespace {

using Kind = HeapOperation::Kind;

uint32_t block_of(BlockRef ref) {
  return ref.is_null() ? UINT32_MAX : ref.block;
}

class OperationRecorder : public ReplayObserver {
 public:
  explicit OperationRecorder(HeapWork& work) : work_(work) {}

  void on_alloc(const Moment&, const SeenAlloc& seen) override {
    if (seen.at.is_null() && !seen.out_of_memory) return;
    add_alloc(seen.blocks, seen.at);
  }
  void on_realloc(const Moment& now, const SeenRealloc& seen) override {
    if (seen.at.is_null() && !seen.out_of_memory) {
      const bool freed = seen.n_bytes == 0 && !seen.old.is_null() &&
                         !now.heap->is_head(seen.old);
      if (freed) add_free(seen.old);
    } else if (seen.old.is_null()) {
      add_alloc(seen.blocks, seen.at);
    } else if (seen.at != seen.old && !work_.operations.empty() &&
               work_.operations.back().kind == Kind::kCollect) {
      // It had found no room where it was before the collect it caused.
      add_alloc(seen.blocks, seen.at);
      if (!seen.at.is_null()) add_free(seen.old);
    } else if (seen.blocks != 0 && seen.blocks < work_.blocks) {
      work_.operations.push_back({.kind = Kind::kRealloc,
                                  .may_move = seen.may_move,
                                  .blocks = static_cast<uint32_t>(seen.blocks),
                                  .head = seen.old.block,
                                  .result = block_of(seen.at)});
    }
  }
  void on_free(const Moment&, BlockRef block, uint32_t blocks) override {
    if (blocks != 0) add_free(block);
  }
  void on_sweep(const Moment&, std::span<const AreaSurvivors> all) override {
    work_.operations.push_back(
        {.kind = Kind::kCollect,
         .survivors = static_cast<uint32_t>(work_.survivors.size())});
    work_.survivors.emplace_back(all.begin(), all.end());
    if (all.empty())
      work_.survivors.back().push_back({0, Bitmap(work_.blocks)});
  }
  void on_other(const Moment&, const Event& event) override {
    usable_ = usable_ && event.kind != EventKind::kInit &&
              event.kind != EventKind::kAreaAdded;
  }
  [[nodiscard]] bool usable() const { return usable_; }

 private:
  void add_alloc(uint64_t blocks, BlockRef at) {
    if (blocks == 0 || blocks > work_.blocks) return;
    work_.operations.push_back({.kind = Kind::kAlloc,
                                .blocks = static_cast<uint32_t>(blocks),
                                .result = block_of(at)});
  }
  void add_free(BlockRef block) {
    work_.operations.push_back({.kind = Kind::kFree, .head = block.block});
  }

  HeapWork& work_;
  bool usable_ = true;
};

HeapWork empty_heap(std::string name, uint32_t blocks) {
  HeapWork work;
  work.name = std::move(name);
  work.start = 0x20000000;
  // Table and flags take less than a block for every 16.
  work.end = work.start + uint64_t{blocks} * 17;
  work.blocks = static_cast<uint32_t>(
      GcHeap(work.config, work.start, work.end).total_blocks());
  return work;
}

void add_alloc(HeapWork& work, uint32_t blocks, uint32_t result) {
  work.operations.push_back(
      {.kind = Kind::kAlloc, .blocks = blocks, .result = result});
}

void fill(HeapWork& work) {
  for (uint32_t b = 0; b < work.blocks; ++b) add_alloc(work, 1, b);
}

constexpr uint32_t kRounds = 2000;

}  // namespace

std::vector<HeapWork> golden_work() {
  std::vector<HeapWork> all;
  for (const auto& log : testing::golden_logs("events")) {
    const std::unique_ptr<EventSource> source = open_trace(log.string());
    HeapWork work;
    work.name = testing::test_name_of(log);
    work.config = config_from(source->header());
    work.start = source->header().area.start;
    work.end = source->header().area.end;
    Replayer replayer(*source);
    work.blocks = static_cast<uint32_t>(replayer.heap().total_blocks());
    OperationRecorder recorder(work);
    replayer.observe(&recorder);
    replayer.run();
    const bool one_area = work.config.split == SplitMode::kNone;
    if (recorder.usable() && one_area) all.push_back(std::move(work));
  }
  return all;
}

HeapWork full_heap(uint32_t blocks) {
  HeapWork work = empty_heap("full " + std::to_string(blocks), blocks);
  fill(work);
  for (uint32_t i = 0; i < kRounds; ++i) add_alloc(work, 1, UINT32_MAX);
  return work;
}

HeapWork checkerboard(uint32_t blocks, uint32_t blocks_each) {
  HeapWork work = empty_heap("checkerboard " + std::to_string(blocks), blocks);
  fill(work);
  for (uint32_t b = 1; b < work.blocks; b += 2) {
    work.operations.push_back({.kind = Kind::kFree, .head = b});
  }
  for (uint32_t i = 0; i < kRounds; ++i) {
    add_alloc(work, blocks_each, UINT32_MAX);
    const uint32_t hole = 2 * i + 1;
    if (hole < work.blocks) add_alloc(work, 1, hole);
  }
  return work;
}

}  // namespace libheap::bench
