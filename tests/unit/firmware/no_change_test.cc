// The watched program gets the same blocks as it would without a tracer,
// whatever the policy, however the line is, and when a trace starts and stops.

#include <memory>

#include "tests/unit/firmware/test_device.h"

extern "C" {
#include "tests/emulator/demo/demo_view.h"

// Finalisers cannot allocate, but they try.
void demo_finalise(void*) { demo_gc_alloc(16, false); }
}

namespace libheap::testing {
namespace {

constexpr size_t kHeapBytes = 8192;
constexpr uint32_t kRoots = 64;
constexpr int kSteps = 20'000;

void transmit(const uint8_t*, size_t length) {
  device.busy = true;
  device.busy_until =
      device.clock + static_cast<uint32_t>(length) * device.us_per_byte;
}

void start_on_demo_heap(uint8_t policy) {
  static const tracer_line_t line = {transmit, line_busy};
  static const tracer_heap_t heap = {
      demo_area, demo_counters, "version v1.22.2\nword 4\nblock 16\n", nullptr};
  tracer_setup_t setup{};
  setup.heap = &heap;
  setup.slots = device.guarded.ring(device.slots);
  setup.n_slots = device.slots;
  setup.line = &line;
  setup.crc32 = tracer_crc32_more;
  setup.clock = &device.clock;
  setup.flags = TRACER_FLAG_TIME_1US;
  setup.policy = policy;
  tracer_start(&setup);
}

class NoChange : public TracerTest {
 protected:
  // The block each request got, and the table at the end.
  template <typename Between>
  std::vector<uint32_t> blocks_of_a_program(const Between& between) {
    std::fill(std::begin(demo_roots), std::end(demo_roots), nullptr);
    demo_gc_init(memory_.get(), memory_.get() + kHeapBytes);
    demo_heap.threshold = 300;
    random_ = 1;
    std::vector<uint32_t> got;
    for (int i = 0; i < kSteps; ++i) {
      between(i);
      got.push_back(request());
    }
    const uint8_t* const table = demo_heap.table;
    got.insert(got.end(), table, table + demo_heap.table_bytes);
    return got;
  }

 private:
  uint32_t below(uint32_t limit) {
    random_ = random_ * 1664525 + 1013904223;
    return (random_ >> 8) % limit;
  }

  uint32_t request() {
    void*& root = demo_roots[below(kRoots)];
    const size_t n_bytes = below(8) == 0 ? below(900) : 1 + below(60);
    switch (below(8)) {
      case 0:
        demo_gc_free(root);
        root = nullptr;
        break;
      case 1:
      case 2:
        if (void* const moved = demo_gc_realloc(root, n_bytes, below(4) != 0)) {
          root = moved;
        }
        break;
      case 3:
        if (below(20) == 0) demo_gc_collect();
        break;
      default:
        root = demo_gc_alloc(n_bytes, below(16) == 0);
    }
    return demo_block_of(root);
  }

  std::unique_ptr<uint8_t[]> memory_ = std::make_unique<uint8_t[]>(kHeapBytes);
  uint32_t random_ = 1;
};

TEST_F(NoChange, InWhatTheProgramGets) {
  const std::vector<uint32_t> alone = blocks_of_a_program([](int) {});
  for (const uint8_t policy : {TRACER_STALL, TRACER_DROP}) {
    for (const uint32_t us_per_byte : {0U, 1U, 50U}) {
      device.us_per_byte = us_per_byte;
      start_on_demo_heap(policy);
      const std::vector<uint32_t> traced =
          blocks_of_a_program([](int) { device.clock += 5; });
      EXPECT_EQ(traced, alone) << int{policy} << ' ' << us_per_byte;
      EXPECT_GT(stats().events, uint32_t{kSteps} / 2);
      device.us_per_byte = 1;
      device.busy_until = device.clock;
      tracer_stop();
    }
  }
}

TEST_F(NoChange, WhenATraceStartsAndStopsAllTheTime) {
  const std::vector<uint32_t> alone = blocks_of_a_program([](int) {});
  const std::vector<uint32_t> traced = blocks_of_a_program([](int i) {
    if (i % 40 == 0)
      start_on_demo_heap(i % 80 == 0 ? TRACER_STALL : TRACER_DROP);
    if (i % 40 == 25) tracer_stop();
  });
  EXPECT_EQ(traced, alone);
}

}  // namespace
}  // namespace libheap::testing
