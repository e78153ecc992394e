// TraceReader: records to events.

#include <algorithm>

#include "libheap/trace/trace_reader.h"
#include "libheap/wire/bit_row.h"

namespace libheap {

namespace {

bool is_failed(uint32_t op) {
  return op == TRACER_OP_ALLOC_FAILED ||
         op == TRACER_OP_ALLOC_FINALISER_FAILED ||
         op == TRACER_OP_REALLOC_FAILED || op == TRACER_OP_REALLOC_MOVE_FAILED;
}

}  // namespace

inline BlockRef TraceReader::block_ref(uint32_t number) const {
  if (number == UINT32_MAX) return kNullBlock;
  return {number & ((1u << area_bits_) - 1), number >> area_bits_};
}

void TraceReader::start_event(Event& event, EventKind kind) {
  event = {};
  event.kind = kind;
  event.core = core_;
  event.offset = packet_offset_;
  event.record = record_number_;
  event.time_us = relative(record_->time_us);
}

// What the record at hand says of a request's outcome: that it failed; in
// verify mode the block; else only that there is one.
inline void TraceReader::take_result(Event& event, bool failed) const {
  event.has_result = failed || record_->has_result;
  event.served = !failed;
  if (record_->has_result) event.result = block_ref(record_->result);
}

// Nearly all events are requests, so only what counts for them is written: an
// Event is large, and clearing it takes longer than decoding it.
inline bool TraceReader::make_request(Event& event) {
  const uint32_t op = record_->op;
  const bool free = op == TRACER_OP_FREE;
  const bool realloc = op >= TRACER_OP_REALLOC && !free;
  ++counted_;
  ++events_;
  event.kind = free      ? EventKind::kFree
               : realloc ? EventKind::kRealloc
                         : EventKind::kAlloc;
  event.phase = EventPhase::kWhole;
  event.core = core_;
  event.age = 0;
  event.record = record_number_;
  event.site = record_->site != 0 ? record_->site : site_;
  event.n_bytes = record_->number;
  event.block = kNullBlock;
  event.result = kNullBlock;
  event.time_us = relative(record_->time_us);
  event.line = 0;
  event.offset = packet_offset_;
  if (record_->age == TRACER_AGE_FAR) {
    event.block = block_ref(record_->block);
  } else {
    event.age = static_cast<uint8_t>(record_->age);
  }
  event.flag =
      op == TRACER_OP_REALLOC_MOVE || op == TRACER_OP_REALLOC_MOVE_FAILED ||
      op == TRACER_OP_ALLOC_FINALISER || op == TRACER_OP_ALLOC_FINALISER_FAILED;
  take_result(event, is_failed(op));
  return true;
}

bool TraceReader::make_event(Event& event) {
  switch (record_->op) {
    case TRACER_OP_RARE:
      return make_rare(event);
    case TRACER_OP_CORE:
      core_ = static_cast<uint8_t>(std::min<uint32_t>(record_->number, 1));
      return false;
    case TRACER_OP_SITE:
      site_ = record_->number;
      return false;
    case TRACER_OP_TICK:
      start_event(event, EventKind::kTick);
      return true;
    case TRACER_OP_LOCK:
    case TRACER_OP_UNLOCK:
      start_event(event, record_->op == TRACER_OP_LOCK ? EventKind::kLock
                                                       : EventKind::kUnlock);
      event.number = record_->number;
      return true;
    default:
      return false;  // a request: see next()
  }
}

bool TraceReader::next(Event& event) {
  while (true) {
    if (loss_waits_) {
      const uint64_t lost = *loss_waits_;
      loss_waits_.reset();
      return loss_event(event, lost);
    }
    if (next_record()) {
      if (told_areas_.waits() && told_area_event(event)) return true;
      const bool request =
          has_bytes(record_->op) || record_->op == TRACER_OP_FREE;
      if (request ? make_request(event) : make_event(event)) return true;
      continue;
    }
    if (!item_waits_ && !next_item()) return end_event(event);
    item_waits_ = false;
    if (take_item(event)) return true;
  }
}

bool TraceReader::make_rare(Event& event) {
  rare_ = item_->records.rare(*record_);
  const uint32_t rare = record_->number;
  if (is_run_row(rare)) {
    take_row();
    return false;
  }
  switch (rare) {
    case TRACER_RARE_ALLOC_BEGIN:
    case TRACER_RARE_REALLOC_BEGIN:
      return make_begin(event);
    case TRACER_RARE_END:
      return make_end(event);
    case TRACER_RARE_COLLECT:
    case TRACER_RARE_SWEEP_ALL:
      return begin_collect(event);
    case TRACER_RARE_COLLECT_END:
    case TRACER_RARE_SWEEP_ALL_END:
      return end_collect(event);
    case TRACER_RARE_MARKED:
      mark_end_us_ = relative(record_->time_us);
      return false;
    case TRACER_RARE_MARK_OVERFLOW:
      collect_.form = CollectRecord::Form::kUsedRuns;
      collect_.runs.clear();
      return false;
    case TRACER_RARE_INIT:
    case TRACER_RARE_AREA_ADDED:
      return make_area(event);
    case TRACER_RARE_GROW_OFFER:
    case TRACER_RARE_GROW_TAKEN:
    case TRACER_RARE_AREA_DROPPED:
      return make_growth(event);
    case TRACER_RARE_CHECKPOINT:
      return make_checkpoint(event);
    case TRACER_RARE_SITE:
      return make_site(event);
    case TRACER_RARE_STALL:
      stalled_us_ += rare_.field[0];
      return false;
    case TRACER_RARE_FINISH:
      finished_ = true;
      return false;
    case TRACER_RARE_KEYFRAME:
      assembly_.begin(rare_);
      return false;
    case TRACER_RARE_KEYFRAME_END:
      return end_keyframe(event);
    default:
      return make_setting(event);
  }
}

// A request in two parts. With nothing between them it is one event: sizes too
// large for a symbol are sent so.
bool TraceReader::make_begin(Event& event) {
  const bool realloc = record_->number == TRACER_RARE_REALLOC_BEGIN;
  start_event(event, realloc ? EventKind::kRealloc : EventKind::kAlloc);
  ++counted_;
  ++events_;
  event.phase = EventPhase::kBegin;
  event.site = site_;
  event.n_bytes = rare_.field[0];
  event.flag = rare_.field[1] != 0;
  if (realloc) event.block = block_ref(record_->block);
  const EventKind kind = event.kind;
  if (!next_record_of_any_packet()) {
    open_request(kind);
    return true;
  }
  if (record_->op != TRACER_OP_RARE || record_->number != TRACER_RARE_END) {
    record_waits_ = true;
    open_request(kind);
    return true;
  }
  event.phase = EventPhase::kWhole;
  event.record = record_number_;
  take_result(event, item_->records.rare(*record_).field[0] != 0);
  return true;
}

// Which kind ends next. Losses may leave some open for ever: no more are kept
// than can be meant.
void TraceReader::open_request(EventKind kind) {
  constexpr size_t kDeepest = 1000;
  if (open_requests_.size() == kDeepest) open_requests_.clear();
  open_requests_.push_back(kind);
}

bool TraceReader::make_end(Event& event) {
  // Of an alloc or a realloc: which one began, the stack of open ones knows.
  start_event(event, open_requests_.empty() ? EventKind::kAlloc
                                            : open_requests_.back());
  if (!open_requests_.empty()) open_requests_.pop_back();
  event.phase = EventPhase::kEnd;
  event.site = site_;
  take_result(event, rare_.field[0] != 0);
  return true;
}

bool TraceReader::make_setting(Event& event) {
  start_event(event, EventKind::kThreshold);
  switch (record_->number) {
    case TRACER_RARE_THRESHOLD:
      event.flag = rare_.field[0] != 0;
      event.number = event.flag ? rare_.field[0] - 1 : 0;
      return true;
    case TRACER_RARE_ENABLE:
    case TRACER_RARE_DISABLE:
      event.kind = EventKind::kAutoCollect;
      event.flag = record_->number == TRACER_RARE_ENABLE;
      return true;
    case TRACER_RARE_LOCK_STORE:
      event.kind = EventKind::kLockStore;
      event.number = rare_.field[0];
      return true;
    case TRACER_RARE_WEAKREF:
      event.kind = EventKind::kWeakref;
      event.block = block_ref(record_->block);
      return true;
    case TRACER_RARE_WAIT:
      event.kind = EventKind::kWait;
      event.number = rare_.field[0];
      return true;
    case TRACER_RARE_LABEL:
      event.kind = EventKind::kLabel;
      text_ = rare_.text[0];
      event.text = text_;
      return true;
    default:
      return false;
  }
}

// --- Areas and sites
// ----------------------------------------------------------

bool TraceReader::make_area(Event& event) {
  const bool init = record_->number == TRACER_RARE_INIT;
  start_event(event, init ? EventKind::kInit : EventKind::kAreaAdded);
  area_ = {};
  area_.id = static_cast<uint32_t>(rare_.field[0]);
  area_.start = rare_.field[1];
  area_.end = rare_.field[2];
  area_.layout_known = false;
  if (init) told_areas_.init();
  told_areas_.added(area_.id);
  event.area = &area_;
  return true;
}

bool TraceReader::make_growth(Event& event) {
  start_event(event, EventKind::kGrowOffer);
  event.number = rare_.field[0];
  if (record_->number == TRACER_RARE_GROW_TAKEN) {
    event.kind = EventKind::kGrowTaken;
    event.address = rare_.field[1];
  } else if (record_->number == TRACER_RARE_AREA_DROPPED) {
    event.kind = EventKind::kAreaDropped;
    told_areas_.dropped(static_cast<uint32_t>(event.number));
  }
  return true;
}

bool TraceReader::make_site(Event& event) {
  start_event(event, EventKind::kSite);
  site_record_.id = static_cast<uint32_t>(rare_.field[0]);
  site_record_.line = static_cast<uint32_t>(rare_.field[1]);
  site_record_.caller =
      static_cast<uint32_t>(rare_.field[1] >> TRACER_CALLER_SHIFT);
  site_record_.file = rare_.text[0];
  site_record_.function = rare_.text[1];
  site_record_.runtime = rare_.text[2];
  event.site = site_record_.id;
  event.site_record = &site_record_;
  return site_record_.id != 0;
}

// --- Collects, keyframes, checkpoints
// -------------------------------------------

bool TraceReader::begin_collect(Event& event) {
  const bool all = record_->number == TRACER_RARE_SWEEP_ALL;
  start_event(event, all ? EventKind::kSweepAll : EventKind::kCollect);
  ++counted_;
  ++events_;
  event.phase = EventPhase::kBegin;
  event.cause =
      static_cast<CollectCause>(std::min<uint64_t>(rare_.field[0], 2));
  event.number = all ? 0 : rare_.field[1];
  collect_.form = CollectRecord::Form::kSurvivorRuns;
  collect_.runs.clear();
  mark_end_us_ = Event::kNoTime;
  return true;
}

void TraceReader::take_row() {
  if (assembly_.is_open()) return assembly_.add_row(record_->number, rare_);
  const bool survivors = record_->number == TRACER_RARE_SURVIVORS;
  const bool wanted = survivors
                          ? collect_.form == CollectRecord::Form::kSurvivorRuns
                          : record_->number == TRACER_RARE_BLOCKS &&
                                collect_.form == CollectRecord::Form::kUsedRuns;
  // A heap has no more blocks than this; more would only take our memory.
  constexpr size_t kMostRuns = size_t{1} << 21;
  if (wanted && collect_.runs.size() < kMostRuns) {
    append_row(collect_.runs, rare_.runs);
  }
}

bool TraceReader::end_collect(Event& event) {
  const bool all = record_->number == TRACER_RARE_SWEEP_ALL_END;
  start_event(event, all ? EventKind::kSweepAll : EventKind::kCollect);
  event.phase = EventPhase::kEnd;
  event.mark_end_us = mark_end_us_;
  collect_.digest = static_cast<uint32_t>(rare_.field[0]);
  event.collect = &collect_;
  return true;
}

bool TraceReader::end_keyframe(Event& event) {
  const KeyframeRecord* keyframe = assembly_.finish(rare_);
  if (keyframe == nullptr) return false;
  start_event(event, EventKind::kKeyframe);
  event.keyframe = keyframe;
  return true;
}

bool TraceReader::make_checkpoint(Event& event) {
  HeapCounters counters;
  if (!read_counters(rare_.list, counters)) return false;
  start_event(event, EventKind::kCheckpoint);
  checkpoint_ = {};
  checkpoint_.has_events = false;
  checkpoint_.has_census = false;
  checkpoint_.table_crc = static_cast<uint32_t>(rare_.field[0]);
  if (rare_.field[1] != 0) {
    checkpoint_.finaliser_crc = static_cast<uint32_t>(rare_.field[2]);
  }
  checkpoint_.last_free_bytes = std::move(counters.last_free_bytes);
  checkpoint_.last_used_blocks = std::move(counters.last_used_blocks);
  checkpoint_.amount = counters.amount;
  checkpoint_.last_free_area = counters.last_free_area;
  event.checkpoint = &checkpoint_;
  return true;
}

}  // namespace libheap
