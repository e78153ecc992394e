#include "libheap/analysis/live_map.h"

#include <algorithm>
#include <utility>

#include "libheap/analysis/table_changes.h"

namespace libheap {

bool LiveMapPart::empty() const {
  return std::all_of(areas.begin(), areas.end(), [](const LiveMapArea& area) {
    return !area.anew && area.gone.empty() && area.came.empty();
  });
}

void LiveMap::on_alloc(const Moment&, const SeenAlloc& seen) {
  if (!seen.at.is_null()) touch(seen.at);
}

void LiveMap::on_realloc(const Moment&, const SeenRealloc& seen) {
  if (!seen.at.is_null()) touch(seen.at);
}

LiveMap::Told* LiveMap::find(uint32_t area) {
  for (Told& told : told_) {
    if (told.area == area) return &told;
  }
  return nullptr;
}

// Of an area that was not told yet, all is new anyway.
void LiveMap::touch(BlockRef at) {
  Told* told = find(at.area);
  if (told != nullptr && at.block < told->touched.size()) {
    told->touched.set(at.block);
  }
}

LiveMapPart LiveMap::changes(const GcHeap& heap) {
  std::vector<Told> told;
  LiveMapPart part;
  for (const std::unique_ptr<Area>& area : heap.areas()) {
    Told* before = find(area->id());
    if (before != nullptr && before->free.size() == area->blocks()) {
      told.push_back(std::move(*before));
    } else {
      Told& fresh = told.emplace_back();
      fresh.area = area->id();
      fresh.free = Bitmap(area->blocks());
      fresh.free.set_all();
      fresh.tail = Bitmap(area->blocks());
      fresh.touched = Bitmap(area->blocks());
    }
    part.areas.push_back(look_at(*area, told.back()));
  }
  told_ = std::move(told);
  return part;
}

LiveMapArea LiveMap::look_at(const Area& area, Told& told) const {
  LiveMapArea part;
  part.area = area.id();
  part.blocks = area.blocks();
  part.anew = std::exchange(told.anew, false);
  const TableMaps before{told.free, told.tail};
  const TableMaps after{area.free_map(), area.tail_map()};
  const Bitmap changed = changed_heads(before, after, told.touched);
  for (uint32_t head = changed.next_set(0); head < changed.size();
       head = changed.next_set(head + 1)) {
    const bool was = before.is_head(head);
    const bool is = after.is_head(head);
    if (was && is && !told.touched.test(head) &&
        before.chain_end(head) == after.chain_end(head)) {
      continue;
    }
    if (was) part.gone.push_back(head);
    if (is) {
      part.came.push_back(object_at({area.id(), head}, after.chain_end(head)));
    }
  }
  told.free = area.free_map();
  told.tail = area.tail_map();
  told.touched.clear_all();
  return part;
}

LiveMapPart LiveMap::whole() const {
  LiveMapPart part;
  for (const Told& told : told_) {
    LiveMapArea& area = part.areas.emplace_back();
    area.area = told.area;
    area.blocks = told.free.size();
    area.anew = true;
    const TableMaps table{told.free, told.tail};
    for (uint32_t head = told.free.next_clear(0); head < told.free.size();) {
      const uint32_t end = table.chain_end(head);
      area.came.push_back(object_at({told.area, head}, end));
      head = told.free.next_clear(end);
    }
  }
  return part;
}

LiveMapObject LiveMap::object_at(BlockRef head, uint32_t end) const {
  LiveMapObject object;
  object.block = head.block;
  object.blocks = end - head.block;
  if (const LiveObject* known = objects_.find(head)) {
    object.n_bytes = known->n_bytes;
    object.site = objects_.sites().without_callers(known->site);
    object.birth = known->born_event;
  }
  return object;
}

}  // namespace libheap
