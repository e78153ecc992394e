// The model beside a byte-at-a-time first fit: the same operations, the same
// answers. tests/bench/run makes ratios of the pairs.

#include <benchmark/benchmark.h>

#include "libheap/base/check.h"
#include "tests/bench/byte_heap.h"
#include "tests/bench/heap_operations.h"

namespace libheap::bench {
namespace {

using Kind = HeapOperation::Kind;

// The model as it is used: by bytes, through requests.
class ModelHeap {
 public:
  explicit ModelHeap(const HeapWork& work)
      : work_(work), heap_(work.config, work.start, work.end) {
    heap_.set_auto_collect(false);  // the recorded collects are the only ones
  }

  uint32_t alloc(uint32_t blocks) {
    AllocRequest request = heap_.alloc_request(bytes(blocks), false);
    heap_.advance(request);
    return block_of(request.result);
  }
  uint32_t realloc(uint32_t head, uint32_t blocks, bool may_move) {
    ReallocRequest request =
        heap_.realloc_request({0, head}, bytes(blocks), may_move);
    heap_.advance(request);
    return block_of(request.result);
  }
  void free(uint32_t head) { heap_.free({0, head}); }
  void collect(const Bitmap& survivors) {
    heap_.begin_collect();
    survivors_[0].heads = survivors;
    heap_.end_collect(survivors_);
  }

 private:
  [[nodiscard]] uint64_t bytes(uint32_t blocks) const {
    return uint64_t{blocks} * work_.config.block_bytes;
  }
  static uint32_t block_of(BlockRef ref) {
    return ref.is_null() ? UINT32_MAX : ref.block;
  }

  const HeapWork& work_;
  GcHeap heap_;
  std::vector<AreaSurvivors> survivors_{1};
};

class BaselineHeap : public ByteHeap {
 public:
  explicit BaselineHeap(const HeapWork& work) : ByteHeap(work.blocks) {}

  void collect(const Bitmap& survivors) {
    for (uint32_t b = survivors.next_set(0); b < survivors.size();
         b = survivors.next_set(b + 1)) {
      mark(b);
    }
    sweep();
  }
};

template <typename Heap>
void work_through(benchmark::State& state, const HeapWork& work) {
  for (auto _ : state) {
    Heap heap(work);
    for (const HeapOperation& one : work.operations) {
      uint32_t result = one.result;
      if (one.kind == Kind::kAlloc) {
        result = heap.alloc(one.blocks);
      } else if (one.kind == Kind::kRealloc) {
        result = heap.realloc(one.head, one.blocks, one.may_move);
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
