#include "libheap/simulate/workload_recorder.h"

#include <algorithm>

#include "libheap/base/error.h"
#include "libheap/replay/heap_setup.h"

namespace libheap {

namespace {

// Positions and sizes leave room for their marks.
constexpr size_t kMostRequests = kNever - 1;

}  // namespace

void WorkloadRecorder::begin(const TraceHeader& header, const GcHeap& heap,
                             bool empty) {
  workload_ = Workload{};
  workload_.header = header;
  workload_.config = heap.config();
  present_.clear();
  free_slots_.clear();
  group_numbers_.clear();
  std::fill(std::begin(recent_), std::end(recent_), RecentGroup{});
  collecting_ = growing_ = false;
  survived_ = 0;
  recording_ = true;
  if (!empty) adopt(heap);
}

// Objects of which only the place is known: born before the recording began.
void WorkloadRecorder::adopt(const GcHeap& heap) {
  StartState& start = workload_.start;
  start.amount = heap.amount();
  start.threshold = heap.threshold();
  start.lock_field = heap.lock_field();
  start.auto_collect = heap.auto_collect();
  for (const std::unique_ptr<Area>& area : heap.areas()) {
    StartState::Table table;
    table.start = area->layout().start;
    table.end = area->layout().end;
    table.free = area->free_map();
    table.tail = area->tail_map();
    table.finalisers = area->finaliser_map();
    table.last_free_byte = area->last_free_byte;
    table.last_used_block = area->last_used_block;
    start.tables.push_back(std::move(table));
    const Bitmap heads = area->heads();
    for (uint32_t b = heads.next_set(0); b < heads.size();
         b = heads.next_set(b + 1)) {
      const uint64_t n_bytes =
          uint64_t{area->chain_end(b) - b} * heap.config().block_bytes;
      born({area->id(), b}, 0, n_bytes, take_slot());
    }
  }
}

Workload WorkloadRecorder::take(const GcHeap& heap) {
  recording_ = false;
  for (const std::vector<Present>& area : present_) {
    for (const Present& object : area) {
      if (object.slot == kNoSlot) continue;
      Position& early = workload_.early[object.life];
      early = std::max(early, survived_);
    }
  }
  workload_.recorded.final_digest = heap.digest();
  workload_.slots = std::max<uint32_t>(workload_.slots, 1);
  return std::move(workload_);
}

// --- Requests ---------------------------------------------------------------

void WorkloadRecorder::add(RequestKind kind, uint64_t n_bytes, uint32_t slot) {
  if (workload_.requests.size() >= kMostRequests) {
    throw Error("more than 4,294,967,294 requests; simulate a shorter trace");
  }
  if (kind == RequestKind::kAlloc || kind == RequestKind::kAllocFinaliser ||
      kind == RequestKind::kResize) {
    workload_.largest_request = std::max(workload_.largest_request, n_bytes);
  }
  Request request;
  request.kind_bits = static_cast<uint32_t>(kind) & 15;
  request.slot = slot & Request::kMaxSlot;
  if (n_bytes < Request::kLargeBit) {
    request.size = static_cast<uint32_t>(n_bytes);
  } else {
    request.size = Request::kLargeBit |
                   static_cast<uint32_t>(workload_.large_sizes.size());
    workload_.large_sizes.push_back(n_bytes);
  }
  workload_.requests.push_back(request);
}

// What is refused because the heap is locked, or because a collect runs, or
// for nothing, leaves no trace in the heap and none here.
void WorkloadRecorder::on_alloc(const Moment& now, const SeenAlloc& seen) {
  if (!recording_) return;
  growing_ = false;
  if (seen.at.is_null()) {
    if (seen.out_of_memory) {
      ++workload_.recorded.failed_allocations;
      add(RequestKind::kFailed, seen.n_bytes, 0);
    }
    return;
  }
  const uint32_t slot = take_slot();
  add(seen.finaliser ? RequestKind::kAllocFinaliser : RequestKind::kAlloc,
      seen.n_bytes, slot);
  born(seen.at, now.site, seen.n_bytes, slot);
}

void WorkloadRecorder::on_realloc(const Moment& now, const SeenRealloc& seen) {
  if (!recording_) return;
  if (seen.old.is_null()) {
    SeenAlloc plain;
    plain.n_bytes = seen.n_bytes;
    plain.blocks = seen.blocks;
    plain.at = seen.at;
    plain.out_of_memory = seen.out_of_memory;
    return on_alloc(now, plain);
  }
  growing_ = false;
  if (seen.n_bytes == 0) {
    const bool freed = !now.heap->is_head(seen.old);
    if (freed) on_free(now, seen.old, static_cast<uint32_t>(seen.old_blocks));
    return;
  }
  if (seen.at.is_null()) {
    if (seen.out_of_memory) {
      ++workload_.recorded.failed_allocations;
      add(RequestKind::kFailed, seen.n_bytes, 0);
    }
    return;
  }
  resized(seen);
}

void WorkloadRecorder::resized(const SeenRealloc& seen) {
  const Present object = present(seen.old);
  add(seen.may_move ? RequestKind::kResize : RequestKind::kGrowInPlace,
      seen.n_bytes, object.slot);
  workload_.early[object.life] = position();
  const bool moved = seen.at != seen.old;
  if (moved || seen.blocks > seen.old_blocks) {
    workload_.recorded.growths.push_back(
        moved ? static_cast<uint32_t>(seen.blocks) : 0);
  }
  if (!moved) return;
  present(seen.old) = {};
  present(seen.at) = object;
}

void WorkloadRecorder::on_free(const Moment&, BlockRef block, uint32_t blocks) {
  if (blocks == 0 || !recording_) return;
  if (collecting_) {
    // A finaliser's: it goes when its owner goes, whenever that is collected.
    ended(block, position());
    return;
  }
  add(RequestKind::kFree, 0, present(block).slot);
  ended(block, kNever);
}

// --- Collects ---------------------------------------------------------------

void WorkloadRecorder::on_collect_begin(const Moment&,
                                        const SeenCollect& seen) {
  collecting_ = true;
  if (seen.sweep_all || !recording_) return;
  workload_.recorded.collects.push_back({position(), seen.cause});
}

void WorkloadRecorder::on_sweep(const Moment& now,
                                std::span<const AreaSurvivors> survivors) {
  if (!recording_) return;
  for (const std::unique_ptr<Area>& area : now.heap->areas()) {
    const auto found = std::find_if(
        survivors.begin(), survivors.end(),
        [&](const AreaSurvivors& s) { return s.area == area->id(); });
    sweep(*area, found != survivors.end() ? found->heads
                                          : SurvivorMap(area->blocks()));
  }
}

void WorkloadRecorder::sweep(const Area& area, const SurvivorMap& survivors) {
  const Bitmap heads = area.heads();
  for (uint32_t w = 0; w < heads.words().size(); ++w) {
    uint64_t dead = heads.words()[w] & ~survivors.words()[w];
    for (; dead != 0; dead &= dead - 1) {
      ended({area.id(), w * 64 + static_cast<uint32_t>(std::countr_zero(dead))},
            position());
    }
  }
}

void WorkloadRecorder::on_collect_end(const Moment& now,
                                      const SeenCollect& seen) {
  collecting_ = false;
  if (!recording_) return;
  survived_ = position() + 1;
  RecordedRun& recorded = workload_.recorded;
  if (seen.begin_us != Event::kNoTime && now.time_us != Event::kNoTime) {
    recorded.collecting_us += now.time_us - seen.begin_us;
    ++recorded.timed_collects;
  }
  if (seen.sweep_all) {
    Event event;
    event.kind = EventKind::kSweepAll;
    add_setting(event);
  } else if (seen.cause == CollectCause::kExplicit) {
    add(RequestKind::kCollect, 0, 0);
  }
}

// --- The rest ---------------------------------------------------------------

void WorkloadRecorder::on_other(const Moment&, const Event& event) {
  if (!recording_) return;
  switch (event.kind) {
    case EventKind::kThreshold:
    case EventKind::kAutoCollect:
      return add_setting(event);
    case EventKind::kLock:
    case EventKind::kUnlock:
    case EventKind::kLockStore:
      if (!collecting_) add_setting(event);
      return;
    case EventKind::kInit:
      end_all(kNever);
      return add_setting(event);
    case EventKind::kAreaAdded:
      return add_area(event);
    case EventKind::kGrowOffer:
      growing_ = true;
      workload_.growths.push_back({event.number, 0});
      return;
    case EventKind::kTick:
    case EventKind::kLabel:
      return add_mark(event);
    default:
      return;
  }
}

void WorkloadRecorder::add_area(const Event& event) {
  if (growing_) {
    workload_.growths.back().start = event.area->start;
  } else {
    add_setting(event);
  }
}

void WorkloadRecorder::add_setting(const Event& event) {
  SettingChange change;
  change.kind = event.kind;
  change.flag = event.flag;
  change.number = event.number;
  if (event.area != nullptr) {
    change.start = event.area->start;
    change.end = event.area->end;
  }
  add(RequestKind::kSetting, workload_.settings.size(), 0);
  workload_.settings.push_back(change);
}

void WorkloadRecorder::add_mark(const Event& event) {
  Mark mark;
  mark.position = position();
  if (event.kind == EventKind::kLabel) {
    std::vector<std::string>& labels = workload_.labels;
    auto found = std::find(labels.begin(), labels.end(), event.text);
    if (found == labels.end()) {
      found = labels.insert(labels.end(), std::string(event.text));
    }
    mark.label = static_cast<uint32_t>(found - labels.begin());
  }
  workload_.marks.push_back(mark);
}

// --- Lives ------------------------------------------------------------------

void WorkloadRecorder::born(BlockRef at, uint32_t site, uint64_t n_bytes,
                            uint32_t slot) {
  present(at) = {static_cast<uint32_t>(workload_.early.size()), slot};
  const uint32_t group = group_of(site, n_bytes);
  ++workload_.groups[group].lives;
  workload_.early.push_back(position());
  workload_.late.push_back(kNever);
  workload_.group.push_back(group);
  workload_.birth.push_back(position());
}

void WorkloadRecorder::ended(BlockRef at, Position death) {
  Present& object = present(at);
  workload_.late[object.life] = death;
  // Born before the last collect, it survived that.
  Position& early = workload_.early[object.life];
  early = death == kNever ? kNever : std::max(early, survived_);
  free_slots_.push_back(object.slot);
  object = {};
}

void WorkloadRecorder::end_all(Position death) {
  for (uint32_t area = 0; area < present_.size(); ++area) {
    for (BlockIndex b = 0; b < present_[area].size(); ++b) {
      if (present_[area][b].slot != kNoSlot) ended({area, b}, death);
    }
  }
}

WorkloadRecorder::Present& WorkloadRecorder::present(BlockRef at) {
  if (at.area >= present_.size()) present_.resize(at.area + 1);
  std::vector<Present>& area = present_[at.area];
  if (at.block >= area.size()) area.resize(at.block + 1024);
  return area[at.block];
}

uint32_t WorkloadRecorder::take_slot() {
  if (free_slots_.empty()) return workload_.slots++;
  const uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  return slot;
}

uint32_t WorkloadRecorder::group_of(uint32_t site, uint64_t n_bytes) {
  RecentGroup& recent = recent_[(site * 31 + n_bytes) % kRecentGroups];
  if (recent.site == site && recent.n_bytes == n_bytes) return recent.group;
  const auto [at, is_new] = group_numbers_.try_emplace(
      {site, n_bytes}, static_cast<uint32_t>(workload_.groups.size()));
  if (is_new) workload_.groups.push_back({site, n_bytes, 0});
  recent = {site, n_bytes, at->second};
  return at->second;
}

}  // namespace libheap
