// Traces that start and stop at any moment: between a request's begin and its
// end, in an interrupt, on the other core.

#include "tests/unit/firmware/test_device.h"

namespace libheap::testing {
namespace {

using StartStop = TracerTest;

TEST_F(StartStop, ARequestMayEndAfterItsTrace) {
  start(TRACER_STALL);
  tracer_request_t request;
  tracer_alloc_begin(&request, 16, false);
  tracer_stop();
  tracer_alloc_end(&request, 1);
  tracer_free_begin(1);
  tracer_free_end();
  EXPECT_EQ(stats().events, 0U);
  // Nothing is left behind: the next trace is as any other.
  start(TRACER_STALL);
  alloc(16, 1);
  tracer_stop();
  EXPECT_EQ(stats().events, 1U);
  expect_in_sequence(packets());
}

TEST_F(StartStop, AResizeOfAnEarlierTraceIsNotInTheNext) {
  start(TRACER_STALL);
  tracer_request_t request;
  tracer_realloc_begin(&request, 1, 16, false);
  tracer_stop();
  start(TRACER_STALL);
  tracer_realloc_end(&request, 1);
  EXPECT_EQ(stats().events, 0U);
  alloc(16, 1);
  EXPECT_EQ(stats().events, 1U);
}

TEST_F(StartStop, ACollectMayEndWhoseBeginWasNotTraced) {
  start(TRACER_STALL);
  tracer_collect_marked(false);
  tracer_collect_end(false);
  alloc(16, 1);
  EXPECT_EQ(stats().events, 1U);
}

TEST_F(StartStop, ACollectMayEndAfterItsTrace) {
  start(TRACER_STALL);
  tracer_collect_begin();
  tracer_collect_marked(false);
  tracer_stop();
  tracer_collect_end(false);
  test_core = 1;  // would wait for ever for a turn that was kept
  start(TRACER_STALL);
  alloc(16, 1);
  EXPECT_EQ(stats().events, 1U);
  tracer_stop();
  test_core = 0;
}

TEST_F(StartStop, AHookThatSawTheTraceOnFindsItOff) {
  start(TRACER_STALL);
  tracer_stop();
  tracer_collect_begin();
  tracer_collect_end(false);
  tracer_tick();
  tracer_lock(1);
  tracer_label("x", 1);
  tracer_sweep_all_begin();
  tracer_sweep_all_end();
  const size_t sent = device.sent.size();
  tracer_poll();
  tracer_stop();
  EXPECT_EQ(device.sent.size(), sent);
}

// An interrupt may come anywhere in taking the turn; all it does is whole.
TEST_F(StartStop, InterruptsOnBothCoresKeepTheCountRight) {
  start(TRACER_STALL);
  uint32_t interrupts = 0;
  device.interrupt = [&] {
    if (++interrupts % 3 != 0) return;
    alloc(16, TRACER_BLOCK_NULL);
    tracer_free_begin(7);
    tracer_free_end();
  };
  for (int i = 0; i < 3000; i++) {
    test_core = static_cast<uint32_t>(i / 5 % 2);
    alloc(24, static_cast<uint32_t>(i % 50));
    tracer_request_t request;
    tracer_realloc_begin(&request, static_cast<uint32_t>(i % 50), 40, true);
    tracer_realloc_end(&request, static_cast<uint32_t>(i % 50));
  }
  device.interrupt = nullptr;
  EXPECT_EQ(stats().events, 6000 + interrupts / 3 * 2);
  test_core = 0;
  tracer_stop();
  expect_in_sequence(packets());
}

}  // namespace
}  // namespace libheap::testing
