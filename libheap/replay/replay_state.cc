// Replayer: settings, areas, growth and checkpoints.

#include <algorithm>

#include "libheap/base/error.h"
#include "libheap/replay/heap_setup.h"
#include "libheap/replay/replayer.h"
#include "libheap/replay/snapshot_graph.h"

namespace libheap {

void Replayer::replay_lock(const Event& event) {
  if (event.kind == EventKind::kLock) heap_.lock();
  if (event.kind == EventKind::kUnlock) heap_.unlock();
  if (event.kind != EventKind::kLockStore &&
      heap_.lock_field() != event.number) {
    diverge(DivergenceKind::kLock, event,
            both("the lock field", event.number, heap_.lock_field()));
  }
  heap_.set_lock_field(event.number);
}

void Replayer::replay_setting(const Event& event) {
  if (event.kind == EventKind::kThreshold) {
    heap_.set_threshold(event.flag ? std::optional(event.number)
                                   : std::nullopt);
  } else if (event.kind == EventKind::kAutoCollect) {
    heap_.set_auto_collect(event.flag);
  } else if (!heap_.mark_weakref(event.block)) {
    Divergence* divergence =
        diverge(DivergenceKind::kBlock, event,
                "weak reference to what is no object in the model");
    add_window(divergence, event.block, {}, {});
  }
}

// --- Areas ------------------------------------------------------------------

void Replayer::replay_area(const Event& event) {
  if (event.kind == EventKind::kAreaDropped) {
    if (dropped_.size() < kMaxDropped) {
      dropped_.push_back(static_cast<uint32_t>(event.number));
    }
  } else if (event.kind == EventKind::kAreaAdded) {
    add_area(event);
  } else {
    init_area(event);
  }
}

void Replayer::init_area(const Event& event) {
  if (!frames_.empty()) {
    diverge(DivergenceKind::kNesting, event,
            "the heap starts afresh inside an event");
    frames_.clear();
  }
  try {
    heap_.init(event.area->start, event.area->end);
  } catch (const Error& error) {
    diverge(DivergenceKind::kLayout, event, error.what());
    return;
  }
  const std::string difference =
      layout_difference(*event.area, heap_.areas().front()->layout());
  if (!difference.empty()) {
    diverge(DivergenceKind::kLayout, event, "area 0: " + difference);
  }
}

void Replayer::add_area(const Event& event) {
  const AreaRecord& recorded = *event.area;
  Frame* request = open_request();
  if (request != nullptr && request->growth_bytes != 0 &&
      recorded.end - recorded.start != request->growth_bytes) {
    diverge(DivergenceKind::kGrowth, event,
            both("bytes of the added area", recorded.end - recorded.start,
                 request->growth_bytes));
  }
  uint32_t id = 0;
  try {
    // After a loss the recording alone knows how many areas there were.
    const bool unseen = !exact_ || !result_.gaps.empty();
    id = heap_.add_area(recorded.start, recorded.end, unseen ? recorded.id : 0);
  } catch (const Error& error) {
    diverge(DivergenceKind::kLayout, event, error.what());
    return;
  }
  if (id != recorded.id) {
    diverge(DivergenceKind::kGrowth, event,
            both("number of the added area", recorded.id, id));
  }
  const std::string difference =
      layout_difference(recorded, heap_.find_area(id)->layout());
  if (!difference.empty()) {
    diverge(DivergenceKind::kLayout, event,
            "area " + std::to_string(id) + ": " + difference);
  }
  if (request != nullptr) {
    AllocRequest& alloc = request->search();
    GcHeap::decline_growth(alloc);  // a request adds one area at most
    request->growth_bytes = 0;
    request->must_advance = true;
  }
}

void Replayer::replay_growth(const Event& event) {
  Frame* request = open_request();
  if (request == nullptr || request->progress != Progress::kGrow) {
    diverge(DivergenceKind::kGrowth, event,
            "the recording asks the port for memory where the model does not");
    return;
  }
  AllocRequest& alloc = request->search();
  if (event.kind == EventKind::kGrowOffer) {
    const std::optional<uint64_t> bytes =
        heap_.growth_bytes(alloc, event.number);
    request->growth_bytes = bytes.value_or(0);
    if (!bytes) {
      GcHeap::decline_growth(alloc);
      request->must_advance = true;
    }
  } else if (event.number != request->growth_bytes) {
    diverge(
        DivergenceKind::kGrowth, event,
        both("bytes asked of the port", event.number, request->growth_bytes));
    request->growth_bytes = event.number;
  }
}

// --- Checkpoints ------------------------------------------------------------

void Replayer::replay_checkpoint(const Event& event) {
  if (event.checkpoint == nullptr || !exact_) return;
  ++result_.checkpoints_checked;
  const CheckpointRecord& recorded = *event.checkpoint;
  const std::string difference = checkpoint_difference(recorded);
  if (!difference.empty()) {
    ++result_.checkpoints_failed;
    diverge(DivergenceKind::kCheckpoint, event, "checkpoint: " + difference);
    believe_figures(recorded.last_free_bytes, recorded.last_used_blocks,
                    recorded.amount, recorded.last_free_area);
  }
}

std::string Replayer::checkpoint_difference(
    const CheckpointRecord& recorded) const {
  if (recorded.has_events && recorded.events != result_.events &&
      result_.gaps.empty()) {
    return both("number of events", recorded.events, result_.events);
  }
  const TableDigest digest = heap_.digest();
  if (recorded.table_crc != digest.table) return "the table's digest differs";
  if (recorded.finaliser_crc && *recorded.finaliser_crc != digest.finalisers) {
    return "the finaliser table's digest differs";
  }
  if (recorded.weakref_crc && *recorded.weakref_crc != digest.weakrefs) {
    return "the weak-reference table's digest differs";
  }
  if (!recorded.has_census) {
    return figures_difference(recorded.last_free_bytes,
                              recorded.last_used_blocks, recorded.amount,
                              recorded.last_free_area);
  }
  const Census census = heap_.census();
  const uint64_t block_bytes = heap_.config().block_bytes;
  struct Figure {
    const char* name;
    uint64_t recorded;
    uint64_t modelled;
  };
  const Figure figures[] = {
      {"total bytes", recorded.total_bytes, census.total_blocks * block_bytes},
      {"used bytes", recorded.used_bytes, census.used_blocks * block_bytes},
      {"free bytes", recorded.free_bytes, census.free_blocks * block_bytes},
      {"1-block objects", recorded.one_block_objects, census.one_block_objects},
      {"2-block objects", recorded.two_block_objects, census.two_block_objects},
      {"longest object", recorded.max_block, census.max_block},
      {"longest free run", recorded.max_free, census.max_free}};
  for (const Figure& figure : figures) {
    if (figure.recorded != figure.modelled) {
      return both(figure.name, figure.recorded, figure.modelled);
    }
  }
  return figures_difference(recorded.last_free_bytes, recorded.last_used_blocks,
                            recorded.amount, recorded.last_free_area);
}

// --- Keyframes --------------------------------------------------------------

void Replayer::replay_keyframe(const Event& event) {
  if (event.keyframe == nullptr) return;
  const KeyframeRecord& recorded = *event.keyframe;
  if (exact_) {
    ++result_.checkpoints_checked;
    const std::string difference = keyframe_difference(recorded);
    if (difference.empty()) return;
    ++result_.checkpoints_failed;
    diverge(DivergenceKind::kCheckpoint, event, "keyframe: " + difference);
  }
  if (!frames_.empty()) {
    // What was under way when events were lost has ended unseen.
    frames_.clear();
  }
  adopt_keyframe(recorded);
  if (heap_.table_digest() == recorded.digest) now_exact();
}

// What it says of this heap must be possible; whether the collect marks as it
// says is for analysis/trace_snapshots.h.
void Replayer::replay_snapshot(const Event& event) {
  if (event.snapshot == nullptr || !exact_) return;
  ++result_.checkpoints_checked;
  HeapGraph graph;
  const std::string wrong =
      read_snapshot_graph(*event.snapshot, source_.header(), heap_, graph);
  if (wrong.empty()) return;
  ++result_.checkpoints_failed;
  diverge(DivergenceKind::kCheckpoint, event, "snapshot: " + wrong);
}

std::string Replayer::keyframe_difference(
    const KeyframeRecord& recorded) const {
  if (recorded.digest != heap_.table_digest()) {
    return "the table's digest differs";
  }
  if (recorded.threshold != heap_.threshold()) return "the threshold differs";
  if (recorded.lock_field != heap_.lock_field()) {
    return both("the lock field", recorded.lock_field, heap_.lock_field());
  }
  if (recorded.auto_collect != heap_.auto_collect()) {
    return "automatic collection differs";
  }
  for (const RecordedTable& table : recorded.tables) {
    const Area* area = heap_.find_area(table.area);
    if (area == nullptr) return "an area the model does not have";
    std::vector<uint8_t> flags;
    area->append_finalisers(flags);
    flags.resize(std::max(flags.size(), table.finalisers.size()), 0);
    std::vector<uint8_t> recorded_flags = table.finalisers;
    recorded_flags.resize(flags.size(), 0);
    if (flags != recorded_flags) return "the finaliser table differs";
  }
  return figures_difference(recorded.last_free_bytes, recorded.last_used_blocks,
                            recorded.amount, recorded.last_free_area);
}

void Replayer::adopt_keyframe(const KeyframeRecord& recorded) {
  for (const RecordedTable& table : recorded.tables) {
    Area* area = heap_.find_area(table.area);
    Bitmap free;
    Bitmap tail;
    if (area == nullptr ||
        !split_table(table.bytes, area->blocks(), free, tail)) {
      continue;  // the digest will tell
    }
    area->adopt(free, tail);
    area->adopt_finalisers(table.finalisers);
    area->adopt_weakrefs(table.weakrefs);
  }
  heap_.abandon_collect();
  heap_.set_threshold(recorded.threshold);
  heap_.set_lock_field(recorded.lock_field);
  heap_.set_auto_collect(recorded.auto_collect);
  believe_figures(recorded.last_free_bytes, recorded.last_used_blocks,
                  recorded.amount, recorded.last_free_area);
}

std::string Replayer::figures_difference(
    std::span<const uint32_t> last_free_bytes,
    std::span<const uint32_t> last_used_blocks, uint64_t amount,
    uint32_t last_free_area) const {
  if (amount != heap_.amount()) {
    return both("the allocation counter", amount, heap_.amount());
  }
  if (last_free_bytes.size() != heap_.areas().size()) {
    return both("number of areas", last_free_bytes.size(),
                heap_.areas().size());
  }
  const bool has_bound = heap_.config().traits.last_used_block;
  if (last_used_blocks.size() != (has_bound ? heap_.areas().size() : 0)) {
    return both("number of last used blocks", last_used_blocks.size(),
                has_bound ? heap_.areas().size() : 0);
  }
  for (size_t i = 0; i < last_free_bytes.size(); ++i) {
    const Area& area = *heap_.areas()[i];
    if (last_free_bytes[i] != area.last_free_byte) {
      return both("the search start", last_free_bytes[i], area.last_free_byte);
    }
    if (has_bound && last_used_blocks[i] != area.last_used_block) {
      return both("the last used block", last_used_blocks[i],
                  area.last_used_block);
    }
  }
  if (last_free_area != heap_.last_free_area()) {
    return both("the area searched first", last_free_area,
                heap_.last_free_area());
  }
  return {};
}

void Replayer::believe_figures(std::span<const uint32_t> last_free_bytes,
                               std::span<const uint32_t> last_used_blocks,
                               uint64_t amount, uint32_t last_free_area) {
  heap_.set_amount(amount);
  heap_.set_last_free_area(last_free_area);
  const size_t areas = heap_.areas().size();
  if (last_free_bytes.size() != areas) return;
  for (size_t i = 0; i < areas; ++i) {
    Area& area = *heap_.areas()[i];
    // Never above a free block: placement does not depend on it, our own
    // invariant does.
    area.last_free_byte =
        std::min(last_free_bytes[i], area.free_map().next_set(0) / 4);
    if (last_used_blocks.size() == areas) {
      area.last_used_block = last_used_blocks[i];
    }
  }
}

}  // namespace libheap
