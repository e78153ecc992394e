// Any program through the firmware's tracer: a small heap, two cores played by
// one thread, interrupts wherever they may come, a line that is fast, slow or
// dead. Whatever it does, what is sent replays to the heap the program had, no
// event is unaccounted for, and nothing outside the ring is written.
//
// The first bytes are the setup (policy, flags, slots, the line's speed, the
// threshold); then each step is a byte that says what, and bytes for its
// numbers. Past the end every byte is 0.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include <sys/mman.h>

#include "libheap/replay/replayer.h"
#include "libheap/trace/byte_source.h"
#include "libheap/trace/trace_reader.h"
#include "tests/fuzz/require.h"

extern "C" {
#include "firmware-tracer/tracer.h"
#include "tests/emulator/demo/demo_view.h"

// The port of tests/unit/firmware.
uint32_t test_core = 0;
bool test_in_interrupt = false;
int test_lock_depth = 0;
void test_unlocked();
void demo_finalise(void*);
}

namespace libheap {
namespace {

using testing::require;

constexpr size_t kHeapBytes = 4096;
constexpr size_t kMostSlots = 16;
constexpr uint32_t kLeastSlots = 4;
constexpr uint32_t kRoots = 32;  // that the program uses
constexpr uint8_t kCanary = 0xa5;
constexpr int kMostSteps = 2000;

class Bytes {
 public:
  void set(std::span<const uint8_t> bytes) { bytes_ = bytes; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  uint32_t next() {
    if (bytes_.empty()) return 0;
    const uint8_t first = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return first;
  }

 private:
  std::span<const uint8_t> bytes_;
};

struct Device {
  Bytes bytes;
  // The ring is at the end of `slots`: before it and behind is guarded.
  std::array<tracer_slot_t, kMostSlots> slots;
  std::array<uint8_t, sizeof(tracer_slot_t)> after;
  size_t n_slots = kLeastSlots;
  uint32_t clock = 0;
  uint32_t us_per_byte = 1;  // 0: the line takes nothing
  bool busy = false;
  uint32_t busy_until = 0;
  std::string sent;
  uint32_t interrupts_every = 0;  // chances; 0: none come
  uint32_t chances = 0;
  uint8_t* memory = nullptr;
};

Device device;

// --- What the tracer asks
// -----------------------------------------------------

void transmit(const uint8_t* data, size_t length) {
  require(!device.busy);
  require(length >= 5 && length <= TRACER_PACKET_MAX);
  device.sent.append(reinterpret_cast<const char*>(data), length);
  device.busy = true;
  device.busy_until =
      device.clock + static_cast<uint32_t>(length) * device.us_per_byte;
}

// Asked whether it is busy, the line takes some time, so that waiting ends.
bool line_busy() {
  device.clock += device.us_per_byte == 0 ? 1000 : 1;
  if (device.busy && device.us_per_byte != 0 &&
      static_cast<int32_t>(device.clock - device.busy_until) >= 0) {
    device.busy = false;
  }
  return device.busy;
}

constexpr tracer_line_t kLine = {transmit, line_busy};
constexpr tracer_heap_t kHeap = {
    demo_area, demo_counters,
    "version v1.22.2\nword 4\nblock 16\nfinaliser 1\nweakref 0\n"
    "split none\narea_bits 0\n",
    nullptr};

// --- The program
// ---------------------------------------------------------------

class Program {
 public:
  Program(std::span<const uint8_t> bytes, bool traced) : traced_(traced) {
    device.bytes.set(bytes);
    device.clock = 0;
    device.busy = false;
    device.us_per_byte = 1;
    device.interrupts_every = 0;
    test_core = 0;
    test_in_interrupt = false;
    std::fill(std::begin(demo_roots), std::end(demo_roots), nullptr);
    demo_gc_init(device.memory, device.memory + kHeapBytes);
  }

  // A hash of all the blocks it got, and of the table in the end.
  uint64_t run() {
    start();
    for (int i = 0; i < kMostSteps && !device.bytes.empty(); ++i) step();
    stop();
    for (uint32_t i = 0; i < demo_heap.table_bytes; ++i) {
      note(demo_heap.table[i]);
    }
    return seen_;
  }

 private:
  static uint32_t byte() { return device.bytes.next(); }
  static void*& root() { return demo_roots[byte() % kRoots]; }
  static size_t bytes_wanted() {
    const uint32_t first = byte();
    if (first < 0xe0) return first;
    return first < 0xfc ? 16 * (first - 0xdf) * 4 : first << 24;
  }

  void start() const;
  void stop() const;
  static void check_guards();
  static void check_trace();
  static void trace(uint32_t what);
  void step();
  void set(uint32_t what) const;
  static void say_settings() {
    if (!tracer_is_on()) return;
    tracer_settings(demo_heap.threshold, demo_heap.enabled);
  }
  void note(uint64_t got) { seen_ = (seen_ ^ got) * 1099511628211U; }
  void* noted(void* got) {
    note(demo_block_of(got));
    return got;
  }

  bool traced_;
  uint64_t seen_ = 14695981039346656037U;
};

void Program::start() const {
  static const std::array<uint8_t, 3> times = {
      TRACER_FLAG_TIME_1US, TRACER_FLAG_TIME_16US, TRACER_FLAG_TIME_PACKET};
  device.sent.clear();
  const uint32_t how = byte();
  tracer_setup_t setup{};
  setup.heap = &kHeap;
  device.n_slots = kLeastSlots + (how >> 3) % (kMostSlots - kLeastSlots + 1);
  std::memset(device.slots.data(), kCanary, sizeof(device.slots));
  device.after.fill(kCanary);
  setup.slots = device.slots.end() - device.n_slots;
  setup.n_slots = device.n_slots;
  setup.line = &kLine;
  setup.crc32 = tracer_crc32_more;
  setup.clock = &device.clock;
  setup.flags = static_cast<uint8_t>(times[how % 3] |
                                     (how & 4) * TRACER_FLAG_RESULTS / 4);
  setup.policy = byte() % 2 == 0 ? TRACER_STALL : TRACER_DROP;
  if (traced_) tracer_start(&setup);
}

// On a line that lives: what a dead one swallowed is for tests/unit/firmware.
void Program::stop() const {
  while (demo_heap.lock != 0) demo_gc_unlock();
  if (!traced_) return;
  test_core = 0;
  device.interrupts_every = 0;
  device.us_per_byte = 1;
  device.busy_until = device.clock;
  tracer_sent();
  tracer_stop();
  require(test_lock_depth == 0);
  check_guards();
  check_trace();
}

void Program::check_guards() {
  const auto* const bytes =
      reinterpret_cast<const uint8_t*>(device.slots.data());
  const size_t before = (kMostSlots - device.n_slots) * sizeof(tracer_slot_t);
  for (size_t i = 0; i < before; ++i) require(bytes[i] == kCanary);
  for (const uint8_t one : device.after) require(one == kCanary);
}

void Program::check_trace() {
  tracer_stats_t stats;
  tracer_stats(&stats);
  TraceReader reader(memory_byte_source(device.sent, "fuzz"));
  Replayer replayer(reader, {.paranoid = true});
  replayer.run();
  const ReplayResult& result = replayer.result();
  require(reader.damage().count() == 0);
  require(result.divergences == 0 && result.checkpoints_failed == 0);
  require(result.ended);
  require(result.events == stats.events - stats.dropped);
  if (stats.dropped == 0) require(result.gaps.empty());
  if (!replayer.exact()) return;  // no room for a keyframe after the last loss
  demo_info_t info;
  demo_gc_info(&info);
  require(replayer.heap().used_blocks() == info.used_blocks);
  require(replayer.heap().census().one_block_objects == info.one_block_objects);
  require(replayer.heap().census().max_free == info.max_free);
}

// Settings of the world around the program.
void Program::set(uint32_t what) const {
  switch (what) {
    case 0:
      device.us_per_byte = byte();
      device.busy_until = device.clock;
      return;
    case 1:
      device.interrupts_every = byte();
      return;
    case 2:
      test_core = byte() % 2;
      return;
    case 3:
      device.clock += byte() << byte() % 20;
      return;
    case 4:
      demo_heap.threshold = byte() == 0 ? DEMO_NONE : byte();
      return say_settings();
    case 5:
      demo_heap.enabled = !demo_heap.enabled;
      return say_settings();
    case 6:
      demo_heap.overflow = true;
      return;
    default:
      stop();
      start();
  }
}

// What a program and its port do with the tracer alone.
void Program::trace(uint32_t what) {
  const uint32_t length = byte() % 25;
  if (!tracer_is_on()) return;
  if (what == 0) return tracer_poll();
  if (what == 1) return tracer_sent();
  if (what == 2) return tracer_want_keyframe();
  if (length == 0) return tracer_tick();
  tracer_label("a label, not a short one", length);
}

void Program::step() {
  const uint32_t what = byte();
  device.clock += what >> 5;
  switch (what & 15) {
    case 0:
    case 1:
    case 2:
    case 3: {
      void*& where = root();
      where = noted(demo_gc_alloc(bytes_wanted(), (what & 15) == 3));
      return;
    }
    case 4:
    case 5: {
      void*& where = root();
      const size_t n_bytes = bytes_wanted();
      void* const result =
          noted(demo_gc_realloc(where, n_bytes, (what & 1) != 0));
      if (result != nullptr || n_bytes == 0) where = result;
      return;
    }
    case 6:
    case 7: {
      void*& where = root();
      if (demo_heap.lock != 0) return;  // it would not be freed
      demo_gc_free(where);
      where = nullptr;
      return;
    }
    case 8:
      if (demo_heap.lock == 0) demo_gc_collect();
      return;
    case 9:
      return demo_heap.lock < 3 ? demo_gc_lock() : demo_gc_unlock();
    case 10:
      if (demo_heap.lock != 0) demo_gc_unlock();
      return;
    case 11:
    case 12:
    case 13:
    case 14:
      return trace((what & 15) - 11);
    default:
      set(byte() % 8);
  }
}

}  // namespace

// Finalisers cannot allocate, but they try.
extern "C" void demo_finalise(void*) { demo_gc_alloc(16, false); }

// An interrupt may come whenever they are allowed again; as MicroPython's own,
// with the heap locked.
extern "C" void test_unlocked() {
  if (test_in_interrupt || test_lock_depth != 0) return;
  if (device.interrupts_every == 0) return;
  if (++device.chances % device.interrupts_every != 0) return;
  test_in_interrupt = true;
  demo_gc_lock();
  demo_gc_alloc(24, false);
  demo_gc_unlock();
  test_in_interrupt = false;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (device.memory == nullptr) {
    // Its addresses are those of a 32-bit machine.
    void* const got = ::mmap(nullptr, kHeapBytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    require(got != MAP_FAILED);
    device.memory = static_cast<uint8_t*>(got);
  }
  const uint64_t alone = Program({data, size}, false).run();
  require(Program({data, size}, true).run() == alone);
  return 0;
}

}  // namespace libheap
