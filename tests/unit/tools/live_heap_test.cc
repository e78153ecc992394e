#include "tools/capture/live_heap.h"

#include <chrono>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "libheap/replay/trace_recorder.h"
#include "libheap/trace/event_log_reader.h"
#include "libheap/wire/packet_finder.h"
#include "tests/support/small_log.h"
#include "tools/capture/byte_queue.h"

namespace libheap::tools {
namespace {

using libheap::testing::SmallLog;

std::vector<uint8_t> bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

std::string read_some(ByteQueue& queue) {
  char room[100];
  return {room, queue.read(room)};
}

TEST(ByteQueue, GivesBytesInOrder) {
  ByteQueue queue(100);
  queue.push(bytes_of("abc"));
  queue.push(bytes_of("def"));
  char room[4];
  EXPECT_EQ(std::string(room, queue.read(room)), "abcd");
  queue.push(bytes_of("g"));
  EXPECT_EQ(read_some(queue), "efg");
}

TEST(ByteQueue, ThrowsOutWhatWaitsRatherThanMakeAnybodyWait) {
  ByteQueue queue(10);
  queue.push(bytes_of("12345678"));
  queue.push(bytes_of("abc"));
  EXPECT_EQ(queue.skipped(), 0u);  // not yet read past
  EXPECT_EQ(read_some(queue), "abc");
  EXPECT_EQ(queue.skipped(), 8u);
}

TEST(ByteQueue, EndsOneStreamBeforeTheNext) {
  ByteQueue queue(100);
  queue.push(bytes_of("old"));
  queue.begin_stream();
  queue.push(bytes_of("new"));
  EXPECT_EQ(read_some(queue), "");
  EXPECT_EQ(read_some(queue), "");
  EXPECT_TRUE(queue.at_end());
  EXPECT_EQ(queue.next_stream(), ByteQueue::Next::kBegun);
  EXPECT_EQ(read_some(queue), "new");
  queue.close();
  EXPECT_EQ(read_some(queue), "");
  EXPECT_EQ(queue.next_stream(), ByteQueue::Next::kNone);
}

// Ten blocks, a collect of 90 us that frees one of two objects, 6 free blocks
// in a row at the end.
SmallLog busy_log() {
  SmallLog log("v1.22.2", 8);
  log.line("A 32 0 0 t=10").line("A 16 0 2 t=20").line("(C e 3 t=30");
  log.line(")C 0 1 0 0 2 1 2 0=09 t=120").line("END 3 complete t=130");
  return log;
}

// The bytes a device would send of this log.
std::string sent(const SmallLog& log) {
  std::string text = log.text();
  text.replace(0, text.find('\n'), "MPHEAP-EVENTS 1");  // has times
  EventLogReader source(memory_byte_source(text, "small"));
  std::string bytes;
  StringSink sink(bytes);
  Replayer replayer(source);
  TraceRecorder recorder(sink, {});
  replayer.observe_records(&recorder);
  replayer.run();
  recorder.finish();
  return bytes;
}

// Its packets; `change` may alter the body of each.
template <typename Change>
void push(LiveHeap& live, const std::string& text, const Change& change) {
  const std::vector<uint8_t> bytes = bytes_of(text);
  PacketFinder finder;
  finder.push(bytes);
  FoundItem item;
  while (finder.next(item)) {
    if (item.kind != FoundItem::Kind::kPacket) continue;
    std::string body(item.packet.body.begin(), item.packet.body.end());
    change(body);
    const std::vector<uint8_t> changed = bytes_of(body);
    item.packet.body = changed;
    live.push(item.packet);
  }
}

void push(LiveHeap& live, const std::string& text) {
  push(live, text, [](std::string&) {});
}

// What it shows once `shown` holds, or at last.
template <typename Shown>
HeapNow wait_until(const LiveHeap& live, const Shown& shown) {
  for (int i = 0; i < 2000 && !shown(live.now()); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return live.now();
}

bool has_collected(const HeapNow& now) { return now.collects == 1; }

TEST(LiveHeap, ShowsTheHeapAsItIsOnTheDevice) {
  LiveHeap live;
  EXPECT_EQ(live.now().state, HeapNow::State::kUnknown);
  push(live, sent(busy_log()));
  const HeapNow now = wait_until(live, has_collected);
  EXPECT_EQ(now.state, HeapNow::State::kExact);
  EXPECT_EQ(now.block_bytes, 16u);
  EXPECT_EQ(now.total_blocks, 8u);
  EXPECT_EQ(now.used_blocks, 2u);
  EXPECT_EQ(now.largest_free_run, 6u);
  EXPECT_EQ(now.divergences, 0u);
  ASSERT_EQ(now.pauses.size(), 1u);
  EXPECT_EQ(now.pauses[0].us, 90u);
  EXPECT_EQ(now.pauses[0].cause, CollectCause::kExplicit);
}

TEST(LiveHeap, FollowsADeviceThatBeginsAnewWithAnotherHeap) {
  LiveHeap live;
  push(live, sent(busy_log()));
  wait_until(live, has_collected);
  live.begin_stream();
  push(live, sent(SmallLog("v1.22.2", 64).line("A 16 0 0 t=1").end()));
  const HeapNow now = wait_until(
      live, [](const HeapNow& shown) { return shown.total_blocks == 64; });
  EXPECT_EQ(now.total_blocks, 64u);
  EXPECT_EQ(now.used_blocks, 1u);
  EXPECT_EQ(now.collects, 0u);
}

TEST(LiveHeap, SaysWhyThereIsNoModelAndTriesTheNextDevice) {
  LiveHeap live;
  push(live, sent(busy_log()), [](std::string& body) {
    const size_t at = body.find("v1.22.2");
    if (at != std::string::npos) body.replace(at, 7, "v0.22.2");
  });
  const HeapNow now = wait_until(live, [](const HeapNow& shown) {
    return shown.state == HeapNow::State::kNoModel;
  });
  EXPECT_NE(now.problem.find("v0.22.2"), std::string::npos) << now.problem;
  live.begin_stream();
  push(live, sent(busy_log()));
  EXPECT_EQ(wait_until(live, has_collected).state, HeapNow::State::kExact);
}

}  // namespace
}  // namespace libheap::tools
