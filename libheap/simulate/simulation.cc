#include "libheap/simulate/simulation.h"

#include <algorithm>
#include <bit>

#include "libheap/base/check.h"
#include "libheap/base/error.h"
#include "libheap/simulate/simulator.h"

namespace libheap {

namespace {

// As gc.threshold() stores it: whole blocks, rounded down.
std::optional<uint64_t> threshold_blocks(const SimulationSettings& settings,
                                         uint32_t block_bytes) {
  if (settings.threshold == SimulationSettings::Threshold::kOff) {
    return std::nullopt;
  }
  return settings.threshold_bytes / block_bytes;
}

bool sets_threshold(const Workload& workload) {
  return std::any_of(workload.settings.begin(), workload.settings.end(),
                     [](const SettingChange& change) {
                       return change.kind == EventKind::kThreshold;
                     });
}

// One past the last byte of a heap. Its size may be any number; what fits
// behind `start` but not into the model, the layout refuses.
uint64_t heap_end(uint64_t start, uint64_t bytes) {
  if (bytes > UINT64_MAX - start) {
    throw Error("a heap of " + std::to_string(bytes) +
                " bytes does not fit into memory");
  }
  return start + bytes;
}

}  // namespace

SimulatedHeap simulated_heap(const Workload& workload,
                             const SimulationSettings& settings) {
  const AreaRecord& area = workload.header.area;
  SimulatedHeap heap;
  heap.config = workload.config;
  heap.start = area.start;
  heap.end = area.end;
  if (!workload.start.tables.empty()) {
    heap.start = workload.start.tables.front().start;
    heap.end = workload.start.tables.front().end;
  }
  if (settings.release) {
    heap.config.release = *settings.release;
    heap.config.traits = traits_of(*settings.release);
  }
  if (settings.block_bytes) heap.config.block_bytes = *settings.block_bytes;
  validate(heap.config);
  if (settings.heap_bytes) {
    heap.end = heap_end(heap.start, *settings.heap_bytes);
  }
  const auto blocks = [](const HeapConfig& config, uint64_t from, uint64_t to) {
    return layout_area(config, from, to, /*added=*/false).blocks();
  };
  heap.as_recorded = heap.config.block_bytes == workload.config.block_bytes &&
                     blocks(heap.config, heap.start, heap.end) ==
                         blocks(workload.config, heap.start,
                                workload.start.tables.empty()
                                    ? area.end
                                    : workload.start.tables.front().end);
  return heap;
}

SimulationRun simulate(const Workload& workload,
                       const SimulationSettings& settings,
                       const std::vector<Position>& deaths,
                       const SimulationExtras& extras) {
  return Simulator(workload, settings, deaths, extras).run();
}

Simulator::Simulator(const Workload& workload,
                     const SimulationSettings& settings,
                     const std::vector<Position>& deaths,
                     const SimulationExtras& extras)
    : workload_(workload),
      settings_(settings),
      deaths_(deaths),
      extras_(extras),
      setup_(simulated_heap(workload, settings)),
      heap_(setup_.config, setup_.start, setup_.end),
      slots_(workload.slots, kNullBlock) {
  HEAP_CHECK(deaths.size() == workload.birth.size(), "one death per life");
}

SimulationRun Simulator::run() {
  start();
  plan_collects();
  for (const Position planned : planned_) {
    serve_until(planned);
    collect(CollectCause::kExplicit);
  }
  serve_until(static_cast<Position>(workload_.requests.size()));
  note_used();
  result_.smallest_largest_run = smallest_.blocks();
  result_.final_digest = heap_.digest();
  result_.total_blocks = heap_.total_blocks();
  if (const std::optional<uint64_t> blocks = heap_.threshold()) {
    result_.final_threshold_bytes = *blocks * setup_.config.block_bytes;
  }
  return std::move(result_);
}

// --- The start --------------------------------------------------------------

void Simulator::start() {
  make_room(0);
  if (!workload_.start.tables.empty()) {
    if (setup_.as_recorded) {
      adopt_start();
    } else {
      place_start();
    }
    heap_.set_threshold(workload_.start.threshold);
    heap_.set_auto_collect(workload_.start.auto_collect);
    heap_.set_lock_field(workload_.start.lock_field);
    heap_.set_amount(workload_.start.amount);
  }
  if (!sets_threshold(workload_)) override_threshold();
  if (settings_.auto_collect_off) heap_.set_auto_collect(false);
  smallest_.scan(heap_);
}

void Simulator::override_threshold() {
  if (settings_.threshold == SimulationSettings::Threshold::kAsRecorded) return;
  heap_.set_threshold(threshold_blocks(settings_, setup_.config.block_bytes));
}

void Simulator::adopt_start() {
  for (size_t i = 0; i < workload_.start.tables.size(); ++i) {
    const StartState::Table& table = workload_.start.tables[i];
    if (i != 0) make_room(heap_.add_area(table.start, table.end));
    Area& area = *heap_.find_area(heap_.areas().back()->id());
    area.adopt(table.free, table.tail);
    for (uint32_t b = table.finalisers.next_set(0); b < table.finalisers.size();
         b = table.finalisers.next_set(b + 1)) {
      area.mark_finaliser(b);
    }
    area.last_free_byte = table.last_free_byte;
    area.last_used_block = table.last_used_block;
    const Bitmap heads = area.heads();
    for (uint32_t b = heads.next_set(0); b < heads.size();
         b = heads.next_set(b + 1)) {
      slots_[next_life_] = {area.id(), b};
      deaths_at_[area.id()][b] = deaths_[next_life_];
      ++next_life_;
    }
  }
}

// Into another heap the objects go in the order they lay.
void Simulator::place_start() {
  for (const StartState::Table& table : workload_.start.tables) {
    const Bitmap heads = heads_of(table.free, table.tail);
    for (uint32_t b = heads.next_set(0); b < heads.size();
         b = heads.next_set(b + 1)) {
      const uint64_t blocks = table.tail.next_clear(b + 1) - b;
      AllocRequest alloc = heap_.alloc_request(
          blocks * workload_.config.block_bytes,
          table.finalisers.size() != 0 && table.finalisers.test(b));
      alloc.collected = true;
      heap_.advance(alloc);
      const size_t life = next_life_++;
      if (alloc.result.is_null()) {
        throw Error("the objects that were there at the start need more than " +
                    std::to_string(setup_.end - setup_.start) + " bytes");
      }
      slots_[life] = alloc.result;
      death_at(alloc.result) = deaths_[life];
    }
  }
}

void Simulator::plan_collects() {
  if (settings_.collect_every_ticks == 0 && settings_.collect_label.empty()) {
    return;
  }
  uint64_t ticks = 0;
  for (const Mark& mark : workload_.marks) {
    const bool wanted =
        mark.label == Mark::kTick
            ? settings_.collect_every_ticks != 0 &&
                  ++ticks % settings_.collect_every_ticks == 0
            : workload_.labels[mark.label] == settings_.collect_label;
    if (wanted) planned_.push_back(mark.position);
  }
  if (settings_.collect_every_ticks != 0 && ticks == 0) {
    throw Error(
        "this trace has no ticks; call mpheap.tick() once per loop iteration");
  }
  if (!settings_.collect_label.empty() &&
      std::find(workload_.labels.begin(), workload_.labels.end(),
                settings_.collect_label) == workload_.labels.end()) {
    throw Error("this trace has no label \"" + settings_.collect_label + "\"");
  }
}

// --- Requests ---------------------------------------------------------------

// Tens of millions of requests pass through here for every setting: all that
// one takes is inlined, the model too.
[[gnu::flatten]] void Simulator::serve_until(Position end) {
  const std::vector<Request>& requests = workload_.requests;
  while (position_ < end) {
    serve(requests[position_]);
    ++position_;
  }
}

void Simulator::serve(const Request& request) {
  switch (request.kind()) {
    case RequestKind::kAlloc:
      return serve_alloc(request, false);
    case RequestKind::kAllocFinaliser:
      return serve_alloc(request, true);
    case RequestKind::kResize:
      return serve_resize(request, true);
    case RequestKind::kGrowInPlace:
      return serve_resize(request, false);
    case RequestKind::kFree:
      return serve_free(request);
    case RequestKind::kFailed:
      return serve_failed(request);
    case RequestKind::kCollect:
      if (!settings_.drop_explicit) collect(CollectCause::kExplicit);
      return;
    case RequestKind::kSetting:
      return serve_setting(workload_.settings[request.size]);
  }
}

inline void Simulator::serve_alloc(const Request& request, bool finaliser) {
  const uint64_t n_bytes = workload_.size_of(request);
  const uint64_t blocks = heap_.blocks_for(n_bytes);
  BlockRef at = heap_.alloc_at_once(blocks, finaliser);
  if (at.is_null()) at = alloc(n_bytes, finaliser);
  const Position death = deaths_[next_life_++];
  slots_[request.slot] = at;
  if (at.is_null()) {
    ++result_.newly_failed;
    return failed(blocks);
  }
  born(at, blocks, death);
}

BlockRef Simulator::alloc(uint64_t n_bytes, bool finaliser) {
  AllocRequest alloc = heap_.alloc_request(n_bytes, finaliser);
  finish(alloc, alloc, heap_.advance(alloc));
  return alloc.result;
}

void Simulator::serve_resize(const Request& request, bool may_move) {
  const BlockRef old = slots_[request.slot];
  if (old.is_null()) return;  // it never came to be
  note_used();
  const uint64_t n_bytes = workload_.size_of(request);
  const uint64_t old_blocks = heap_.chain_blocks(old);
  const uint64_t blocks = heap_.blocks_for(n_bytes);
  ReallocRequest resize = heap_.realloc_request(old, n_bytes, may_move);
  finish(resize, resize.alloc, heap_.advance(resize));
  if (resize.result.is_null()) {
    ++result_.newly_failed;
    if (may_move) failed(blocks);
    return;
  }
  if (resize.result != old) {
    result_.growths.push_back(static_cast<uint32_t>(blocks));
    result_.moved_blocks += blocks;
    slots_[request.slot] = resize.result;
    born(resize.result, blocks, death_at(old));
    smallest_.freed(old.area, old.block, old_blocks);
  } else if (blocks > old_blocks) {
    result_.growths.push_back(0);
    smallest_.taken(heap_, old.area, old.block + old_blocks,
                    old.block + blocks);
  } else {
    smallest_.freed(old.area, old.block + blocks, old_blocks - blocks);
  }
}

void Simulator::serve_free(const Request& request) {
  BlockRef& object = slots_[request.slot];
  if (object.is_null()) return;
  note_used();
  HEAP_CHECK(heap_.is_head(object), "an object lives until it is freed");
  smallest_.freed(object.area, object.block, heap_.free_object(object));
  object = kNullBlock;
}

void Simulator::serve_failed(const Request& request) {
  const uint64_t n_bytes = workload_.size_of(request);
  const uint64_t blocks = heap_.blocks_for(n_bytes);
  const BlockRef at = alloc(n_bytes, false);
  if (at.is_null()) return failed(blocks);
  ++result_.newly_served;
  born(at, blocks, position_ + 1);
}

void Simulator::failed(uint64_t blocks) {
  ++result_.failed_allocations;
  const uint64_t free = heap_.total_blocks() - heap_.used_blocks();
  if (free < blocks) ++result_.hopeless_failures;
}

inline void Simulator::born(BlockRef at, uint64_t blocks, Position death) {
  death_at(at) = death;
  result_.allocated_blocks += blocks;
  smallest_.taken(heap_, at.area, at.block, at.block + blocks);
}

// Called before blocks are given back: in between, use only grows.
void Simulator::note_used() {
  result_.peak_used_blocks =
      std::max(result_.peak_used_blocks, heap_.used_blocks());
}

void Simulator::make_room(uint32_t area) {
  if (area >= deaths_at_.size()) deaths_at_.resize(area + 1);
  deaths_at_[area].assign(heap_.find_area(area)->blocks(), kNever);
}

void Simulator::serve_setting(const SettingChange& change) {
  switch (change.kind) {
    case EventKind::kThreshold:
      heap_.set_threshold(change.flag ? std::optional(change.number)
                                      : std::nullopt);
      return override_threshold();
    case EventKind::kAutoCollect:
      if (!settings_.auto_collect_off) heap_.set_auto_collect(change.flag);
      return;
    case EventKind::kLock:
      return heap_.lock();
    case EventKind::kUnlock:
      return heap_.unlock();
    case EventKind::kLockStore:
      return heap_.set_lock_field(change.number);
    case EventKind::kAreaAdded:
      make_room(heap_.add_area(change.start, change.end));
      smallest_.scan(heap_);
      return;
    case EventKind::kSweepAll:
      return sweep_all();
    case EventKind::kInit:
      note_used();
      heap_.init(change.start,
                 settings_.heap_bytes
                     ? heap_end(change.start, *settings_.heap_bytes)
                     : change.end);
      make_room(0);
      override_threshold();
      if (settings_.auto_collect_off) heap_.set_auto_collect(false);
      std::fill(slots_.begin(), slots_.end(), kNullBlock);
      smallest_.scan(heap_);
      return;
    default:
      HEAP_CHECK(false, "only settings are recorded as such");
  }
}

}  // namespace libheap
