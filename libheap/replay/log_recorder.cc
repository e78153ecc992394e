#include "libheap/replay/log_recorder.h"

#include "libheap/model/layout.h"

namespace libheap {

namespace {

// The figures of all areas; last used blocks only where the release has them.
void take_figures(const GcHeap& heap, std::vector<uint32_t>& last_free_bytes,
                  std::vector<uint32_t>& last_used_blocks) {
  last_free_bytes.clear();
  last_used_blocks.clear();
  for (const std::unique_ptr<Area>& area : heap.areas()) {
    last_free_bytes.push_back(area->last_free_byte);
    if (!heap.config().traits.last_used_block) continue;
    last_used_blocks.push_back(area->last_used_block);
  }
}

}  // namespace

void LogRecorder::on_start(const TraceHeader& header, const Moment&) {
  writer_ = std::make_unique<EventLogWriter>(sink_, header);
}

void LogRecorder::finish() { writer_->finish(); }

void LogRecorder::on_collect_end(const Moment&, const SeenCollect& seen) {
  collect_seen_ = seen;
}

void LogRecorder::on_record(const Moment& now, const Event& event) {
  if (wanted_ && !wanted_(event, now.event)) return;
  Event whole = event;
  const bool collect =
      event.kind == EventKind::kCollect || event.kind == EventKind::kSweepAll;
  if (collect && event.phase == EventPhase::kEnd) {
    fill_collect(*now.heap);
    whole.collect = &collect_;
  } else if (event.kind == EventKind::kCheckpoint) {
    fill_checkpoint(now, event);
    whole.checkpoint = &checkpoint_;
  } else if (event.area != nullptr && !event.area->layout_known) {
    fill_area(*now.heap, event);
    whole.area = &area_;
  }
  writer_->write(whole);
}

void LogRecorder::fill_collect(const GcHeap& heap) {
  take_figures(heap, collect_.last_free_bytes, collect_.last_used_blocks);
  collect_.amount = heap.amount();
  collect_.last_free_area = heap.last_free_area();
  collect_.heads_before = collect_seen_.heads_before;
  collect_.heads_after = collect_seen_.heads_after;
  collect_.used_blocks = heap.used_blocks();
  collect_.tables.resize(heap.areas().size());
  for (size_t i = 0; i < heap.areas().size(); ++i) {
    collect_.tables[i].area = heap.areas()[i]->id();
    collect_.tables[i].bytes.clear();
    heap.areas()[i]->append_table(collect_.tables[i].bytes);
  }
}

void LogRecorder::fill_checkpoint(const Moment& now, const Event& event) {
  const GcHeap& heap = *now.heap;
  checkpoint_ = *event.checkpoint;
  if (!checkpoint_.has_events) checkpoint_.events = now.event;
  if (checkpoint_.has_census) return;
  const Census census = heap.census();
  const uint64_t block_bytes = heap.config().block_bytes;
  if (heap.config().weakref) checkpoint_.weakref_crc = heap.digest().weakrefs;
  checkpoint_.total_bytes = census.total_blocks * block_bytes;
  checkpoint_.used_bytes = census.used_blocks * block_bytes;
  checkpoint_.free_bytes = census.free_blocks * block_bytes;
  checkpoint_.one_block_objects = census.one_block_objects;
  checkpoint_.two_block_objects = census.two_block_objects;
  checkpoint_.max_block = census.max_block;
  checkpoint_.max_free = census.max_free;
}

void LogRecorder::fill_area(const GcHeap& heap, const Event& event) {
  area_ = *event.area;
  const Area* area = heap.find_area(area_.id);
  if (area == nullptr) return;
  const AreaLayout& layout = area->layout();
  area_.table = layout.table;
  area_.table_bytes = layout.table_bytes;
  area_.finaliser_table = layout.finaliser_table;
  area_.finaliser_table_bytes = layout.finaliser_table_bytes;
  area_.weakref_table = layout.weakref_table;
  area_.weakref_table_bytes = layout.weakref_table_bytes;
  area_.pool = layout.pool;
  area_.pool_end = layout.pool_end;
  area_.layout_known = true;
}

}  // namespace libheap
