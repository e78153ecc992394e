// The model beside a byte-at-a-time first fit: the same operations, the same
// answers. tests/bench/run makes ratios of the pairs.

#include <benchmark/benchmark.h>

#include "libheap/base/check.h"
#include "tests/bench/byte_heap.h"
#include "tests/bench/heap_operations.h"

namespace libheap::bench {
namespace {

using Kind = HeapOperation::Kind;

// The model as it is used: at once, and through requests where that will not
// do.
class ModelHeap {
 public:
  explicit ModelHeap(const HeapWork& work)
      : heap_(work.config, work.start, work.end) {
    heap_.set_auto_collect(false);  // the recorded collects are the only ones
  }

  uint32_t alloc(uint64_t n_bytes) {
    const BlockRef at = heap_.alloc_at_once(heap_.blocks_for(n_bytes), false);
    if (!at.is_null()) return at.block;
    AllocRequest request = heap_.alloc_request(n_bytes, false);
    heap_.advance(request);
    return block_of(request.result);
  }
  uint32_t realloc(uint32_t head, uint64_t n_bytes, bool may_move) {
    const BlockRef old{0, head};
    uint64_t old_blocks = 0;
    if (heap_.resize_in_place(old, n_bytes, old_blocks)) return head;
    ReallocRequest request = heap_.realloc_request(old, n_bytes, may_move);
    heap_.advance(request);
    return block_of(request.result);
  }
  void free(uint32_t head) { heap_.free({0, head}); }
  void collect(std::span<const AreaSurvivors> survivors) {
    heap_.begin_collect();
    heap_.end_collect(survivors);
  }

 private:
  static uint32_t block_of(BlockRef ref) {
    return ref.is_null() ? UINT32_MAX : ref.block;
  }

  GcHeap heap_;
};

class BaselineHeap {
 public:
  explicit BaselineHeap(const HeapWork& work)
      : heap_(work.blocks, work.config.block_bytes) {}

  uint32_t alloc(uint64_t n_bytes) { return heap_.alloc(n_bytes, false); }
  uint32_t realloc(uint32_t head, uint64_t n_bytes, bool may_move) {
    return heap_.realloc(head, n_bytes, may_move);
  }
  void free(uint32_t head) { heap_.free(head); }
  void collect(std::span<const AreaSurvivors> survivors) {
    const Bitmap& heads = survivors.front().heads;
    for (uint32_t b = heads.next_set(0); b < heads.size();
         b = heads.next_set(b + 1)) {
      heap_.mark(b);
    }
    heap_.sweep();
  }

 private:
  ByteHeap heap_;
};

template <typename Heap>
void work_through(benchmark::State& state, const HeapWork& work) {
  const uint64_t block_bytes = work.config.block_bytes;
  for (auto _ : state) {
    Heap heap(work);
    for (const HeapOperation& one : work.operations) {
      uint32_t result = one.result;
      if (one.kind == Kind::kAlloc) {
        result = heap.alloc(one.blocks * block_bytes);
      } else if (one.kind == Kind::kRealloc) {
        result = heap.realloc(one.head, one.blocks * block_bytes, one.may_move);
      } else if (one.kind == Kind::kFree) {
        heap.free(one.head);
      } else {
        heap.collect(work.survivors[one.survivors]);
      }
      HEAP_CHECK(result == one.result, "both heaps give the recorded block");
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(work.operations.size()) *
                          state.iterations());
}

}  // namespace

// Registered by main: the golden logs take a while to read.
void register_model_benchmarks() {
  static std::vector<HeapWork> all = golden_work();
  for (const uint32_t blocks : {12'000U, 100'000U, 1'000'000U}) {
    all.push_back(full_heap(blocks));
    all.push_back(checkerboard(blocks, 2));
  }
  for (const HeapWork& work : all) {
    const auto add = [&](const std::string& how, auto run) {
      benchmark::RegisterBenchmark((how + "/" + work.name).c_str(), run,
                                   std::cref(work))
          ->Unit(benchmark::kMillisecond);
    };
    add("model", work_through<ModelHeap>);
    add("bytes", work_through<BaselineHeap>);
  }
}

}  // namespace libheap::bench
