// The tracer core on the host: its ring, its policies, its order; a line that
// takes as long as the test says, and a heap that is an array of bytes. What
// records mean is for the decoder's tests; here packets are taken apart.

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

extern "C" {
#include "firmware-tracer/tracer.h"

uint32_t test_core = 0;
bool test_in_interrupt = false;
int test_lock_depth = 0;
void test_unlocked();
}

namespace {

// --- A device
// -----------------------------------------------------------------

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

struct GuardedSlots {
  std::array<uint8_t, 64> before;
  std::array<tracer_slot_t, kMostSlots> slots;
  std::array<uint8_t, 64> after;
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
  std::array<uint8_t, kBlocks / 4> table;
  std::array<uint8_t, kBlocks / 8> finalisers;
  tracer_counters_t counters;
};

Device device;

void transmit(const uint8_t* data, size_t length) {
  EXPECT_FALSE(device.busy);
  EXPECT_GE(length, 5U);
  EXPECT_LE(length, static_cast<size_t>(TRACER_PACKET_MAX));
  device.sent.insert(device.sent.end(), data, data + length);
  device.busy = true;
  device.busy_until =
      device.clock + static_cast<uint32_t>(length) * device.us_per_byte;
}

// Asking takes time, so that waiting ends.
bool line_busy() {
  device.clock++;
  if (device.busy && device.us_per_byte != 0 &&
      static_cast<int32_t>(device.clock - device.busy_until) >= 0) {
    device.busy = false;
  }
  return device.busy;
}

bool heap_area(size_t index, tracer_area_t* area) {
  *area = tracer_area_t{};
  area->table = device.table.data();
  area->table_bytes = device.table.size();
  area->finalisers = device.finalisers.data();
  area->finaliser_bytes = device.finalisers.size();
  area->last_used_block = TRACER_NONE;
  return index == 0;
}

void heap_counters(tracer_counters_t* counters) { *counters = device.counters; }

const tracer_line_t kLine = {transmit, line_busy};
const tracer_heap_t kHeap = {heap_area, heap_counters,
                             "version v1.22.2\nword 4\nblock 16\n"};

void start(uint8_t policy, uint8_t flags = 0) {
  tracer_setup_t setup{};
  setup.heap = &kHeap;
  setup.slots = device.guarded.slots.data();
  setup.n_slots = device.slots;
  setup.line = &kLine;
  setup.crc32 = tracer_crc32_more;
  setup.clock = &device.clock;
  setup.flags = flags;
  setup.policy = policy;
  tracer_start(&setup);
}

void alloc(size_t n_bytes, uint32_t result) {
  if (!tracer_is_on()) return;
  tracer_request_t request;
  tracer_alloc_begin(&request, n_bytes, false);
  tracer_alloc_end(&request, result);
}

// Requests that do not repeat fill packets soon: some bytes each.
void alloc_anything(uint32_t count) {
  static uint32_t random = 1;
  for (uint32_t i = 0; i < count; i++) {
    random = random * 1664525 + 1013904223;
    alloc(random >> 12, (random >> 8) % kBlocks);
    device.clock += 10;
  }
}

tracer_stats_t stats() {
  tracer_stats_t result;
  tracer_stats(&result);
  return result;
}

// --- What it sent
// ---------------------------------------------------------------

uint64_t little(const std::vector<uint8_t>& data, size_t at, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = bytes; i-- != 0;) value = value << 8 | data[at + i];
  return value;
}

std::vector<uint8_t> undo_cobs(const uint8_t* piece, size_t length) {
  std::vector<uint8_t> data;
  for (size_t at = 0; at < length;) {
    const size_t next = at + piece[at];
    EXPECT_LE(next, length);
    for (at++; at < next && at < length; at++) data.push_back(piece[at]);
    if (at < length) data.push_back(0);
  }
  return data;
}

Packet parse(const std::vector<uint8_t>& data) {
  Packet packet;
  EXPECT_GE(data.size(), 19U);
  const size_t end = data.size() - TRACER_CRC_BYTES;
  EXPECT_EQ(little(data, end, 4), tracer_crc32(data.data(), end));
  EXPECT_EQ(data[0] >> 4, TRACER_FORMAT_VERSION);
  packet.type = data[0] & 15;
  packet.flags = data[TRACER_AT_FLAGS];
  packet.sequence = data[TRACER_AT_SEQUENCE];
  packet.events = static_cast<uint32_t>(little(data, TRACER_AT_EVENTS, 4));
  packet.records = static_cast<uint32_t>(little(data, TRACER_AT_RECORDS, 2));
  packet.time = little(data, TRACER_AT_TIME, 6);
  packet.body.assign(data.begin() + TRACER_HEADER_BYTES,
                     data.begin() + static_cast<ptrdiff_t>(end));
  return packet;
}

std::vector<Packet> packets() {
  std::vector<Packet> result;
  const auto& sent = device.sent;
  for (size_t at = 0; at < sent.size();) {
    EXPECT_EQ(sent[at], 0);
    const size_t begin = at + 1;
    size_t end = begin;
    while (end < sent.size() && sent[end] != 0) end++;
    EXPECT_LT(end, sent.size());
    result.push_back(parse(undo_cobs(&sent[begin], end - begin)));
    at = end + 1;
  }
  return result;
}

void expect_in_sequence(const std::vector<Packet>& all) {
  for (size_t i = 1; i < all.size(); i++) {
    EXPECT_EQ(all[i].sequence, (all[i - 1].sequence + 1) % 256) << i;
    EXPECT_GE(all[i].time, all[i - 1].time) << i;
  }
}

class Tracer : public testing::Test {
 protected:
  void SetUp() override {
    device = Device{};
    device.us_per_byte = 1;
    device.guarded.before.fill(kCanary);
    device.guarded.after.fill(kCanary);
    device.counters.threshold = TRACER_NONE;
    device.counters.enabled = true;
    test_core = 0;
    test_in_interrupt = false;
  }

  void TearDown() override {
    device.us_per_byte = 1;
    tracer_stop();
    EXPECT_EQ(test_lock_depth, 0);
    for (const uint8_t byte : device.guarded.before) EXPECT_EQ(byte, kCanary);
    for (const uint8_t byte : device.guarded.after) EXPECT_EQ(byte, kCanary);
  }
};

}  // namespace

extern "C" void test_unlocked() {
  if (device.interrupt && !test_in_interrupt && test_lock_depth == 0) {
    test_in_interrupt = true;
    device.interrupt();
    test_in_interrupt = false;
  }
}

namespace {

// --- The trace's frame
// ------------------------------------------------------------

TEST_F(Tracer, BeginsWithAboutAndKeyframeAndEndsWhenAllIsSent) {
  start(TRACER_STALL);
  alloc(16, 1);
  tracer_stop();
  EXPECT_FALSE(line_busy());
  const auto all = packets();
  ASSERT_GE(all.size(), 3U);
  EXPECT_EQ(all[0].type, static_cast<uint32_t>(TRACER_TYPE_ABOUT));
  EXPECT_EQ(std::string(all[0].body.begin(), all[0].body.end()),
            "version v1.22.2\nword 4\nblock 16\n");
  EXPECT_EQ(std::string(all[1].body.begin(), all[1].body.begin() + 4), "AREA");
  EXPECT_EQ(all[2].type, static_cast<uint32_t>(TRACER_TYPE_EVENTS));
  expect_in_sequence(all);
  EXPECT_EQ(stats().events, 1U);
  EXPECT_EQ(stats().keyframes, 1U);
}

TEST_F(Tracer, DoesNothingWhenItIsOff) {
  alloc(16, 1);
  tracer_free_begin(1);
  tracer_free_end();
  tracer_collect_begin();
  tracer_collect_marked(false);
  tracer_collect_end(false);
  tracer_label("x", 1);
  tracer_poll();
  tracer_stop();
  EXPECT_TRUE(device.sent.empty());
}

TEST_F(Tracer, SequenceWrapsAndEveryEventIsCounted) {
  start(TRACER_STALL);
  alloc_anything(40000);
  tracer_stop();
  const auto all = packets();
  EXPECT_GT(all.size(), 300U);
  expect_in_sequence(all);
  EXPECT_EQ(stats().events, 40000U);
  EXPECT_EQ(stats().dropped, 0U);
  EXPECT_EQ(stats().packets, all.size());
  EXPECT_EQ(stats().bytes, device.sent.size());
}

TEST_F(Tracer, StartsAndStopsAThousandTimes) {
  for (int i = 0; i < 1000; i++) {
    start(i % 2 == 0 ? TRACER_STALL : TRACER_DROP);
    alloc(8, 5);
    if (i % 3 == 0) tracer_stop();  // else the next start does it
  }
  tracer_stop();
  const auto all = packets();
  expect_in_sequence(all);
  size_t about = 0;
  for (const Packet& packet : all) {
    about += packet.type == TRACER_TYPE_ABOUT;
    EXPECT_FALSE(packet.lost());
  }
  EXPECT_EQ(about, 2000U);
}

TEST_F(Tracer, KeepsTheTimeAcrossTurnsOfTheClock) {
  device.clock = 0xffffff00;
  start(TRACER_STALL);
  alloc(16, 1);
  device.clock += 0x1000;
  tracer_poll();
  for (int i = 0; i < 3; i++) {
    device.clock += 0x7fffffff;
    tracer_poll();
  }
  tracer_stop();
  const auto all = packets();
  expect_in_sequence(all);
  EXPECT_GT(all.back().time, uint64_t{0xffffff00} + 3 * uint64_t{0x7fffffff});
}

// --- A full ring
// ------------------------------------------------------------------

TEST_F(Tracer, StallLosesNothingAndSaysHowLongItTook) {
  device.us_per_byte = 100;
  start(TRACER_STALL);
  const uint32_t begin = device.clock;
  alloc_anything(5000);
  const uint32_t waited = device.clock - begin - 5000 * 10;
  tracer_stop();
  EXPECT_EQ(stats().dropped, 0U);
  EXPECT_EQ(stats().events, 5000U);
  EXPECT_EQ(stats().slots_most, device.slots);
  EXPECT_GT(stats().stalled_us, waited * 9 / 10);
  for (const Packet& packet : packets()) EXPECT_FALSE(packet.lost());
}

TEST_F(Tracer, DropNeverWaitsAndCountsEveryEvent) {
  start(TRACER_DROP);
  while (device.busy) line_busy();
  device.us_per_byte = 0;
  const uint32_t begin = device.clock;
  alloc_anything(5000);
  EXPECT_LT(device.clock - begin, 5000U * 14);  // a question per event at most
  EXPECT_EQ(stats().events, 5000U);
  EXPECT_GT(stats().dropped, 3000U);
  EXPECT_EQ(stats().stalled_us, 0U);
}

TEST_F(Tracer, GapsAreExactAndEndInAKeyframe) {
  device.us_per_byte = 8;
  start(TRACER_DROP);
  alloc_anything(20000);
  tracer_stop();
  const auto all = packets();
  expect_in_sequence(all);
  EXPECT_EQ(stats().events, 20000U);
  EXPECT_GT(stats().dropped, 1000U);
  size_t losses = 0;
  uint32_t missing = 0;
  for (size_t i = 1; i < all.size(); i++) {
    // A packet before a loss has events only, but for what a keyframe adds.
    losses += all[i].lost();
    if (all[i].lost()) {
      EXPECT_GE(all[i].events - all[i - 1].events, all[i - 1].records / 2);
      missing += all[i].events - all[i - 1].events;
    }
  }
  EXPECT_GT(losses, 2U);
  EXPECT_GE(stats().keyframes, losses);
  EXPECT_GE(missing, stats().dropped);
}

TEST_F(Tracer, AKeyframeLargerThanTheRingIsSentWhole) {
  device.slots = 4;
  for (size_t i = 0; i < device.table.size(); i++) {
    // Heads and tails as random as can be.
    static constexpr std::array<uint8_t, 4> kFours = {0x01, 0x19, 0x65, 0x40};
    device.table[i] = kFours[i * 2654435761U >> 13 & 3];
  }
  device.us_per_byte = 10;
  start(TRACER_DROP);
  tracer_stop();
  EXPECT_GT(stats().packets, device.slots);
  EXPECT_EQ(stats().dropped, 0U);
  for (const Packet& packet : packets()) EXPECT_FALSE(packet.lost());
}

TEST_F(Tracer, AWrappedCounterOfMicrosecondsDoesNotStopAWait) {
  device.us_per_byte = 100;
  device.clock = 0xffffff00;
  start(TRACER_STALL);
  alloc_anything(1000);
  tracer_stop();
  EXPECT_EQ(stats().events, 1000U);
  EXPECT_LT(stats().stalled_us, 10000000U);
}

// --- Keyframes
// ----------------------------------------------------------------------

TEST_F(Tracer, SendsAKeyframeEverySecondWhileThereIsRoom) {
  start(TRACER_STALL);
  for (int i = 0; i < 100; i++) {
    alloc(16, 3);
    device.clock += 100000;
    tracer_poll();
  }
  EXPECT_GE(stats().keyframes, 10U);
  EXPECT_LE(stats().keyframes, 12U);
}

TEST_F(Tracer, SendsAKeyframeOnRequest) {
  start(TRACER_STALL);
  tracer_want_keyframe();
  EXPECT_EQ(tracer_keyframes(), 1U);
  tracer_poll();
  EXPECT_EQ(tracer_keyframes(), 2U);
}

TEST_F(Tracer, SendsNoKeyframeInsideARequestOrCollect) {
  start(TRACER_STALL);
  tracer_request_t request;
  tracer_alloc_begin(&request, 16, false);
  tracer_want_keyframe();
  tracer_poll();
  EXPECT_EQ(tracer_keyframes(), 1U);
  tracer_collect_begin();
  tracer_collect_marked(false);
  tracer_poll();
  EXPECT_EQ(tracer_keyframes(), 1U);
  tracer_collect_end(false);
  tracer_poll();
  EXPECT_EQ(tracer_keyframes(), 1U);
  tracer_alloc_end(&request, 4);
  tracer_poll();
  EXPECT_EQ(tracer_keyframes(), 2U);
}

TEST_F(Tracer, APacketLeavesWithinATenthOfASecond) {
  start(TRACER_STALL);
  for (int i = 0; i < 2000; i++) tracer_sent();
  const size_t before = packets().size();
  alloc(16, 3);
  device.clock += 50000;
  tracer_poll();
  EXPECT_EQ(packets().size(), before);
  device.clock += 60000;
  tracer_poll();
  EXPECT_GT(packets().size(), before);
}

// --- Order
// ---------------------------------------------------------------------------

TEST_F(Tracer, InterruptsWhileWaitingAreRecorded) {
  device.us_per_byte = 50;
  start(TRACER_STALL);
  uint32_t interrupts = 0;
  device.interrupt = [&] {
    if (++interrupts % 7 == 0) {
      tracer_lock(1);
      alloc(16, TRACER_BLOCK_NULL);
      tracer_unlock(0);
    }
  };
  alloc_anything(3000);
  device.interrupt = nullptr;
  tracer_stop();
  EXPECT_EQ(stats().events, 3000 + interrupts / 7);
  EXPECT_EQ(stats().dropped, 0U);
  expect_in_sequence(packets());
}

TEST_F(Tracer, BothCoresTakeTurns) {
  start(TRACER_STALL);
  for (int i = 0; i < 2000; i++) {
    test_core = static_cast<uint32_t>(i / 3 % 2);
    alloc(16, 3);
  }
  tracer_stop();
  EXPECT_EQ(stats().events, 2000U);
}

}  // namespace
