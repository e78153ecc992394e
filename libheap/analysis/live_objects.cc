#include "libheap/analysis/live_objects.h"

#include <limits>
#include <utility>

namespace libheap {

namespace {

// Of a heap's areas in one collect; more are not ours to remember.
constexpr size_t kMostDropped = 4096;

}  // namespace

void LiveObjects::on_start(const TraceHeader&, const Moment& now) {
  areas_.resize(1);
  areas_[0].resize(now.heap->areas().front()->blocks());
}

// Areas come and go; a slot is there once it is needed.
LiveObject& LiveObjects::new_slot(const Moment& now, BlockRef at) {
  if (at.area >= areas_.size()) areas_.resize(at.area + 1);
  std::vector<LiveObject>& area = areas_[at.area];
  if (at.block >= area.size()) {
    const Area* known = now.heap->find_area(at.area);
    area.resize(std::max(known == nullptr ? 0 : known->blocks(), at.block + 1));
  }
  return area[at.block];
}

void LiveObjects::on_realloc(const Moment& now, const SeenRealloc& seen) {
  if (seen.old.is_null()) {
    if (!seen.at.is_null()) be_born(now, seen.at, seen.n_bytes, seen.blocks);
    return;
  }
  LiveObject& old = slot(now, seen.old);
  if (seen.n_bytes == 0) {
    if (!now.heap->is_head(seen.old)) old.born_event = 0;
    return;
  }
  if (seen.at.is_null()) return;
  old.n_bytes = at_most<uint32_t>(seen.n_bytes);
  if (seen.at == seen.old) return;
  const LiveObject moved = std::exchange(old, {});
  slot(now, seen.at) = moved;
  clock_ += seen.blocks;
}

void LiveObjects::on_sweep(const Moment& now,
                           std::span<const AreaSurvivors> survivors) {
  for_each_dying_head(*now.heap, survivors, [&](BlockRef block) {
    if (find(block) != nullptr) slot(now, block).born_event = 0;
  });
}

void LiveObjects::on_other(const Moment& now, const Event& event) {
  if (event.kind == EventKind::kSite && event.site_record != nullptr) {
    sites_.describe(*event.site_record);
  } else if (event.kind == EventKind::kLoss || event.kind == EventKind::kInit) {
    forgotten_ = now.event;
    any_ = false;
  } else if (event.kind == EventKind::kAreaDropped) {
    if (dropped_areas_.size() < kMostDropped) {
      dropped_areas_.push_back(event.number);
    }
  }
}

// An area is said to be dropped before the sweep of what is in it is told.
void LiveObjects::on_collect_end(const Moment&, const SeenCollect&) {
  for (const uint64_t area : dropped_areas_) {
    if (area < areas_.size()) areas_[area] = {};
  }
  dropped_areas_.clear();
}

}  // namespace libheap
