#include "libheap/trace/event_log_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libheap/trace/event_log_format.h"
#include "tests/support/log_reading.h"

namespace libheap {
namespace {

using ::testing::ElementsAre;
using testing::golden_log;
using ::testing::IsEmpty;
using testing::own_log;
using testing::read_log;

// Reads single records, as they stand in a log of our own format.
class EventLogRecordsTest : public ::testing::Test {
 protected:
  // What the event points to lives until the next record.
  const Event& read(const std::string& record, uint32_t word_bytes = 4) {
    line_ = record + "\n";
    TraceHeader header;
    header.format = "MPHEAP-EVENTS 1";
    header.word_bytes = word_bytes;
    records_ = std::make_unique<EventLogRecords>(header);
    reason_.clear();
    fill_with_leftovers();
    const TextLine line{.begin = line_.data(),
                        .end = line_.data() + record.size(),
                        .number = 7,
                        .offset = 1000};
    EXPECT_EQ(records_->read(line, event_, reason_), reason_.empty());
    EXPECT_EQ(reason_, "");
    return event_;
  }

  // As if another event had been read before.
  void fill_with_leftovers() {
    event_.phase = EventPhase::kEnd;
    event_.core = 9;
    event_.has_result = false;
    event_.site = 9;
    event_.block = event_.result = {9, 9};
    event_.time_us = event_.mark_end_us = 9;
    event_.line = event_.offset = 9;
  }

  std::string line_;
  std::string reason_;
  std::unique_ptr<EventLogRecords> records_;
  Event event_;
};

TEST_F(EventLogRecordsTest, ReadAllocations) {
  const Event& event = read("A 24 1 3:17");
  EXPECT_EQ(event.kind, EventKind::kAlloc);
  EXPECT_EQ(event.phase, EventPhase::kWhole);
  EXPECT_EQ(event.n_bytes, 24u);
  EXPECT_TRUE(event.flag);
  EXPECT_TRUE(event.has_result);
  EXPECT_EQ(event.result, (BlockRef{3, 17}));
}

TEST_F(EventLogRecordsTest, ReadAllocationsInTwoLines) {
  EXPECT_EQ(read("(A 24 0").phase, EventPhase::kBegin);
  EXPECT_EQ(event_.n_bytes, 24u);
  EXPECT_FALSE(event_.flag);
  EXPECT_EQ(read(")A -").phase, EventPhase::kEnd);
  EXPECT_EQ(event_.kind, EventKind::kAlloc);
  EXPECT_TRUE(event_.result.is_null());
}

TEST_F(EventLogRecordsTest, ReadReallocations) {
  const Event& event = read("R 87 160 0 92");
  EXPECT_EQ(event.kind, EventKind::kRealloc);
  EXPECT_EQ(event.phase, EventPhase::kWhole);
  EXPECT_EQ(event.block, (BlockRef{0, 87}));
  EXPECT_EQ(event.n_bytes, 160u);
  EXPECT_FALSE(event.flag);
  EXPECT_EQ(event.result, (BlockRef{0, 92}));
}

TEST_F(EventLogRecordsTest, ReadReallocationsInTwoLines) {
  EXPECT_EQ(read("(R - 160 1").phase, EventPhase::kBegin);
  EXPECT_TRUE(event_.block.is_null());
  EXPECT_TRUE(event_.flag);
  EXPECT_EQ(read(")R 92").phase, EventPhase::kEnd);
  EXPECT_EQ(event_.kind, EventKind::kRealloc);
  EXPECT_EQ(event_.result, (BlockRef{0, 92}));
}

TEST_F(EventLogRecordsTest, KnowResultsThatWereNotRecorded) {
  EXPECT_FALSE(read("A 24 0 ?").has_result);
  EXPECT_FALSE(read(")R ?").has_result);
  EXPECT_TRUE(event_.result.is_null());
}

TEST_F(EventLogRecordsTest, ReadFrees) {
  EXPECT_EQ(read("F 5").kind, EventKind::kFree);
  EXPECT_EQ(event_.phase, EventPhase::kWhole);
  EXPECT_EQ(event_.block, (BlockRef{0, 5}));
}

TEST_F(EventLogRecordsTest, ReadTheBeginOfCollects) {
  EXPECT_EQ(read("(C t 12").cause, CollectCause::kThreshold);
  EXPECT_EQ(read("(C x 12").cause, CollectCause::kExhausted);
  EXPECT_EQ(read("(C e 12").cause, CollectCause::kExplicit);
  EXPECT_EQ(event_.kind, EventKind::kCollect);
  EXPECT_EQ(event_.phase, EventPhase::kBegin);
  EXPECT_EQ(event_.number, 12u);
}

TEST_F(EventLogRecordsTest, ReadTheEndOfCollects) {
  const Event& event = read(")C 1,2 3,4 5 6 7 8 9 0=59aa 2=.");
  EXPECT_EQ(event.kind, EventKind::kCollect);
  EXPECT_EQ(event.phase, EventPhase::kEnd);
  const CollectRecord& state = *event.collect;
  EXPECT_THAT(state.last_free_bytes, ElementsAre(1, 2));
  EXPECT_THAT(state.last_used_blocks, ElementsAre(3, 4));
  EXPECT_EQ(state.amount, 5u);
  EXPECT_EQ(state.last_free_area, 6u);
  EXPECT_EQ(state.heads_before, 7u);
  EXPECT_EQ(state.heads_after, 8u);
  EXPECT_EQ(state.used_blocks, 9u);
  ASSERT_EQ(state.tables.size(), 2u);
  EXPECT_EQ(state.tables[0].area, 0u);
  EXPECT_THAT(state.tables[0].bytes, ElementsAre(0x59, 0xaa));
  EXPECT_EQ(state.tables[1].area, 2u);
  EXPECT_THAT(state.tables[1].bytes, IsEmpty());
}

TEST_F(EventLogRecordsTest, ReadCollectsOfReleasesWithoutLastUsedBlock) {
  EXPECT_THAT(read(")C 0 - 0 0 1 1 1 0=01").collect->last_used_blocks,
              IsEmpty());
}

TEST_F(EventLogRecordsTest, KnowStatesThatWereNotRecorded) {
  EXPECT_FALSE(read(")C ? t=5 m=4").has_result);
  EXPECT_THAT(event_.collect->tables, IsEmpty());
  EXPECT_EQ(event_.mark_end_us, 4u);
  EXPECT_TRUE(read(")C 0 0 0 0 1 1 1").has_result);
  EXPECT_THAT(event_.collect->tables, IsEmpty());
}

TEST_F(EventLogRecordsTest, ReadSweepsOfEverything) {
  EXPECT_EQ(read("(S").kind, EventKind::kSweepAll);
  EXPECT_EQ(event_.phase, EventPhase::kBegin);
  EXPECT_EQ(read(")S 0 - 0 0 121 0 0 0=.").kind, EventKind::kSweepAll);
  EXPECT_EQ(event_.phase, EventPhase::kEnd);
  EXPECT_EQ(event_.collect->heads_before, 121u);
}

TEST_F(EventLogRecordsTest, ReadLocks) {
  EXPECT_EQ(read("L 2").kind, EventKind::kLock);
  EXPECT_EQ(event_.number, 2u);
  EXPECT_EQ(read("U 0").kind, EventKind::kUnlock);
  EXPECT_EQ(event_.number, 0u);
  EXPECT_EQ(read("X 4294967295").kind, EventKind::kLockStore);
  EXPECT_EQ(event_.number, 4294967295u);
}

TEST_F(EventLogRecordsTest, ReadSettings) {
  EXPECT_EQ(read("T 141").kind, EventKind::kThreshold);
  EXPECT_TRUE(event_.flag);
  EXPECT_EQ(event_.number, 141u);
  EXPECT_FALSE(read("T -").flag);
  EXPECT_EQ(read("D").kind, EventKind::kAutoCollect);
  EXPECT_FALSE(event_.flag);
  EXPECT_TRUE(read("E").flag);
}

TEST_F(EventLogRecordsTest, ReadWeakReferences) {
  EXPECT_EQ(read("W 56").kind, EventKind::kWeakref);
  EXPECT_EQ(event_.block, (BlockRef{0, 56}));
}

TEST_F(EventLogRecordsTest, ReadAreas) {
  const std::string fields =
      " 1 899e300 89a4320 899e320 375 899e498 188 899f000 7 899f560 89a4320";
  EXPECT_EQ(read("N" + fields).kind, EventKind::kAreaAdded);
  EXPECT_EQ(event_.area->id, 1u);
  EXPECT_EQ(event_.area->weakref_table, 0x899f000u);
  EXPECT_EQ(event_.area->weakref_table_bytes, 7u);
  EXPECT_EQ(event_.area->pool_end, 0x89a4320u);
  EXPECT_EQ(read("I" + fields).kind, EventKind::kInit);
  EXPECT_EQ(event_.area->table_bytes, 375u);
  EXPECT_EQ(read("V 3").kind, EventKind::kAreaDropped);
  EXPECT_EQ(event_.number, 3u);
}

TEST_F(EventLogRecordsTest, ReadGrowth) {
  EXPECT_EQ(read("G 175392").kind, EventKind::kGrowOffer);
  EXPECT_EQ(event_.number, 175392u);
  EXPECT_EQ(read("M 24608 899e300").kind, EventKind::kGrowTaken);
  EXPECT_EQ(event_.number, 24608u);
  EXPECT_EQ(event_.address, 0x899e300u);
}

TEST_F(EventLogRecordsTest, ReadCheckpoints) {
  const Event& event =
      read("K 1 2bf342f9 7a75e7b6 - 2 3 4 5 8768 16 8752 6 7 8 547");
  EXPECT_EQ(event.kind, EventKind::kCheckpoint);
  const CheckpointRecord& state = *event.checkpoint;
  EXPECT_EQ(state.events, 1u);
  EXPECT_EQ(state.table_crc, 0x2bf342f9u);
  EXPECT_EQ(state.finaliser_crc, 0x7a75e7b6u);
  EXPECT_EQ(state.weakref_crc, std::nullopt);
  EXPECT_THAT(state.last_free_bytes, ElementsAre(2));
  EXPECT_THAT(state.last_used_blocks, ElementsAre(3));
  EXPECT_EQ(state.amount, 4u);
  EXPECT_EQ(state.last_free_area, 5u);
  EXPECT_EQ(state.total_bytes, 8768u);
  EXPECT_EQ(state.used_bytes, 16u);
  EXPECT_EQ(state.free_bytes, 8752u);
  EXPECT_EQ(state.one_block_objects, 6u);
  EXPECT_EQ(state.two_block_objects, 7u);
  EXPECT_EQ(state.max_block, 8u);
  EXPECT_EQ(state.max_free, 547u);
}

TEST_F(EventLogRecordsTest, ReadKeyframes) {
  const Event& event =
      read("KEY 141 2 0 1,2 3,4 5 6 02f342f9 0=59 0=01 0=. 7=aa 7=. 7=02 t=9");
  EXPECT_EQ(event.kind, EventKind::kKeyframe);
  EXPECT_EQ(event.time_us, 9u);
  const KeyframeRecord& heap = *event.keyframe;
  EXPECT_EQ(heap.threshold, 141u);
  EXPECT_EQ(heap.lock_field, 2u);
  EXPECT_FALSE(heap.auto_collect);
  EXPECT_THAT(heap.last_free_bytes, ElementsAre(1, 2));
  EXPECT_THAT(heap.last_used_blocks, ElementsAre(3, 4));
  EXPECT_EQ(heap.amount, 5u);
  EXPECT_EQ(heap.last_free_area, 6u);
  EXPECT_EQ(heap.digest, 0x02f342f9u);
  ASSERT_EQ(heap.tables.size(), 2u);
  EXPECT_THAT(heap.tables[0].finalisers, ElementsAre(0x01));
  EXPECT_EQ(heap.tables[1].area, 7u);
  EXPECT_THAT(heap.tables[1].bytes, ElementsAre(0xaa));
  EXPECT_THAT(heap.tables[1].weakrefs, ElementsAre(0x02));
}

TEST_F(EventLogRecordsTest, ReadTheEnd) {
  EXPECT_EQ(read("END 11311 complete").kind, EventKind::kEnd);
  EXPECT_EQ(event_.number, 11311u);
  EXPECT_TRUE(event_.flag);
  EXPECT_FALSE(read("END 5 truncated").flag);
}

TEST_F(EventLogRecordsTest, ReadSites) {
  const Event& event = read("SITE 3 42 main.py <module> mp_obj_new%20float");
  EXPECT_EQ(event.kind, EventKind::kSite);
  EXPECT_EQ(event.site, 3u);
  EXPECT_EQ(event.site_record->id, 3u);
  EXPECT_EQ(event.site_record->line, 42u);
  EXPECT_EQ(event.site_record->file, "main.py");
  EXPECT_EQ(event.site_record->function, "<module>");
  EXPECT_EQ(event.site_record->runtime, "mp_obj_new float");
  EXPECT_EQ(event.site_record->caller, 0u);
  EXPECT_EQ(read("SITE 4 0 - - gc_alloc").site_record->file, "");
  EXPECT_EQ(read("SITE 5 42 main.py step - 4294967295").site_record->caller,
            UINT32_MAX);
  EXPECT_EQ(event_.time_us, Event::kNoTime);
  EXPECT_EQ(read("SITE 5 42 main.py step - 4 t=7").site_record->caller, 4u);
  EXPECT_EQ(event_.time_us, 7u);
  EXPECT_EQ(read("SITE 5 42 main.py step - t=7").site_record->caller, 0u)
      << "nothing of the one before";
}

TEST_F(EventLogRecordsTest, ReadTheProgramsMarks) {
  EXPECT_EQ(read("LABEL loop%20start").kind, EventKind::kLabel);
  EXPECT_EQ(event_.text, "loop start");
  EXPECT_EQ(read("TICK").kind, EventKind::kTick);
  EXPECT_EQ(read("TEXT hello%0d%0a").kind, EventKind::kText);
  EXPECT_EQ(event_.text, "hello\r\n");
  EXPECT_EQ(read("TEXT -").text, "");
  EXPECT_EQ(read("WAIT 250").kind, EventKind::kWait);
  EXPECT_EQ(event_.number, 250u);
  EXPECT_EQ(read("LOSS 12").kind, EventKind::kLoss);
  EXPECT_EQ(event_.number, 12u);
}

TEST_F(EventLogRecordsTest, ReadAnnotations) {
  const Event& event = read("A 24 0 1 t=1042 c=1 s=3");
  EXPECT_EQ(event.time_us, 1042u);
  EXPECT_EQ(event.core, 1u);
  EXPECT_EQ(event.site, 3u);
  EXPECT_EQ(event.mark_end_us, Event::kNoTime);
  EXPECT_EQ(read(")C 0 0 0 0 1 1 1 0=01 t=9 m=8").mark_end_us, 8u);
  EXPECT_EQ(event_.time_us, 9u);
}

TEST_F(EventLogRecordsTest, LeaveNothingOfTheEventBefore) {
  const Event& event = read("TICK");
  EXPECT_EQ(event.phase, EventPhase::kWhole);
  EXPECT_TRUE(event.has_result);
  EXPECT_EQ(event.core, 0u);
  EXPECT_EQ(event.site, 0u);
  EXPECT_EQ(event.time_us, Event::kNoTime);
  EXPECT_EQ(event.mark_end_us, Event::kNoTime);
  EXPECT_EQ(event.line, 7u);
  EXPECT_EQ(event.offset, 1000u);
}

TEST_F(EventLogRecordsTest, AllowSizesOfTheDevicesWord) {
  EXPECT_EQ(read("A 4294967295 0 -").n_bytes, 4294967295u);
  EXPECT_EQ(read("A 18446744073709551615 0 -", 8).n_bytes, UINT64_MAX);
}

// Both ways: each of these is read and written again as it stands.
class EveryRecord : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryRecord, IsWrittenAsItWasRead) {
  const std::string record = GetParam();
  const testing::ReadLog log = read_log(own_log(record + "\n"));
  EXPECT_THAT(log.events, ElementsAre(record));
}

constexpr const char* kGoldenRecords[] = {
    "A 24 0 17",
    "A 0 1 -",
    "A 4294967295 0 -",
    "A 16 0 2:0",
    "(A 24 1",
    ")A 17",
    ")A -",
    "R 5 24 1 9",
    "R - 24 0 -",
    "R 1:5 0 0 -",
    "(R 5 24 1",
    ")R 2:9",
    "F 17",
    "F 1:0",
    "F -",
    "(C t 141",
    "(C x 0",
    "(C e 4294967295",
    ")C 0 59 0 0 12 7 31 0=5956a5",
    ")C 0,7 59,3 0 0 12 7 31 0=.",
    ")C 1,2 - 0 1 3 2 2 0=01 4=00ff",
    "(S",
    ")S 0 - 0 0 121 0 0 0=.",
    "L 1",
    "U 0",
    "X 3",
    "T 141",
    "T 0",
    "T -",
    "E",
    "D",
    "W 56",
    "I 0 56cfa014 56cfbb3c 56cfa014 105 56cfa07e 53 - - 56cfa0f0 56cfbb30",
    "N 2 899e300 89a4320 899e320 375 - - 899f000 7 899f560 89a4320",
    "V 1",
    "G 0",
    "M 24608 899e300",
    "K 1 02f342f9 7a75e7b6 - 0 0 1 0 8768 16 8752 1 0 1 547",
    "K 1 2bf342f9 - 00000000 0,1 - 1 0 8768 16 8752 1 0 1 547",
    "END 12 complete",
    "END 0 truncated"};
constexpr const char* kOwnRecords[] = {
    "A 24 0 ?",
    ")A ?",
    "R 5 24 1 ?",
    ")R ?",
    ")C ?",
    ")S ?",
    ")C 0 0 0 0 1 1 1",
    "A 24 0 17 t=0",
    "A 24 0 17 t=18446744073709551614",
    "A 24 0 17 c=1",
    "A 24 0 17 s=4294967295",
    "R 5 24 1 9 t=1 c=255 s=2",
    "(C e 12 t=100",
    ")C 0 0 0 0 1 1 1 0=01 t=300 m=200 c=1 s=4",
    ")C 0 0 0 0 1 1 1 0=01 m=200",
    ")C ? t=3 m=2",
    "F 3 t=5",
    "TICK",
    "TICK t=5 c=1",
    "LABEL -",
    "LABEL loop%20start t=5",
    "TEXT %2d",
    "TEXT caf\xc3\xa9%0a s=1",
    "LOSS 7 t=9",
    "SITE 1 0 - - -",
    "SITE 9 42 main.py Class.method mp_obj_new_float t=3 c=1",
    "SITE 9 42 main.py Class.method - 8 t=3 c=1",
    "END 3 complete t=77",
    "T - t=1",
    "KEY - 0 1 0 - 0 0 00f342f9 0=59 0=. 0=.",
    "KEY 0 1 0 0,1 5,6 7 1 2bf342f9 0=59 0=01 0=. 4=. 4=. 4=02 t=1",
    "E t=2",
    "(S t=1",
    "V 1 t=4"};

INSTANTIATE_TEST_SUITE_P(OfRecordings, EveryRecord,
                         ::testing::ValuesIn(kGoldenRecords));
INSTANTIATE_TEST_SUITE_P(OfOurOwn, EveryRecord,
                         ::testing::ValuesIn(kOwnRecords));

TEST(GoldenLog, HasTheRecordsOfRecordingsOnly) {
  for (const char* record : kGoldenRecords)
    EXPECT_THAT(read_log(golden_log(std::string(record) + "\n")).events,
                ElementsAre(record));
  for (const char* record : kOwnRecords)
    EXPECT_THAT(read_log(golden_log(std::string(record) + "\n")).events,
                IsEmpty())
        << record;
}

}  // namespace
}  // namespace libheap
