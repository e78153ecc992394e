#pragma once

// A device for the tracer core: a line that takes as long as the test says, a
// clock, interrupts, a heap that is an array of bytes; and what was sent, taken
// apart into packets. What records mean is for the decoder's tests.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

extern "C" {
#include "firmware-tracer/tracer.h"  // with the port of these tests
}

namespace libheap::testing {

struct Packet {
  uint32_t type = 0;
  uint32_t flags = 0;
  uint32_t sequence = 0;
  uint32_t events = 0;
  uint32_t records = 0;
  uint64_t time = 0;
  std::vector<uint8_t> body;

  [[nodiscard]] bool lost() const { return (flags & TRACER_FLAG_LOST) != 0; }
};

constexpr size_t kBlocks = 4096;
constexpr size_t kMostSlots = 64;
constexpr uint8_t kCanary = 0xa5;

// The ring is at the end of `slots`: what is before it, and behind, is guarded.
struct GuardedSlots {
  std::array<tracer_slot_t, kMostSlots> slots;
  std::array<uint8_t, sizeof(tracer_slot_t)> after;

  tracer_slot_t* ring(size_t n_slots) { return slots.end() - n_slots; }
  void guard() {
    std::memset(slots.data(), kCanary, sizeof(slots));
    after.fill(kCanary);
  }
  [[nodiscard]] bool untouched_outside(size_t n_slots) const {
    const auto* const bytes = reinterpret_cast<const uint8_t*>(slots.data());
    const size_t before = (kMostSlots - n_slots) * sizeof(tracer_slot_t);
    const auto is_canary = [](uint8_t byte) { return byte == kCanary; };
    return std::all_of(bytes, bytes + before, is_canary) &&
           std::all_of(after.begin(), after.end(), is_canary);
  }
};

struct Device {
  uint32_t clock = 0;
  std::vector<uint8_t> sent;
  uint32_t us_per_byte = 0;  // 0: the line is broken and stays busy
  bool busy = false;
  uint32_t busy_until = 0;
  std::function<void()> interrupt;
  GuardedSlots guarded;
  size_t slots = 8;
  size_t areas = 1;  // that the heap has; all look the same
  std::array<uint8_t, kBlocks / 4> table;
  std::array<uint8_t, kBlocks / 8> finalisers;
  alignas(16) std::array<uintptr_t, kBlocks * 16 / sizeof(uintptr_t)> pool;
  tracer_counters_t counters;
};

extern Device device;

// Asked whether it is busy, the line takes 1 us, so that waiting ends.
bool line_busy();

void start(uint8_t policy, uint8_t flags = 0);
// As a hook does: nothing if the trace is off.
void alloc(size_t n_bytes, uint32_t result);
// Requests that do not repeat fill packets soon: some bytes each.
void alloc_anything(uint32_t count);
[[nodiscard]] tracer_stats_t stats();

// What was sent, whole and sound or the test fails.
[[nodiscard]] std::vector<Packet> packets();
void expect_in_sequence(const std::vector<Packet>& all);

class TracerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    device = Device{};
    device.us_per_byte = 1;
    device.guarded.guard();
    device.counters.threshold = TRACER_NONE;
    device.counters.enabled = true;
    test_core = 0;
    test_in_interrupt = false;
  }

  void TearDown() override {
    device.us_per_byte = 1;
    tracer_stop();
    EXPECT_EQ(test_lock_depth, 0);
    EXPECT_TRUE(device.guarded.untouched_outside(device.slots));
  }
};

}  // namespace libheap::testing
