// Snapshots as they are sent: whole, in order, or not to be believed. What
// their bytes say is for tests/unit/replay/snapshot_graph_test.cc.

#include "tests/unit/firmware/test_device.h"

extern "C" {
#include "firmware-tracer/tracer_graph.h"
}

namespace libheap::testing {
namespace {

constexpr uint8_t kFourHeads = 0x55;

class Snapshots : public TracerTest {
 protected:
  static void SetUpHeap() {
    device.table.fill(kFourHeads);
    for (size_t i = 0; i < device.pool.size(); ++i) {
      device.pool[i] =
          reinterpret_cast<uintptr_t>(&device.pool[2 * (i * 37 % kBlocks)]);
    }
  }

  // A collect, with a snapshot if one is due. Survivors are all.
  static bool collect() {
    tracer_collect_begin();
    const bool taken = tracer_snapshot_begin();
    tracer_snapshot_roots(TRACER_ROOTS_STATIC, device.pool.data(), 10);
    tracer_snapshot_end();
    tracer_collect_marked(false);
    tracer_collect_end(false);
    return taken;
  }

  struct Slices {
    size_t count = 0;
    size_t whole = 0;  // snapshots of which no slice is missing
  };

  static Slices slices() {
    Slices found;
    size_t expected = 0;
    for (const Packet& packet : packets()) {
      if (packet.type != TRACER_TYPE_SNAPSHOT) continue;
      ++found.count;
      const auto field =
          static_cast<size_t>(packet.body[1] | packet.body[2] << 8);
      const size_t index = field % TRACER_SLICE_LAST;
      if (index == 0) expected = 0;
      if (index == expected) ++expected;
      found.whole += index + 1 == expected && field >= TRACER_SLICE_LAST;
    }
    return found;
  }
};

TEST_F(Snapshots, AreTakenWithOneCollectInSoMany) {
  SetUpHeap();
  tracer_snapshot_every(3, false);
  start(TRACER_STALL);
  std::string taken;
  for (int i = 0; i < 7; ++i) taken += collect() ? 'x' : '.';
  tracer_stop();
  EXPECT_EQ(taken, "x..x..x");
  EXPECT_EQ(slices().whole, 3U);
}

TEST_F(Snapshots, AreTakenWhenAskedFor) {
  SetUpHeap();
  tracer_snapshot_every(0, false);
  start(TRACER_STALL);
  EXPECT_FALSE(collect());
  tracer_want_snapshot(false);
  EXPECT_TRUE(collect());
  EXPECT_FALSE(collect());
  tracer_stop();
  EXPECT_EQ(slices().whole, 1U);
}

// Heads of one block each, half of which hold data.
TEST_F(Snapshots, HaveContentsWhereAskedFor) {
  for (const bool every : {false, true}) {
    for (const bool wanted : {false, true}) {
      SetUpHeap();
      for (size_t i = 0; i < device.pool.size(); i += 4) {
        std::memcpy(&device.pool[i], "text in a bloc", 15);
      }
      tracer_snapshot_every(0, every);
      start(TRACER_STALL);
      tracer_want_snapshot(wanted);
      tracer_want_snapshot(false);  // takes nothing back
      ASSERT_TRUE(collect());
      tracer_stop();
      std::string bytes;
      for (const Packet& packet : packets()) {
        if (packet.type != TRACER_TYPE_SNAPSHOT) continue;
        bytes.append(packet.body.begin() + TRACER_SLICE_HEADER,
                     packet.body.end());
      }
      const bool contents = every || wanted;
      EXPECT_EQ(bytes.front(),
                contents ? TRACER_SNAPSHOT_CONTENTS : TRACER_SNAPSHOT_FORM);
      EXPECT_EQ(bytes.find("in a bloc") != std::string::npos, contents);
      device.sent.clear();
    }
  }
  tracer_snapshot_every(0, false);
}

TEST_F(Snapshots, NeedATrace) {
  tracer_want_snapshot(false);
  EXPECT_FALSE(collect());
  tracer_snapshot_every(0, false);
}

TEST_F(Snapshots, WaitForTheRingAndSayHowLong) {
  for (const uint8_t policy : {TRACER_STALL, TRACER_DROP}) {
    SetUpHeap();
    device.slots = 4;
    device.us_per_byte = 10;
    tracer_snapshot_every(1, false);
    start(policy);
    const uint32_t own_before = stats().own_us;
    const uint32_t begin = device.clock;
    ASSERT_TRUE(collect());
    const uint32_t took = device.clock - begin;
    EXPECT_GT(took, 100000U);
    EXPECT_GT(stats().own_us - own_before, took - 10000);
    EXPECT_EQ(stats().dropped, 0U);
    tracer_stop();
    EXPECT_EQ(slices().whole, 1U);
    expect_in_sequence(packets());
    device.sent.clear();
  }
}

TEST_F(Snapshots, GiveUpOnADeadLine) {
  SetUpHeap();
  tracer_snapshot_every(1, false);
  start(TRACER_STALL);
  while (line_busy()) tracer_sent();
  device.us_per_byte = 0;
  const uint32_t begin = device.clock;
  ASSERT_TRUE(collect());
  // The records around it wait once more at most.
  EXPECT_LT(device.clock - begin, 2 * TRACER_PATIENCE_US + 10000U);
  device.us_per_byte = 1;
  device.busy_until = device.clock;
  tracer_stop();
  EXPECT_EQ(slices().whole, 0U);
}

TEST_F(Snapshots, LetInterruptsComeWhileTheyWait) {
  SetUpHeap();
  device.slots = 4;
  device.us_per_byte = 10;
  int interrupts = 0;
  tracer_snapshot_every(1, false);
  start(TRACER_STALL);
  device.interrupt = [&] {
    if (++interrupts > 5) return;
    alloc(16, TRACER_BLOCK_NULL);
  };
  ASSERT_TRUE(collect());
  device.interrupt = nullptr;
  tracer_stop();
  EXPECT_GT(interrupts, 5);
  EXPECT_EQ(slices().whole, 1U);
  expect_in_sequence(packets());
}

}  // namespace
}  // namespace libheap::testing
