#include "libheap/analysis/snapshot_marks.h"

#include <utility>

#include "libheap/model/collect_cycles.h"
#include "libheap/replay/snapshot_graph.h"

namespace libheap {
namespace {

constexpr uint32_t kNone = HeapGraph::kNoObject;

ReplayedMark replayed(const HeapGraph& graph, const MarkResult& mark) {
  const MarkCounts& counts = mark.counts;
  ReplayedMark result;
  result.rescan_passes = static_cast<uint32_t>(counts.rescan_passes);
  result.visits = {.objects = static_cast<double>(counts.scanned_objects),
                   .words = static_cast<double>(counts.scanned_words()),
                   .aligned_words = static_cast<double>(counts.scanned_words() -
                                                        counts.words.unaligned),
                   .pointers = static_cast<double>(counts.words.in_pool)};
  result.root_words = static_cast<double>(counts.root_words.total());
  result.root_pointers = static_cast<double>(counts.root_words.in_pool);
  result.cycles = marking_parts(collect_cycles(graph.facts.release), mark);
  return result;
}

}  // namespace

void SnapshotMarks::on_realloc(const Moment& now, const SeenRealloc& seen) {
  if (!from_ || seen.old.is_null()) return;
  if (seen.n_bytes == 0) {
    if (!now.heap->is_head(seen.old)) clear(seen.old);
    return;
  }
  if (seen.at.is_null() || seen.at == seen.old) return;
  uint32_t* const old = object_at(seen.old);
  uint32_t* const at = object_at(seen.at);
  if (old != nullptr && at != nullptr) *at = std::exchange(*old, kNone);
}

void SnapshotMarks::on_sweep(const Moment& now,
                             std::span<const AreaSurvivors> survivors) {
  if (!from_) return;
  for_each_dying_head(*now.heap, survivors,
                      [&](BlockRef block) { clear(block); });
}

void SnapshotMarks::on_other(const Moment& now, const Event& event) {
  if (event.kind == EventKind::kLoss || event.kind == EventKind::kInit) {
    forget();
  } else if (event.kind == EventKind::kAreaAdded && from_) {
    const Area& area = *now.heap->areas().back();
    if (object_at({area.id(), 0}) == nullptr) add_area(area);
  } else if (event.kind == EventKind::kSnapshot &&
             snapshots_.open_graph() != nullptr) {
    begin(*now.heap, *snapshots_.open_graph());
  }
}

void SnapshotMarks::forget() {
  from_.reset();
  object_at_.clear();
  just_taken_ = false;
}

void SnapshotMarks::add_area(const Area& area) {
  object_at_.push_back(
      {area.id(), std::vector<uint32_t>(area.blocks(), kNone)});
}

void SnapshotMarks::begin(const GcHeap& heap, const HeapGraph& graph) {
  from_.emplace();
  from_->graph = graph;
  from_->mark = snapshots_.open_mark();
  object_at_.clear();
  for (const std::unique_ptr<Area>& area : heap.areas()) add_area(*area);
  for (uint32_t i = 0; i < graph.objects.size(); ++i) {
    const HeapObject& object = graph.objects[i];
    const BlockRef head = graph.facts.ref_of(object.head);
    *object_at(head) = i;
    const LiveObject* live = objects_.find(head);
    from_->kinds.push_back(AllocationKind::of(
        live == nullptr ? SiteTable::kUnknown : live->site, object.blocks));
    from_->born_event.push_back(live == nullptr ? 0 : live->born_event);
  }
  from_->habits = ObjectHabits(graph, from_->mark, from_->kinds);
  content_.add(graph, from_->mark);
  number_ = snapshots_.all().back().number;
  scanned_ = 0;
  just_taken_ = true;
}

void SnapshotMarks::on_collect_end(const Moment& now, const SeenCollect& seen) {
  last_.reset();
  if (seen.sweep_all) return forget();
  if (!from_) return;
  forget_areas_but_of(*now.heap);
  if (std::exchange(just_taken_, false)) {
    last_ = replayed(from_->graph, from_->mark);
    last_->snapshot = number_;
  } else {
    last_ = carry(*now.heap, seen.overflowed);
  }
}

// Areas that were given back take what was in them along.
void SnapshotMarks::forget_areas_but_of(const GcHeap& heap) {
  std::erase_if(object_at_, [&](const AreaObjects& objects) {
    return heap.find_area(objects.area) == nullptr;
  });
}

std::vector<CarriedObject> SnapshotMarks::objects_now(
    const GcHeap& heap, const SnapshotFacts& facts) {
  std::vector<CarriedObject> now;
  for (const SnapshotPool& pool : facts.pools) {
    const Area& area = *heap.find_area(pool.area);
    const Bitmap heads = area.heads();
    for (BlockIndex head = heads.next_set(0); head < area.blocks();
         head = heads.next_set(head + 1)) {
      const BlockRef at = {pool.area, head};
      const LiveObject* live = objects_.find(at);
      const uint32_t* before = object_at(at);
      CarriedObject& one = now.emplace_back();
      one.head = pool.first_block + head;
      one.blocks = area.chain_end(head) - head;
      one.before = before == nullptr ? kNone : *before;
      one.born_event = live == nullptr ? 0 : live->born_event;
      one.kind = AllocationKind::of(
          live == nullptr ? SiteTable::kUnknown : live->site, one.blocks);
    }
  }
  return now;
}

std::optional<ReplayedMark> SnapshotMarks::carry(const GcHeap& heap,
                                                 bool overflowed) {
  if (scanned_ > kMostScanned || scanned_in_all_ > kMostScannedInAll) {
    return std::nullopt;
  }
  SnapshotFacts facts = from_->graph.facts;
  take_pools(heap, facts);
  CarriedGraph carried = carry_graph(*from_, objects_now(heap, facts));
  if (carried.changed_share >= 1) return std::nullopt;
  carried.graph.facts = std::move(facts);
  const MarkResult mark = replay_mark(carried.graph);
  scanned_ += mark.counts.scanned_objects;
  scanned_in_all_ += mark.counts.scanned_objects;
  if (overflowed != (mark.counts.rescan_passes != 0)) return std::nullopt;
  ReplayedMark result = replayed(carried.graph, mark);
  result.snapshot = number_;
  result.carried = true;
  result.changed_share = carried.changed_share;
  return result;
}

}  // namespace libheap
