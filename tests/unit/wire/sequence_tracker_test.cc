#include "libheap/wire/sequence_tracker.h"

#include <gtest/gtest.h>

namespace libheap {
namespace {

Packet packet(unsigned sequence, uint32_t events, uint64_t time_us = 0,
              uint8_t flags = 0) {
  Packet result;
  result.type = TRACER_TYPE_EVENTS;
  result.sequence = static_cast<uint8_t>(sequence);
  result.events = events;
  result.time_us = time_us;
  result.flags = flags;
  return result;
}

TEST(SequenceTracker, TheFirstPacketIsNoGapWhereverItStands) {
  SequenceTracker tracker;
  const SequenceStep step = tracker.advance(packet(77, 123456));
  EXPECT_TRUE(step.first);
  EXPECT_FALSE(step.is_gap());
}

TEST(SequenceTracker, NothingIsMissingOverManyWraps) {
  SequenceTracker tracker;
  uint32_t events = UINT32_MAX - 50'000;
  for (unsigned i = 0; i < 1000; ++i) {
    const SequenceStep step = tracker.advance(packet(i, events));
    EXPECT_FALSE(step.is_gap() || step.restarted) << i;
    tracker.counted(i % 300);
    events += i % 300;
  }
}

TEST(SequenceTracker, LostPacketsAndTheirEventsAreCounted) {
  SequenceTracker tracker;
  tracker.advance(packet(254, 100));
  tracker.counted(10);
  const SequenceStep step = tracker.advance(packet(2, 150));
  EXPECT_EQ(step.missing_packets, 3u);  // 255, 0, 1
  EXPECT_EQ(step.missing_events, 40u);
  EXPECT_FALSE(step.dropped_by_device);
  EXPECT_FALSE(step.restarted);
}

TEST(SequenceTracker, ALostPacketWithoutEventsIsAGapToo) {
  SequenceTracker tracker;
  tracker.advance(packet(1, 100));
  const SequenceStep step = tracker.advance(packet(3, 100));
  EXPECT_TRUE(step.is_gap());
  EXPECT_EQ(step.missing_packets, 1u);
  EXPECT_EQ(step.missing_events, 0u);
}

TEST(SequenceTracker, WhatTheDeviceDroppedIsToldFromWhatTheLineLost) {
  SequenceTracker tracker;
  tracker.advance(packet(1, 100));
  tracker.counted(5);
  const SequenceStep step =
      tracker.advance(packet(2, 125, 0, TRACER_FLAG_LOST));
  EXPECT_TRUE(step.dropped_by_device);
  EXPECT_EQ(step.missing_packets, 0u);
  EXPECT_EQ(step.missing_events, 20u);
}

TEST(SequenceTracker, EventsMissingInStepMeanAWholeTurnOfPackets) {
  SequenceTracker tracker;
  tracker.advance(packet(1, 100));
  const SequenceStep step = tracker.advance(packet(2, 90'000));
  EXPECT_EQ(step.missing_packets, 256u);
  EXPECT_EQ(step.missing_events, 89'900u);
}

TEST(SequenceTracker, CountsThatGoBackAreARestart) {
  SequenceTracker tracker;
  tracker.advance(packet(200, 5000, 9'000'000));
  tracker.counted(30);
  SequenceStep step = tracker.advance(packet(0, 0, 100));
  EXPECT_TRUE(step.restarted);
  EXPECT_FALSE(step.is_gap());
  tracker.counted(20);
  step = tracker.advance(packet(1, 20, 200));
  EXPECT_FALSE(step.restarted || step.is_gap());
}

TEST(SequenceTracker, WhatWasLostSinceARestartIsKnown) {
  SequenceTracker tracker;
  tracker.advance(packet(200, 5000));
  const SequenceStep step = tracker.advance(packet(3, 70));
  EXPECT_TRUE(step.restarted);
  EXPECT_EQ(step.missing_packets, 3u);
  EXPECT_EQ(step.missing_events, 70u);
}

TEST(SequenceTracker, ATimeThatGoesBackIsARestartThoughCountsDoNot) {
  SequenceTracker tracker;
  tracker.advance(packet(3, 50, 60'000'000));
  EXPECT_TRUE(tracker.advance(packet(9, 900, 5'000'000)).restarted);
}

TEST(SequenceTracker, HostPacketsTakeNoPart) {
  SequenceTracker tracker;
  Packet host;
  host.type = TRACER_TYPE_HOST;
  tracker.advance(host);
  EXPECT_TRUE(tracker.advance(packet(5, 500, 7'000'000)).first);
  tracker.counted(1);
  EXPECT_FALSE(tracker.advance(host).restarted);
  EXPECT_FALSE(tracker.advance(packet(6, 501, 7'000'010)).is_gap());
}

}  // namespace
}  // namespace libheap
