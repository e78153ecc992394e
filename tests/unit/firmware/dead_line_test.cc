// A line that takes nothing any more: no hook waits for ever, whatever the
// policy, and when the line is back the trace is exact again.

#include "tests/unit/firmware/test_device.h"

namespace libheap::testing {
namespace {

class DeadLine : public TracerTest {
 protected:
  static void cut() { device.us_per_byte = 0; }
  static void mend() {
    device.us_per_byte = 1;
    device.busy_until = device.clock;
  }
  // Longest time in one request, of `count`.
  static uint32_t longest_of(uint32_t count) {
    uint32_t longest = 0;
    for (uint32_t i = 0; i < count; i++) {
      const uint32_t begin = device.clock;
      alloc_anything(1);
      longest = std::max(longest, device.clock - begin);
    }
    return longest;
  }
};

TEST_F(DeadLine, StallWaitsOnceAndNotForEver) {
  start(TRACER_STALL);
  alloc_anything(100);
  cut();
  const uint32_t longest = longest_of(5000);
  EXPECT_GT(longest, uint32_t{TRACER_PATIENCE_US});
  EXPECT_LT(longest, TRACER_PATIENCE_US + 1000U);
  EXPECT_LT(longest_of(5000), 1000U);  // it has learnt
  EXPECT_EQ(stats().events, 10100U);
  EXPECT_GT(stats().dropped, 5000U);
}

TEST_F(DeadLine, AfterItIsMendedAKeyframeFollowsTheLoss) {
  for (const uint8_t policy : {TRACER_STALL, TRACER_DROP}) {
    start(policy);
    alloc_anything(100);
    cut();
    alloc_anything(5000);
    const uint32_t dropped = stats().dropped;
    const uint32_t keyframes = stats().keyframes;
    EXPECT_GT(dropped, 3000U);
    mend();
    for (int i = 0; i < 5000; i++) tracer_sent();
    alloc_anything(5000);
    EXPECT_GT(stats().keyframes, keyframes);
    EXPECT_LT(stats().dropped, dropped + 1000);
    tracer_stop();
    expect_in_sequence(packets());
    size_t losses = 0;
    for (const Packet& packet : packets()) losses += packet.lost();
    EXPECT_EQ(losses, 1U);
    device.sent.clear();
  }
}

TEST_F(DeadLine, StoppedAfterALossTheTraceEndsInAKeyframe) {
  for (const uint8_t policy : {TRACER_STALL, TRACER_DROP}) {
    start(policy);
    alloc_anything(100);
    cut();
    alloc_anything(5000);
    const uint32_t keyframes = stats().keyframes;
    mend();
    tracer_stop();
    EXPECT_EQ(stats().keyframes, keyframes + 1);
    const std::vector<Packet> sent = packets();
    EXPECT_TRUE(std::any_of(sent.begin(), sent.end(), [](const Packet& packet) {
      return packet.lost();
    }));
    device.sent.clear();
  }
}

TEST_F(DeadLine, StopComesBack) {
  for (const uint8_t policy : {TRACER_STALL, TRACER_DROP}) {
    start(policy);
    alloc_anything(100);
    cut();
    alloc_anything(5000);
    const uint32_t begin = device.clock;
    tracer_stop();
    EXPECT_LT(device.clock - begin, 4 * TRACER_PATIENCE_US);
    EXPECT_FALSE(tracer_is_on());
    mend();
    device.busy = false;
  }
}

TEST_F(DeadLine, StartComesBack) {
  cut();
  device.busy = true;
  const uint32_t begin = device.clock;
  start(TRACER_STALL);
  alloc_anything(1000);
  EXPECT_LT(device.clock - begin, 4 * TRACER_PATIENCE_US);
  EXPECT_EQ(stats().events, 1000U);
}

}  // namespace
}  // namespace libheap::testing
