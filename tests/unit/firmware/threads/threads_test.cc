// Two cores at once: two threads on the demo heap, through the tracer's hooks.
//
// In the first test nothing but the tracer's turn keeps them apart: the heap
// has no lock. If two requests ever overlapped, the table would be wrong, or
// the trace; and a thread sanitizer would say where.

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>

#include "libheap/replay/replayer.h"
#include "libheap/trace/byte_source.h"
#include "libheap/trace/trace_reader.h"

extern "C" {
#include "demo_view.h"
#include "tracer.h"

__thread uint32_t test_thread_core = 0;
uint32_t test_port_locked = 0;

// Finalisers cannot allocate, but they try.
void demo_finalise(void*) { demo_gc_alloc(16, false); }
}

namespace libheap {
namespace {

constexpr size_t kHeapBytes = 64 * 1024;
constexpr uint32_t kSteps = 10'000;
constexpr size_t kSlots = 16;

struct Device {
  uint8_t* memory = nullptr;
  std::array<tracer_slot_t, kSlots> slots;
  volatile uint32_t clock = 0;
  std::string sent;
  uint32_t busy_for = 0;
  std::mutex heap;  // the heap's own, but for the first test
  std::atomic<bool> start_asks = false;  // whether the heap is settled
};

Device device;

// The core in its turn passes the time; one that waits may look at the clock.
void pass(uint32_t us) {
  __atomic_fetch_add(&device.clock, us, __ATOMIC_SEQ_CST);
}

void transmit(const uint8_t* data, size_t length) {
  device.sent.append(reinterpret_cast<const char*>(data), length);
  device.busy_for = 20;
}

// Asked so often, it is done.
bool busy() {
  pass(1);
  return device.busy_for != 0 && --device.busy_for != 0;
}

void start(uint8_t policy, uint8_t flags, bool has_mutex) {
  static const tracer_line_t line = {transmit, busy};
  static tracer_heap_t heap;
  heap = {demo_area, demo_counters,
          "version v1.22.2\nword 4\nblock 16\nfinaliser 1\nweakref 0\n"
          "split none\narea_bits 0\n",
          nullptr};
  if (has_mutex) {
    heap.is_settled = [] {
      if (!device.start_asks.exchange(true)) {  // let the other core see it
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      const std::unique_lock<std::mutex> tried(device.heap, std::try_to_lock);
      return tried.owns_lock();
    };
  }
  tracer_setup_t setup{};
  setup.heap = &heap;
  setup.slots = device.slots.data();
  setup.n_slots = kSlots;
  setup.line = &line;
  setup.crc32 = tracer_crc32_more;
  setup.clock = &device.clock;
  setup.flags = flags;
  setup.policy = policy;
  while (!tracer_start(&setup)) std::this_thread::yield();
}

// What a core's program does to the heap; results go to its own roots while
// the request lasts, as if a register held them.
class Core {
 public:
  Core(uint32_t number, bool has_mutex)
      : number_(number), random_(number + 1), has_mutex_(has_mutex) {}

  void run(uint32_t steps) {
    test_thread_core = number_;
    for (uint32_t i = 0; i < steps; ++i) {
      step();
      if (i % 64 == 0) tracer_poll();
    }
  }

 private:
  uint32_t below(uint32_t limit) {
    random_ = random_ * 1664525 + 1013904223;
    return (random_ >> 8) % limit;
  }

  // Calls `untraced` if the trace is off, with the heap's mutex; else false.
  template <typename Work>
  bool off(Work work) {
    if (tracer_is_on()) return false;
    const std::lock_guard<std::mutex> inside(device.heap);
    // A device has no such second look: there tracer_start() gives a hook the
    // time to come this far, which is more than a thread can ask of a host.
    if (tracer_is_on()) return false;
    work();
    return true;
  }
  template <typename Work>
  void inside(Work work) {
    std::unique_lock<std::mutex> lock(device.heap, std::defer_lock);
    if (has_mutex_) lock.lock();
    work();
  }

  void step() {
    void*& root = demo_roots[number_ * (DEMO_ROOTS / 2) + below(200)];
    const size_t size = below(8) == 0 ? below(2000) : 8 * below(8);
    const uint32_t what = below(100);
    if (what < 60) {
      alloc(root, size, below(16) == 0);
    } else if (what < 75) {
      resize(root, size);
    } else if (what < 98) {
      free(root);
    } else {
      tracer_tick_if_on();
    }
  }

  static void tracer_tick_if_on() {
    if (tracer_is_on()) tracer_tick();
  }

  void alloc(void*& root, size_t size, bool finaliser) {
    const auto work = [&] { root = demo_heap_alloc(size, finaliser); };
    if (off(work)) return;
    tracer_request_t request;
    tracer_alloc_begin(&request, size, finaliser);
    uint32_t block = 0;
    inside([&] {
      work();
      block = demo_block_of(root);
    });
    tracer_alloc_end(&request, block);
  }

  void resize(void*& root, size_t size) {
    const auto work = [&] {
      void* const result = demo_heap_resize(root, size, true);
      if (result != nullptr || size == 0) root = result;
      return result;
    };
    if (off(work)) return;
    tracer_request_t request;
    tracer_realloc_begin(&request, demo_block_of(root), size, true);
    uint32_t block = 0;
    inside([&] { block = demo_block_of(work()); });
    tracer_realloc_end(&request, block);
  }

  void free(void*& root) {
    const auto work = [&] {
      demo_heap_free(root);
      root = nullptr;
    };
    if (off(work)) return;
    tracer_free_begin(demo_block_of(root));
    inside(work);
    tracer_free_end();
  }

  uint32_t number_;
  uint32_t random_;
  bool has_mutex_;
};

class TwoCores : public ::testing::Test {
 protected:
  void SetUp() override {
    // Its addresses are those of a 32-bit machine.
    void* const got = ::mmap(nullptr, kHeapBytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (got == MAP_FAILED) GTEST_SKIP() << "no memory below 2 GiB";
    device.memory = static_cast<uint8_t*>(got);
    device.sent.clear();
    demo_gc_init(device.memory, device.memory + kHeapBytes);
    for (void*& root : demo_roots) root = nullptr;
  }
  void TearDown() override {
    if (device.memory != nullptr) ::munmap(device.memory, kHeapBytes);
    device.memory = nullptr;
  }

  static void expect_sound(const std::string& trace,
                           const tracer_stats_t& stats) {
    TraceReader reader(memory_byte_source(trace, "trace"));
    Replayer replayer(reader);
    replayer.run();
    const ReplayResult& result = replayer.result();
    EXPECT_EQ(reader.damage().count(), 0U);
    EXPECT_EQ(result.divergences, 0U);
    for (const Divergence& one : result.first_divergences) {
      ADD_FAILURE() << one.event << ' ' << one.what;
    }
    EXPECT_EQ(result.checkpoints_failed, 0U);
    EXPECT_EQ(result.events, stats.events - stats.dropped);
    demo_info_t info;
    demo_gc_info(&info);
    EXPECT_EQ(replayer.heap().used_blocks(), info.used_blocks);
    EXPECT_EQ(replayer.heap().census().free_blocks, info.free_blocks);
  }
};

TEST_F(TwoCores, TakeTurnsAndNothingElseKeepsThemApart) {
  for (const uint8_t policy : {TRACER_STALL, TRACER_DROP}) {
    device.sent.clear();
    start(policy, TRACER_FLAG_TIME_1US, false);
    std::thread one([] { Core(1, false).run(kSteps); });
    Core(0, false).run(kSteps);
    one.join();
    tracer_stop();
    tracer_stats_t stats;
    tracer_stats(&stats);
    EXPECT_GT(stats.events, kSteps);
    expect_sound(device.sent, stats);
  }
}

TEST_F(TwoCores, OneStartsAndStopsWhileTheOtherGoesOn) {
  std::atomic<bool> done = false;
  std::thread one([&] {
    Core core(1, true);
    while (!done) core.run(100);
  });
  Core zero(0, true);
  for (int i = 0; i < 40; ++i) {
    zero.run(50);
    device.sent.clear();
    start(TRACER_STALL, TRACER_FLAG_TIME_PACKET, true);
    zero.run(200);
    tracer_stop();
    const std::lock_guard<std::mutex> still(device.heap);
    tracer_stats_t stats;
    tracer_stats(&stats);
    TraceReader reader(memory_byte_source(device.sent, "trace"));
    Replayer replayer(reader);
    replayer.run();
    EXPECT_EQ(reader.damage().count(), 0U);
    ASSERT_EQ(replayer.result().divergences, 0U) << i;
    EXPECT_EQ(replayer.result().events, stats.events);
    EXPECT_TRUE(replayer.result().ended);
  }
  done = true;
  one.join();
}

TEST_F(TwoCores, SayHowLongOneWaitedForTheOther) {
  start(TRACER_STALL, TRACER_FLAG_TIME_1US, false);
  tracer_take_turn();
  std::atomic<bool> asks = false;
  std::thread one([&] {
    test_thread_core = 1;
    asks = true;
    demo_roots[0] = demo_gc_alloc(16, false);
  });
  while (!asks) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  pass(700);
  tracer_give_turn();
  one.join();
  demo_gc_free(demo_roots[0]);  // which waits for nobody
  tracer_stop();

  TraceReader reader(memory_byte_source(device.sent, "trace"));
  std::vector<uint64_t> waits;
  Event event;
  while (reader.next(event)) {
    if (event.kind != EventKind::kWait) continue;
    waits.push_back(event.number);
    EXPECT_EQ(event.core, 1U);
  }
  ASSERT_EQ(waits.size(), 1U);
  EXPECT_GE(waits[0], 700U);
  EXPECT_LT(waits[0], 750U);
}

// Core 1 is inside the heap, its mutex held, since before the start; then it
// comes to a hook, as a finaliser does, and waits for its turn there.
TEST_F(TwoCores, AStartDoesNotWaitForACoreThatWaitsForIt) {
  device.start_asks = false;
  std::atomic<bool> inside = false;
  void* result = &inside;
  std::thread one([&] {
    test_thread_core = 1;
    const std::lock_guard<std::mutex> lock(device.heap);
    inside = true;
    while (!device.start_asks) std::this_thread::yield();
    const uint32_t locked = demo_heap.lock++;
    result = demo_gc_alloc(16, false);
    demo_heap.lock = locked;
  });
  while (!inside) std::this_thread::yield();
  start(TRACER_STALL, TRACER_FLAG_TIME_PACKET, true);
  one.join();
  Core(0, true).run(100);
  tracer_stop();
  EXPECT_EQ(result, nullptr);
  tracer_stats_t stats;
  tracer_stats(&stats);
  EXPECT_GT(stats.events, 50U);
  expect_sound(device.sent, stats);
}

}  // namespace
}  // namespace libheap
