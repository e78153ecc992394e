#include "tools/capture/status_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace libheap::tools {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// 100 blocks: 60 used, of the 40 free ones 30 in one run.
HeapNow heap_at_work() {
  HeapNow heap;
  heap.state = HeapNow::State::kExact;
  heap.block_bytes = 16;
  heap.total_blocks = 100;
  heap.used_blocks = 60;
  heap.largest_free_run = 30;
  heap.collects = 9;
  heap.pauses = {{8200, CollectCause::kThreshold},
                 {7900, CollectCause::kThreshold},
                 {810, CollectCause::kExplicit}};
  return heap;
}

StatusFacts facts_at_work() {
  StatusFacts facts;
  facts.elapsed = milliseconds(12'000);
  facts.counts.bytes = 1'258'291;
  facts.counts.packets = 4812;
  facts.counts.events = 1'203'442;
  facts.events_per_second = 98'211;
  facts.heap = heap_at_work();
  return facts;
}

std::string at_width(size_t width, const StatusFacts& facts = facts_at_work()) {
  return status_text(facts,
                     {.width = width, .colour = false, .unicode = false});
}

TEST(StatusText, ClocksReadAsTheyDoElsewhere) {
  EXPECT_EQ(clock_text(milliseconds(0)), "0:00");
  EXPECT_EQ(clock_text(milliseconds(75'999)), "1:15");
  EXPECT_EQ(clock_text(milliseconds(3'700'000)), "1:01:40");
}

TEST(StatusText, SaysWhatIsWrongWhenNothingGoodComes) {
  const milliseconds early(2000);
  const milliseconds late(4000);
  EXPECT_EQ(trouble({}, early), "");
  EXPECT_THAT(trouble({}, late), HasSubstr("nothing received yet: is this"));
  EXPECT_THAT(trouble({.bytes = 9, .damage = 1, .damage_bytes = 9}, late),
              HasSubstr("--baud"));
  EXPECT_THAT(trouble({.bytes = 9, .text_bytes = 9}, late),
              HasSubstr("mpheap.start()"));
  EXPECT_EQ(trouble({.bytes = 9, .packets = 1}, late), "");
}

TEST(StatusText, SaysAllWhereThereIsRoom) {
  EXPECT_EQ(at_width(300),
            "0:12  1.2 MB  4,812 packets  1,203,442 events  98,211 events/s  "
            "0 lost  "
            "heap [##################:::         ] 60.0 % of 1.6 KB  "
            "largest run  480 B  "
            "pauses 8.20 ms threshold, 7.90 ms threshold, 810 us explicit");
}

TEST(StatusText, KeepsWhatMattersMostWhereItIsNarrow) {
  EXPECT_EQ(at_width(79),
            "0:12  98,211/s  0 lost  heap [######:   ] 60.0 %  run  480 B  "
            "pause 8.20 ms");
  EXPECT_EQ(at_width(45), "0:12  98,211/s  heap 60.0 %  run  480 B");
  EXPECT_EQ(at_width(15), "0:12  98,211/s");
  EXPECT_EQ(at_width(4), "0:12");
  EXPECT_EQ(at_width(3), "");
}

TEST(StatusText, NumbersThatChangeLeaveTheRestInPlace) {
  StatusFacts facts = facts_at_work();
  const std::string before = at_width(79, facts);
  facts.heap.used_blocks = 7;
  facts.heap.largest_free_run = 1;
  const std::string after = at_width(79, facts);
  EXPECT_EQ(after.find("run"), before.find("run"));
  EXPECT_EQ(after.find("pause"), before.find("pause"));
}

TEST(StatusText, SaysLittleBeforeThereIsAnything) {
  StatusFacts facts;
  facts.elapsed = milliseconds(1000);
  EXPECT_EQ(at_width(79, facts), "0:01  waiting for the first packet");
  facts.elapsed = milliseconds(4000);
  EXPECT_EQ(at_width(40, facts), "0:04  nothing received yet");
}

TEST(StatusText, FitsEveryWidth) {
  StatusFacts facts = facts_at_work();
  facts.counts.lost_events = 17;
  facts.counts.damage = 1;
  facts.heap.divergences = 2;
  for (size_t width = 0; width < 320; ++width) {
    EXPECT_LE(at_width(width, facts).size(), width);
  }
}

TEST(StatusText, ALossOutlastsTheHeap) {
  StatusFacts facts = facts_at_work();
  facts.counts.lost_events = 1234;
  EXPECT_EQ(at_width(20, facts), "0:12  1,234 lost");
}

TEST(StatusText, ATroubleStandsInPlaceOfTheRate) {
  StatusFacts facts;
  facts.elapsed = milliseconds(9000);
  facts.counts.bytes = facts.counts.text_bytes = 50;
  EXPECT_THAT(at_width(80, facts),
              AllOf(HasSubstr("mpheap.start()"), Not(HasSubstr("/s"))));
  EXPECT_EQ(at_width(20, facts), "0:09  no packets");
  facts.note = "waiting for /dev/ttyACM0";
  EXPECT_THAT(at_width(80, facts), HasSubstr("waiting for /dev/ttyACM0"));
}

TEST(StatusText, TheBarShowsWhatIsThereAtAll) {
  StatusFacts facts = facts_at_work();
  const auto bar = [&](uint64_t used, uint64_t run) {
    facts.heap.used_blocks = used;
    facts.heap.largest_free_run = run;
    const std::string line = at_width(79, facts);
    return line.substr(line.find('['), 12);
  };
  EXPECT_EQ(bar(0, 100), "[          ]");
  EXPECT_EQ(bar(1, 99), "[#         ]");
  EXPECT_EQ(bar(99, 1), "[######### ]");
  EXPECT_EQ(bar(100, 0), "[##########]");
  EXPECT_EQ(bar(40, 1), "[####::::: ]");
}

TEST(StatusText, SaysHowSureItIsOfTheHeap) {
  StatusFacts facts = facts_at_work();
  facts.heap.state = HeapNow::State::kInexact;
  EXPECT_THAT(at_width(200, facts), HasSubstr("~60.0 %"));
  facts.heap.state = HeapNow::State::kCatchUp;
  EXPECT_THAT(at_width(300, facts),
              AllOf(HasSubstr("~60.0 %"), HasSubstr("live view behind")));
  facts.heap = {};
  EXPECT_THAT(at_width(200, facts), Not(HasSubstr("heap")));
  facts.heap.state = HeapNow::State::kWaiting;
  EXPECT_THAT(at_width(200, facts), HasSubstr("waiting for a keyframe"));
  facts.heap.state = HeapNow::State::kNoModel;
  facts.heap.problem = "heap: no such release";
  EXPECT_THAT(at_width(200, facts), HasSubstr("heap: no such release"));
}

TEST(StatusText, ColourTakesNoRoom) {
  StatusFacts facts = facts_at_work();
  facts.counts.lost_events = 5;
  const TextStyle plain{.width = 79, .colour = false, .unicode = true};
  const TextStyle coloured{.width = 79, .colour = true, .unicode = true};
  EXPECT_THAT(status_text(facts, coloured), HasSubstr("\x1b[31;1m5 lost"));
  EXPECT_THAT(status_text(facts, plain), HasSubstr("[██████░   ]"));
  EXPECT_THAT(status_text(facts, coloured), HasSubstr("[██████░   ]"));
}

}  // namespace
}  // namespace libheap::tools
