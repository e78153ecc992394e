// The tracer core on the host: its ring, its policies, its order.

#include "libheap/wire/packet_finder.h"
#include "libheap/wire/record_reader.h"
#include "tests/unit/firmware/test_device.h"

namespace libheap::testing {
namespace {

using Tracer = TracerTest;

// Which rare records were sent, in order.
std::vector<uint32_t> rare_records() {
  std::vector<uint32_t> rare;
  PacketFinder finder;
  finder.push(device.sent);
  for (FoundItem item; finder.next(item);) {
    if (item.kind != FoundItem::Kind::kPacket) continue;
    if (item.packet.type != TRACER_TYPE_EVENTS) continue;
    RecordReader reader;
    PacketRecords records;
    reader.read(item.packet, records);
    for (const Record& record : records.all()) {
      if (record.op == TRACER_OP_RARE) rare.push_back(record.number);
    }
  }
  return rare;
}

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

std::string about_sent() {
  std::string about;
  for (const Packet& packet : packets()) {
    if (packet.type != TRACER_TYPE_ABOUT) continue;
    about.append(packet.body.begin(), packet.body.end());
  }
  return about;
}

// To who reads from the start, the others come as if they were added now.
TEST_F(Tracer, BeginsWithAllAreasWhereThereAreSeveral) {
  device.areas = 3;
  start(TRACER_STALL);
  tracer_stop();
  EXPECT_NE(about_sent().find("\nAREA 0 "), std::string::npos);
  EXPECT_NE(about_sent().find("\narea1 0 0\narea2 0 0\n"), std::string::npos);
  std::vector<uint32_t> rare = rare_records();
  ASSERT_GE(rare.size(), 4U);
  rare.resize(4);
  EXPECT_EQ(rare, (std::vector<uint32_t>{
                      TRACER_RARE_INIT, TRACER_RARE_AREA_ADDED,
                      TRACER_RARE_AREA_ADDED, TRACER_RARE_KEYFRAME}));
}

TEST_F(Tracer, SaysWhereAreasAreBeforeEveryKeyframe) {
  device.areas = 20;
  start(TRACER_STALL);
  for (int i = 0; i < 3; ++i) {
    device.sent.clear();
    tracer_want_keyframe();
    tracer_poll();
    while (line_busy()) tracer_sent();
    const std::string about = about_sent();
    for (int area = 1; area < 20; ++area) {
      EXPECT_NE(about.find("\narea" + std::to_string(area) + " 0 0\n"),
                std::string::npos);
    }
  }
  tracer_stop();
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

// --- Notes
// ---------------------------------------------------------------------------

TEST_F(Tracer, EventsWaitToBeEncodedAndAreCountedMeanwhile) {
  start(TRACER_STALL);
  device.clock += 200000;
  tracer_poll();  // the keyframe leaves
  const uint32_t first_at = device.clock += 1000;
  for (uint32_t i = 1; i <= TRACER_NOTES; i++) {
    alloc(16, i);
    EXPECT_EQ(stats().events, i);
    EXPECT_EQ(tracer_encode_events(&tracer_encoder), 0U);
    device.clock += 100;
  }
  alloc(16, 0);  // has them all encoded
  EXPECT_EQ(tracer_encode_events(&tracer_encoder), TRACER_NOTES + 1U);
  tracer_stop();
  // Begun late, but in the trace the packet is at its first event.
  const auto all = packets();
  EXPECT_TRUE(std::any_of(all.begin(), all.end(), [=](const Packet& packet) {
    return packet.type == TRACER_TYPE_EVENTS && packet.time == first_at;
  }));
  expect_in_sequence(all);
}

TEST_F(Tracer, InterruptsBetweenNotesThatAreEncodedMayNote) {
  start(TRACER_STALL);
  uint32_t noted = 0;
  bool inside = false;
  device.interrupt = [&] {
    if (inside) return;
    inside = true;
    const uint32_t was_doing = tracer_gate.cores[0].doing;
    tracer_free_begin(7);
    tracer_free_end();
    EXPECT_EQ(tracer_gate.cores[0].doing, was_doing);
    noted++;
    inside = false;
  };
  alloc_anything(3000);
  device.interrupt = nullptr;
  EXPECT_GT(noted, 3000U);
  EXPECT_EQ(stats().events, 3000 + noted);
  tracer_stop();
  EXPECT_EQ(stats().dropped, 0U);
  expect_in_sequence(packets());
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
}  // namespace libheap::testing
