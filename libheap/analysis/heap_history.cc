#include "libheap/analysis/heap_history.h"

#include <algorithm>
#include <tuple>

#include "libheap/analysis/table_changes.h"

namespace libheap {

namespace {

bool by_place(const HistoryStay& a, const HistoryStay& b) {
  return std::tie(a.from, a.area, a.block) < std::tie(b.from, b.area, b.block);
}

}  // namespace

std::string_view name_of(HistoryPicture::What what) {
  switch (what) {
    case HistoryPicture::What::kStart:
      return "start";
    case HistoryPicture::What::kBeforeCollect:
      return "before collect";
    case HistoryPicture::What::kAfterCollect:
      return "after collect";
    case HistoryPicture::What::kFailure:
      return "failure";
    case HistoryPicture::What::kEnd:
      return "end";
    case HistoryPicture::What::kSteady:
      break;
  }
  return "steady";
}

// --- What is told -----------------------------------------------------------

void HeapHistory::on_start(const TraceHeader&, const Moment& now) {
  take(now, What::kStart, true);
}

void HeapHistory::on_alloc(const Moment& now, const SeenAlloc& seen) {
  if (seen.out_of_memory) {
    return take(now, What::kFailure, failures_++ < kPinnedFailures);
  }
  if (!seen.at.is_null()) touch(now, seen.at);
  at_stride(now);
}

void HeapHistory::on_realloc(const Moment& now, const SeenRealloc& seen) {
  if (seen.out_of_memory) {
    return take(now, What::kFailure, failures_++ < kPinnedFailures);
  }
  if (!seen.at.is_null() && seen.at != seen.old) touch(now, seen.at);
  at_stride(now);
}

void HeapHistory::on_free(const Moment& now, BlockRef, uint32_t) {
  at_stride(now);
}

void HeapHistory::on_collect_begin(const Moment& now, const SeenCollect&) {
  const bool fullest = now.heap->used_blocks() > fullest_blocks_;
  in_collect_ = fullest || now.event >= next_collect_;
  if (!in_collect_) return;
  next_collect_ = now.event + history_.stride;
  if (fullest) {
    fullest_blocks_ = now.heap->used_blocks();
    for (Taken& taken : taken_) {
      if (taken.picture.what == What::kBeforeCollect) taken.pinned = false;
    }
  }
  take(now, What::kBeforeCollect, fullest);
}

void HeapHistory::on_collect_end(const Moment& now, const SeenCollect&) {
  if (in_collect_) take(now, What::kAfterCollect, false);
  in_collect_ = false;
}

HeapHistory::Seen* HeapHistory::find(uint32_t area) {
  for (Seen& seen : seen_) {
    if (seen.area == area) return &seen;
  }
  return nullptr;
}

void HeapHistory::touch(const Moment& now, BlockRef at) {
  Seen* seen = find(at.area);
  if (seen == nullptr) {
    // An area that was added since: it is seen empty first.
    seen = &add_area(*now.heap->find_area(at.area));
  }
  seen->touched.set(at.block);
}

// --- Taking pictures --------------------------------------------------------

void HeapHistory::take(const Moment& now, What what, bool pinned) {
  match_areas(*now.heap);
  for (const std::unique_ptr<Area>& area : now.heap->areas()) {
    look_at(*area, *find(area->id()));
  }
  HistoryPicture picture;
  picture.event = now.event;
  picture.time_us = now.time_us;
  picture.what = what;
  picture.used_blocks = now.heap->used_blocks();
  picture.largest_free_run = now.heap->largest_free_run();
  picture.objects = picture.used_blocks;
  for (const Seen& seen : seen_) picture.objects -= seen.tail.count();
  taken_.push_back({picture, pinned});
  next_steady_ = now.event + history_.stride;
  if (taken_.size() > kPictures) thin_out();
  while (history_.stays.size() > kStays &&
         taken_.size() >= 2 * kFewestPictures) {
    thin_out();
  }
}

// Areas that went away, or gave way to others in a soft reset, end here; new
// ones are seen empty, so that all that is in them is new.
void HeapHistory::match_areas(const GcHeap& heap) {
  std::erase_if(seen_, [&](const Seen& seen) {
    const Area* area = heap.find_area(seen.area);
    if (area != nullptr && area->blocks() == seen.free.size()) return false;
    end_area(seen);
    return true;
  });
  for (const std::unique_ptr<Area>& area : heap.areas()) {
    if (find(area->id()) == nullptr) add_area(*area);
  }
}

HeapHistory::Seen& HeapHistory::add_area(const Area& area) {
  Seen seen;
  seen.area = area.id();
  seen.from = next_picture();
  seen.free = Bitmap(area.blocks());
  seen.free.set_all();
  seen.tail = Bitmap(area.blocks());
  seen.touched = Bitmap(area.blocks());
  seen.known.resize(area.blocks());
  return seen_.emplace_back(std::move(seen));
}

void HeapHistory::end_area(const Seen& seen) {
  const TableMaps table{seen.free, seen.tail};
  for (uint32_t block = 0; block < seen.free.size(); ++block) {
    if (table.is_head(block)) end_stay(seen, block);
  }
  if (seen.from < next_picture()) {
    history_.areas.push_back(
        {seen.area, seen.free.size(), seen.from, next_picture()});
  }
}

void HeapHistory::look_at(const Area& area, Seen& seen) {
  const TableMaps before{seen.free, seen.tail};
  const TableMaps after{area.free_map(), area.tail_map()};
  const Bitmap changed = changed_heads(before, after, seen.touched);
  for (uint32_t head = changed.next_set(0); head < changed.size();
       head = changed.next_set(head + 1)) {
    const bool was = before.is_head(head);
    const bool is = after.is_head(head);
    if (was && is && !seen.touched.test(head) &&
        before.chain_end(head) == after.chain_end(head)) {
      continue;
    }
    if (was) end_stay(seen, head);
    if (is) seen.known[head] = known_now({area.id(), head});
  }
  seen.free = area.free_map();
  seen.tail = area.tail_map();
  seen.touched.clear_all();
}

HeapHistory::Known HeapHistory::known_now(BlockRef head) const {
  Known known;
  known.since = next_picture();
  if (const LiveObject* object = objects_.find(head)) {
    known.birth = object->born_event;
    known.n_bytes = object->n_bytes;
    known.site = objects_.sites().without_callers(object->site);
  }
  return known;
}

void HeapHistory::end_stay(const Seen& seen, BlockIndex head) {
  const Known& object = seen.known[head];
  if (object.since == next_picture()) return;  // those it was on are gone
  const TableMaps table{seen.free, seen.tail};
  history_.stays.push_back({seen.area, head, table.chain_end(head) - head,
                            object.since, next_picture(), object.n_bytes,
                            object.site, object.birth});
}

// --- Thinning ---------------------------------------------------------------

void HeapHistory::thin_out() {
  // numbers[p]: the pictures kept among the first p.
  std::vector<uint32_t> numbers{0};
  bool keep = false;
  std::vector<Taken> kept;
  for (const Taken& taken : taken_) {
    // What a collect left stays with what it found.
    if (taken.picture.what != What::kAfterCollect) keep = !keep;
    if (keep || taken.pinned) kept.push_back(taken);
    numbers.push_back(static_cast<uint32_t>(kept.size()));
  }
  taken_ = std::move(kept);
  history_.stride *= 2;
  const auto renumber = [&](auto& span) {
    span.from = numbers[span.from];
    span.to = numbers[span.to];
    return span.from == span.to;
  };
  std::erase_if(history_.stays, renumber);
  std::erase_if(history_.areas, renumber);
  for (Seen& seen : seen_) {
    seen.from = numbers[seen.from];
    for (Known& object : seen.known) object.since = numbers[object.since];
  }
}

// --- The end ----------------------------------------------------------------

void HeapHistory::on_finish(const Moment& now) {
  take(now, What::kEnd, true);
  for (const Seen& seen : seen_) end_area(seen);
  seen_.clear();
  for (const Taken& taken : taken_) history_.pictures.push_back(taken.picture);
  for (size_t i = 0; i < objects_.sites().size(); ++i) {
    history_.sites.push_back(objects_.sites()[static_cast<SiteIndex>(i)]);
  }
  std::sort(history_.stays.begin(), history_.stays.end(), by_place);
  std::stable_sort(history_.areas.begin(), history_.areas.end(),
                   [](const HistoryArea& a, const HistoryArea& b) {
                     return a.from < b.from;
                   });
}

}  // namespace libheap
