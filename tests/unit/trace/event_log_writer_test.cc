#include "libheap/trace/event_log_writer.h"

#include <gtest/gtest.h>

#include "tests/support/log_reading.h"

namespace libheap {
namespace {

using testing::golden_log;
using testing::own_log;
using testing::rewritten;

TEST(EventLogWriter, ChangesOnlyTheFirstLineOfARecording) {
  const std::string body = "A 16 0 4\nF 4\nEND 2 complete\n";
  EXPECT_EQ(rewritten(golden_log(body)), own_log(body));
}

TEST(EventLogWriter, WritesAllOfALongLog) {
  std::string body;
  for (int i = 0; i < 100'000; ++i)
    body += "A " + std::to_string(i) + " 0 4 t=" + std::to_string(i) + "\n";
  EXPECT_TRUE(rewritten(own_log(body)) == own_log(body));
}

Event event_of(EventKind kind, EventPhase phase = EventPhase::kWhole) {
  Event event;
  event.kind = kind;
  event.phase = phase;
  return event;
}

TEST(FormatEvent, GivesOneLine) {
  Event event = event_of(EventKind::kAlloc);
  event.n_bytes = 24;
  event.result = {0, 17};
  event.time_us = 1042;
  event.site = 3;
  EXPECT_EQ(format_event(event), "A 24 0 17 t=1042 s=3");
}

TEST(FormatEvent, SplitsACollectThatIsWhole) {
  CollectRecord state;
  state.last_free_bytes = {0};
  state.last_used_blocks = {1};
  state.heads_before = 5;
  state.tables = {{.area = 0, .bytes = {0x09, 0x00}}};
  Event event = event_of(EventKind::kCollect);
  event.cause = CollectCause::kThreshold;
  event.number = 40;
  event.time_us = 7;
  event.collect = &state;
  EXPECT_EQ(format_event(event), "(C t 40 t=7\n)C 0 1 0 0 5 0 0 0=09 t=7");
  event.kind = EventKind::kSweepAll;
  EXPECT_EQ(format_event(event), "(S t=7\n)S 0 1 0 0 5 0 0 0=09 t=7");
}

TEST(FormatEvent, WritesAStateThatIsNotThere) {
  EXPECT_EQ(format_event(event_of(EventKind::kCollect, EventPhase::kEnd)),
            ")C ?");
}

TEST(FormatEvent, ShortensTablesWhenAskedToBeBrief) {
  CollectRecord state;
  state.last_free_bytes = {0};
  state.tables.push_back({0, std::vector<uint8_t>(16, 0xaa)});
  state.tables.push_back({1, std::vector<uint8_t>(17, 0xaa)});
  Event event = event_of(EventKind::kCollect, EventPhase::kEnd);
  event.collect = &state;
  const std::string digits(32, 'a');
  EXPECT_EQ(format_event(event, EventText::kBrief),
            ")C 0 - 0 0 0 0 0 0=" + digits + " 1=" + digits + "...");
}

TEST(FormatEvent, ShortensTextWhenAskedToBeBrief) {
  const std::string text(100, 'x');
  Event event = event_of(EventKind::kText);
  event.text = text;
  EXPECT_EQ(format_event(event), "TEXT " + text);
  EXPECT_EQ(format_event(event, EventText::kBrief),
            "TEXT " + text.substr(0, 60) + "...");
}

}  // namespace
}  // namespace libheap
