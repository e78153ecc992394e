#include "libheap/replay/replayer.h"

#include <algorithm>

#include "libheap/replay/heap_setup.h"
#include "libheap/trace/event_log_format.h"

namespace libheap {

namespace {

constexpr uint32_t kWindowBlocks = 64;

// An event as context. What it pointed to may be gone by now.
std::string context_line(const Event& event) {
  const bool kept = event.text.data() != nullptr || event.collect != nullptr ||
                    event.checkpoint != nullptr || event.area != nullptr;
  std::string line = event.line != 0 ? std::to_string(event.line) + ": " : "";
  switch (event.kind) {
    case EventKind::kCollect:
    case EventKind::kSweepAll:
      if (kept || event.phase == EventPhase::kBegin) break;
      return line + "end of " + std::string(name_of(event.kind));
    case EventKind::kInit:
    case EventKind::kAreaAdded:
    case EventKind::kCheckpoint:
    case EventKind::kKeyframe:
    case EventKind::kSnapshot:
    case EventKind::kSite:
    case EventKind::kLabel:
    case EventKind::kText:
      if (kept && event.kind != EventKind::kKeyframe &&
          event.kind != EventKind::kSnapshot) {
        break;
      }
      return line + std::string(name_of(event.kind));
    default:
      break;
  }
  return line + format_event(event, EventText::kBrief);
}

}  // namespace

Replayer::Replayer(EventSource& source, const ReplayOptions& options)
    : source_(source),
      options_(options),
      heap_(config_from(source.header()), source.header().area.start,
            source.header().area.end),
      exact_(source.header().starts_empty) {}

bool Replayer::step() {
  if (!started_) start();
  Event& event = recent_[steps_ % kRecent];
  if (!source_.next(event)) {
    finish();
    return false;
  }
  ++steps_;
  current_ = &event;
  diverged_here_ = false;
  if (event.time_us != Event::kNoTime) {
    if (result_.first_us == Event::kNoTime) result_.first_us = event.time_us;
    result_.last_us = event.time_us;
  }
  if (event.age != 0) resolve_age(event);
  // The two kinds nearly all events are of go first.
  if (event.kind == EventKind::kAlloc) {
    replay_alloc(event);
    keep_answer(event);
  } else if (event.kind == EventKind::kRealloc) {
    replay_realloc(event);
    keep_answer(event);
  } else if (event.kind == EventKind::kFree) {
    replay_free(event);
  } else {
    replay(event);
  }
  if (!record_observers_.empty()) tell_record(event);
  if (event.kind > EventKind::kFree) untie(event);
  if (options_.paranoid) heap_.check_invariants();
  return true;
}

void Replayer::resolve_age(Event& event) const {
  event.block = results_[(event.record - event.age) % kAges];
}

// Completes a request with what the trace left to the model, for whoever
// writes it again.
inline void Replayer::keep_answer(Event& event) {
  if (event.phase == EventPhase::kBegin) return;
  event.result = answer_;
  event.has_result = true;
  results_[event.record % kAges] = answer_;
}

void Replayer::tell_record(const Event& event) {
  const Moment now = moment();
  for (ReplayObserver* observer : record_observers_) {
    observer->on_record(now, event);
  }
}

// Cuts the event's ties to the reader, whose memory is used again while the
// event may still be shown as context.
void Replayer::untie(Event& event) {
  event.text = {};
  event.collect = nullptr;
  event.checkpoint = nullptr;
  event.keyframe = nullptr;
  event.snapshot = nullptr;
  event.area = nullptr;
  event.site_record = nullptr;
}

void Replayer::replay(const Event& event) {
  // Begin and end of one event are one event.
  if (event.phase != EventPhase::kEnd) {
    ++result_.by_kind[static_cast<size_t>(event.kind)];
  }
  switch (event.kind) {
    case EventKind::kAlloc:
    case EventKind::kRealloc:
    case EventKind::kFree:
      break;  // seen to in step()
    case EventKind::kCollect:
    case EventKind::kSweepAll:
      replay_collect(event);
      break;
    case EventKind::kLock:
    case EventKind::kUnlock:
    case EventKind::kLockStore:
      replay_lock(event);
      break;
    case EventKind::kThreshold:
    case EventKind::kAutoCollect:
    case EventKind::kWeakref:
      replay_setting(event);
      break;
    case EventKind::kInit:
    case EventKind::kAreaAdded:
    case EventKind::kAreaDropped:
      replay_area(event);
      break;
    case EventKind::kGrowOffer:
    case EventKind::kGrowTaken:
      replay_growth(event);
      break;
    case EventKind::kCheckpoint:
      replay_checkpoint(event);
      break;
    case EventKind::kKeyframe:
      replay_keyframe(event);
      break;
    case EventKind::kSnapshot:
      replay_snapshot(event);
      break;
    case EventKind::kEnd:
      replay_end(event);
      break;
    case EventKind::kLoss:
      replay_loss(event);
      break;
    case EventKind::kSite:
    case EventKind::kLabel:
    case EventKind::kTick:
    case EventKind::kText:
    case EventKind::kWait:
      break;
  }
  if (!is_counted(event.kind)) {
    const Moment now = moment();
    tell([&](ReplayObserver& observer) { observer.on_other(now, event); });
  }
}

void Replayer::start() {
  started_ = true;
  frames_.reserve(8);
  const TraceHeader& header = source_.header();
  const std::string difference =
      layout_difference(header.area, heap_.areas().front()->layout());
  if (!difference.empty()) {
    Event at_header;
    diverge(DivergenceKind::kLayout, at_header, "first area: " + difference);
  }
  const Moment now = moment();
  tell([&](ReplayObserver& observer) { observer.on_start(header, now); });
}

void Replayer::finish() {
  const Moment now = moment();
  if (result_.ended && !frames_.empty()) {
    diverged_here_ = false;
    diverge(DivergenceKind::kNesting, *current_,
            "the trace ends inside an event that never ended");
  }
  tell([&](ReplayObserver& observer) { observer.on_finish(now); });
}

void Replayer::replay_end(const Event& event) {
  result_.ended = true;
  result_.complete = event.flag;
  if (result_.gaps.empty() && event.number != result_.events) {
    diverge(DivergenceKind::kCount, event,
            "END says " + std::to_string(event.number) +
                " events were recorded, the trace holds " +
                std::to_string(result_.events));
  }
}

void Replayer::replay_loss(const Event& event) {
  Gap gap;
  gap.event = result_.events;
  gap.lost = event.number;
  gap.line = event.line;
  result_.gaps.add(gap);
  exact_ = false;
}

Divergence* Replayer::diverge(DivergenceKind kind, const Event& event,
                              std::string what) {
  if (!exact_ || diverged_here_) return nullptr;
  diverged_here_ = true;
  ++result_.divergences;
  if (result_.first_divergences.size() >= options_.keep_divergences) {
    return nullptr;
  }
  Divergence divergence;
  divergence.kind = kind;
  divergence.event = result_.events;
  divergence.line = event.line;
  divergence.offset = event.offset;
  divergence.what = std::move(what);
  const uint64_t kept = std::min<uint64_t>(steps_, kRecent);
  for (uint64_t step = steps_ - kept; step < steps_; ++step) {
    divergence.events_before.push_back(context_line(recent_[step % kRecent]));
  }
  result_.first_divergences.push_back(std::move(divergence));
  return &result_.first_divergences.back();
}

void Replayer::add_window(Divergence* divergence, BlockRef around,
                          const Placed& recorded,
                          const Placed& modelled) const {
  if (divergence == nullptr || around.is_null()) return;
  const Area* area = heap_.find_area(around.area);
  if (area == nullptr || around.block >= area->blocks()) return;
  TableWindow window;
  window.area = around.area;
  window.first_block = around.block / 16 * 16;
  if (window.first_block >= 16) window.first_block -= 16;
  const BlockIndex end =
      std::min(window.first_block + kWindowBlocks, area->blocks());
  for (BlockIndex b = window.first_block; b < end; ++b) {
    constexpr char kLetters[] = {'.', 'h', '='};
    window.modelled += kLetters[static_cast<size_t>(area->kind(b))];
  }
  window.recorded = window.modelled;
  // What the recording says of its own table is known whole only after a
  // collect; elsewhere the one object in question is taken from where the
  // model put it to where the recording did.
  const auto draw = [&](const Placed& object, char head, char tail) {
    for (uint64_t i = 0; i < std::min<uint64_t>(object.blocks, end); ++i) {
      const uint64_t b = object.at.block + i;
      if (object.at.area != window.area || b < window.first_block || b >= end) {
        continue;
      }
      window.recorded[b - window.first_block] = i == 0 ? head : tail;
    }
  };
  for (const ComparedTable& table : recorded_tables_) {
    if (table.area != window.area) continue;
    for (BlockIndex b = window.first_block; b < end; ++b) {
      window.recorded[b - window.first_block] = table.free.test(b)   ? '.'
                                                : table.tail.test(b) ? '='
                                                                     : 'h';
    }
  }
  draw(modelled, '.', '.');
  draw(recorded, 'h', '=');
  divergence->windows.push_back(std::move(window));
}

}  // namespace libheap
