#include "libheap/trace/event_log_records.h"

#include <iterator>
#include <optional>

#include "libheap/base/in_quotes.h"
#include "libheap/trace/area_fields.h"
#include "libheap/trace/event_log_header.h"

namespace libheap {
namespace {

using Self = EventLogRecords;
using Kind = EventKind;
using Phase = EventPhase;

constexpr uint32_t kLargestArea = BlockRef::kNullArea - 1;
constexpr uint64_t kLastTime = Event::kNoTime - 1;

constexpr uint64_t tag(std::string_view keyword) {
  return keyword_tag(keyword);
}

std::optional<uint32_t> read_optional_crc(TextFields& in, const char* what) {
  if (in.take_word("-")) return std::nullopt;
  return static_cast<uint32_t>(in.hex(what, UINT32_MAX));
}

}  // namespace

// Searched from the top: what comes most often comes first.
const EventLogRecords::Record EventLogRecords::kRecords[] = {
    {tag("A"), Kind::kAlloc, Phase::kWhole, &Self::read_alloc},
    {tag("R"), Kind::kRealloc, Phase::kWhole, &Self::read_realloc},
    {tag("F"), Kind::kFree, Phase::kWhole, &Self::read_block},
    {tag("TICK"), Kind::kTick, Phase::kWhole, &Self::read_nothing, true},
    {tag("K"), Kind::kCheckpoint, Phase::kWhole, &Self::read_checkpoint},
    {tag("(C"), Kind::kCollect, Phase::kBegin, &Self::read_collect_begin},
    {tag(")C"), Kind::kCollect, Phase::kEnd, &Self::read_state},
    {tag("(A"), Kind::kAlloc, Phase::kBegin, &Self::read_alloc_begin},
    {tag(")A"), Kind::kAlloc, Phase::kEnd, &Self::read_result},
    {tag("L"), Kind::kLock, Phase::kWhole, &Self::read_lock},
    {tag("U"), Kind::kUnlock, Phase::kWhole, &Self::read_lock},
    {tag("X"), Kind::kLockStore, Phase::kWhole, &Self::read_lock},
    {tag("(R"), Kind::kRealloc, Phase::kBegin, &Self::read_realloc_begin},
    {tag(")R"), Kind::kRealloc, Phase::kEnd, &Self::read_result},
    {tag("W"), Kind::kWeakref, Phase::kWhole, &Self::read_block},
    {tag("T"), Kind::kThreshold, Phase::kWhole, &Self::read_threshold},
    {tag("E"), Kind::kAutoCollect, Phase::kWhole, &Self::read_enable},
    {tag("D"), Kind::kAutoCollect, Phase::kWhole, &Self::read_disable},
    {tag("G"), Kind::kGrowOffer, Phase::kWhole, &Self::read_bytes},
    {tag("M"), Kind::kGrowTaken, Phase::kWhole, &Self::read_grow_taken},
    {tag("N"), Kind::kAreaAdded, Phase::kWhole, &Self::read_area_event},
    {tag("V"), Kind::kAreaDropped, Phase::kWhole, &Self::read_area_id},
    {tag("I"), Kind::kInit, Phase::kWhole, &Self::read_area_event},
    {tag("(S"), Kind::kSweepAll, Phase::kBegin, &Self::read_nothing},
    {tag(")S"), Kind::kSweepAll, Phase::kEnd, &Self::read_state},
    {tag("KEY"), Kind::kKeyframe, Phase::kWhole, &Self::read_keyframe, true},
    {tag("SNAPSHOT"), Kind::kSnapshot, Phase::kWhole, &Self::read_snapshot,
     true},
    {tag("SITE"), Kind::kSite, Phase::kWhole, &Self::read_site, true},
    {tag("LABEL"), Kind::kLabel, Phase::kWhole, &Self::read_text, true},
    {tag("TEXT"), Kind::kText, Phase::kWhole, &Self::read_text, true},
    {tag("LOSS"), Kind::kLoss, Phase::kWhole, &Self::read_loss, true},
    {tag("WAIT"), Kind::kWait, Phase::kWhole, &Self::read_wait, true},
    {tag("END"), Kind::kEnd, Phase::kWhole, &Self::read_end},
};

EventLogRecords::EventLogRecords(const TraceHeader& header)
    : own_format_(header.format == kEventLogFormat),
      word_bytes_(header.word_bytes),
      largest_size_(header.word_bytes == 4 ? UINT32_MAX : UINT64_MAX) {}

const EventLogRecords::Record* EventLogRecords::find_record(
    uint64_t keyword) const {
  for (const Record& record : kRecords)
    if (record.keyword == keyword)
      return record.own && !own_format_ ? nullptr : &record;
  return nullptr;
}

bool EventLogRecords::read(const TextLine& line, Event& event,
                           std::string& reason) {
  TextFields in(line.begin, line.end);
  const Record* record = find_record(in.keyword());
  if (record != nullptr) [[likely]] {
    start_event(line, *record, event);
    (this->*record->read_fields)(in, event);
    if (!in.at_end()) read_annotations(in, event);
    if (in.finish()) [[likely]]
      return true;
  }
  const std::string_view text = line.text();
  const std::string name = in_quotes(text.substr(0, text.find(' ')));
  reason = record == nullptr ? "unknown record " + name
                             : name + " record: " + in.reason();
  return false;
}

void EventLogRecords::start_event(const TextLine& line, const Record& record,
                                  Event& event) {
  event.kind = record.kind;
  event.phase = record.phase;
  event.line = line.number;
  event.offset = line.offset;
  event.has_result = true;
  event.served = false;
  event.age = 0;
  event.core = 0;
  event.site = 0;
  event.time_us = Event::kNoTime;
  event.mark_end_us = Event::kNoTime;
}

void EventLogRecords::read_alloc(TextFields& in, Event& event) {
  read_alloc_begin(in, event);
  read_result(in, event);
}

void EventLogRecords::read_alloc_begin(TextFields& in, Event& event) {
  event.n_bytes = in.number("size", largest_size_);
  event.flag = in.flag("flags");
}

void EventLogRecords::read_realloc(TextFields& in, Event& event) {
  read_realloc_begin(in, event);
  read_result(in, event);
}

void EventLogRecords::read_realloc_begin(TextFields& in, Event& event) {
  event.block = in.block("old block");
  event.n_bytes = in.number("size", largest_size_);
  event.flag = in.flag("move flag");
}

void EventLogRecords::read_result(TextFields& in, Event& event) {
  if (own_format_ && in.take_word("?")) {
    event.has_result = false;
    event.result = kNullBlock;
  } else {
    event.result = in.block("result");
  }
}

void EventLogRecords::read_block(TextFields& in, Event& event) {
  event.block = in.block("block");
}

void EventLogRecords::read_nothing(TextFields&, Event&) {}

void EventLogRecords::read_collect_begin(TextFields& in, Event& event) {
  const std::string_view cause = in.word("cause");
  if (cause == "t") {
    event.cause = CollectCause::kThreshold;
  } else if (cause == "x") {
    event.cause = CollectCause::kExhausted;
  } else if (cause == "e") {
    event.cause = CollectCause::kExplicit;
  } else {
    in.fail("cause", cause, "is not t, x or e");
  }
  event.number = in.number("amount");
}

void EventLogRecords::read_state(TextFields& in, Event& event) {
  event.collect = &collect_;
  if (own_format_ && in.take_word("?")) {
    event.has_result = false;
    collect_ = {};
    return;
  }
  in.numbers("last free bytes", collect_.last_free_bytes);
  in.numbers("last used blocks", collect_.last_used_blocks);
  collect_.amount = in.number("amount");
  collect_.last_free_area = in.number32("search area", kLargestArea);
  collect_.heads_before = in.number("heads before");
  collect_.heads_after = in.number("heads after");
  collect_.used_blocks = in.number("used blocks");
  read_tables(in);
}

// Tables keep their memory from one collect to the next. Recordings always
// have them.
void EventLogRecords::read_tables(TextFields& in) {
  std::vector<CollectRecord::Table>& tables = collect_.tables;
  size_t count = 0;
  while (in.digit_follows() || (count == 0 && !own_format_ && in.ok())) {
    if (count == tables.size()) tables.emplace_back();
    tables[count].area = in.numbered_bytes("table", tables[count].bytes);
    ++count;
  }
  tables.resize(count);
}

void EventLogRecords::read_lock(TextFields& in, Event& event) {
  event.number = in.number("depth", largest_size_);
}

void EventLogRecords::read_threshold(TextFields& in, Event& event) {
  event.flag = !in.take_word("-");
  event.number = event.flag ? in.number("blocks") : 0;
}

void EventLogRecords::read_enable(TextFields&, Event& event) {
  event.flag = true;
}

void EventLogRecords::read_disable(TextFields&, Event& event) {
  event.flag = false;
}

void EventLogRecords::read_area_event(TextFields& in, Event& event) {
  event.area = &area_;
  read_area(in, area_);
  if (!in.ok()) return;
  if (const char* problem = area_problem(area_, word_bytes_)) in.fail(problem);
}

void EventLogRecords::read_area_id(TextFields& in, Event& event) {
  event.number = in.number("area", kLargestArea);
}

void EventLogRecords::read_bytes(TextFields& in, Event& event) {
  event.number = in.number("bytes", largest_size_);
}

void EventLogRecords::read_grow_taken(TextFields& in, Event& event) {
  event.number = in.number("bytes", largest_size_);
  event.address = in.hex("address", largest_size_);
}

void EventLogRecords::read_checkpoint(TextFields& in, Event& event) {
  CheckpointRecord& to = checkpoint_;
  event.checkpoint = &to;
  to.events = in.number("events");
  to.table_crc = static_cast<uint32_t>(in.hex("table CRC", UINT32_MAX));
  to.finaliser_crc = read_optional_crc(in, "finaliser CRC");
  to.weakref_crc = read_optional_crc(in, "weakref CRC");
  in.numbers("last free bytes", to.last_free_bytes);
  in.numbers("last used blocks", to.last_used_blocks);
  to.amount = in.number("amount");
  to.last_free_area = in.number32("search area", kLargestArea);
  to.total_bytes = in.number("total bytes");
  to.used_bytes = in.number("used bytes");
  to.free_bytes = in.number("free bytes");
  to.one_block_objects = in.number("one-block objects");
  to.two_block_objects = in.number("two-block objects");
  to.max_block = in.number("largest object");
  to.max_free = in.number("largest free run");
}

void EventLogRecords::read_keyframe(TextFields& in, Event& event) {
  KeyframeRecord& to = keyframe_;
  event.keyframe = &to;
  to.threshold.reset();
  if (!in.take_word("-")) to.threshold = in.number("threshold");
  to.lock_field = in.number("lock field");
  to.auto_collect = in.flag("automatic collection");
  in.numbers("last free bytes", to.last_free_bytes);
  in.numbers("last used blocks", to.last_used_blocks);
  to.amount = in.number("amount");
  to.last_free_area = in.number32("search area", kLargestArea);
  to.digest = static_cast<uint32_t>(in.hex("digest", UINT32_MAX));
  size_t count = 0;
  while (in.digit_follows()) {
    if (count == to.tables.size()) to.tables.emplace_back();
    RecordedTable& table = to.tables[count++];
    table.area = in.numbered_bytes("table", table.bytes);
    const uint32_t of_flags = in.numbered_bytes("finalisers", table.finalisers);
    const uint32_t of_weakrefs = in.numbered_bytes("weakrefs", table.weakrefs);
    if (in.ok() && (of_flags != table.area || of_weakrefs != table.area))
      in.fail("the tables of a keyframe are not of one area");
  }
  to.tables.resize(count);
}

void EventLogRecords::read_snapshot(TextFields& in, Event& event) {
  event.snapshot = &snapshot_;
  in.bytes("snapshot", snapshot_.bytes);
}

void EventLogRecords::read_end(TextFields& in, Event& event) {
  event.number = in.number("events");
  const std::string_view state = in.word("state");
  event.flag = state == "complete";
  if (!event.flag && state != "truncated")
    in.fail("state", state, "is not complete or truncated");
}

void EventLogRecords::read_site(TextFields& in, Event& event) {
  event.site_record = &site_;
  site_.id = in.number32("site");
  site_.line = in.number32("line");
  in.text("file", site_.file);
  in.text("function", site_.function);
  in.text("runtime function", site_.runtime);
  site_.caller = in.digit_follows() ? in.number32("caller") : 0;
  event.site = site_.id;
  if (in.ok() && site_.id == 0) in.fail("site 0 stands for no site");
}

void EventLogRecords::read_text(TextFields& in, Event& event) {
  in.text("text", text_);
  event.text = text_;
}

void EventLogRecords::read_loss(TextFields& in, Event& event) {
  event.number = in.number("events");
}

void EventLogRecords::read_wait(TextFields& in, Event& event) {
  event.number = in.number("time");
}

void EventLogRecords::read_annotations(TextFields& in, Event& event) {
  if (!own_format_) return;
  in.take_prefixed("t=", "time", kLastTime, event.time_us);
  if (event.kind == Kind::kCollect && event.phase == Phase::kEnd)
    in.take_prefixed("m=", "time", kLastTime, event.mark_end_us);
  uint64_t value = 0;
  if (in.take_prefixed("c=", "core", UINT8_MAX, value))
    event.core = static_cast<uint8_t>(value);
  if (event.kind != Kind::kSite &&
      in.take_prefixed("s=", "site", UINT32_MAX, value))
    event.site = static_cast<uint32_t>(value);
}

}  // namespace libheap
