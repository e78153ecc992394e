#include "libheap/replay/bookmark.h"

#include "libheap/model/heap_limits.h"
#include "libheap/replay/number_bytes.h"

namespace libheap {

namespace {

// One description of what is in a bookmark, and in which order, for both ways:
// `pass` is a NumberWriter or a NumberReader.
template <typename Pass>
void pass_position(Pass& pass, TracePosition& at) {
  pass(at.offset);
  pass(at.sequence.began);
  pass(at.sequence.expected_sequence);
  pass(at.sequence.events);
  pass(at.sequence.expected_events);
  pass(at.sequence.time_us);
  pass(at.record_number);
  pass(at.events);
  pass(at.start_us);
  pass(at.stalled_us);
  pass(at.core);
  pass(at.site);
}

template <typename Pass>
void pass_counted(Pass& pass, ReplayResult& counted) {
  pass(counted.events);
  pass(counted.collects);
  for (uint64_t& kind : counted.by_kind) pass(kind);
  pass(counted.results_checked);
  pass(counted.tables_checked);
  pass(counted.checkpoints_checked);
  pass(counted.first_us);
  pass(counted.last_us);
}

template <typename Pass>
void pass_bitmap(Pass& pass, Bitmap& map) {
  uint32_t size = map.size();
  pass(size);
  if (size > kMostHeapBlocks) return pass.fail();
  if (map.size() != size) map = Bitmap(size);
  for (uint64_t& word : map.words()) pass(word);
}

template <typename Pass>
void pass_flags(Pass& pass, std::vector<uint8_t>& flags) {
  uint64_t size = flags.size();
  pass(size);
  if (size > kMostHeapBlocks) return pass.fail();
  flags.resize(size);
  for (uint8_t& byte : flags) pass.byte(byte);
}

template <typename Pass>
void pass_heap(Pass& pass, HeapState& heap) {
  pass(heap.start);
  pass(heap.end);
  pass(heap.amount);
  bool has_threshold = heap.threshold.has_value();
  uint64_t threshold = heap.threshold.value_or(0);
  pass(has_threshold);
  pass(threshold);
  if (has_threshold) heap.threshold = threshold;
  pass(heap.lock_field);
  pass(heap.auto_collect);
  pass(heap.last_free_byte);
  pass(heap.last_used_block);
  pass_bitmap(pass, heap.free);
  pass_bitmap(pass, heap.tail);
  pass_flags(pass, heap.finalisers);
  pass_flags(pass, heap.weakrefs);
}

template <typename Pass>
void pass_bookmark(Pass& pass, Bookmark& bookmark) {
  pass_position(pass, bookmark.position);
  pass(bookmark.latest_us);
  pass_counted(pass, bookmark.replay.counted);
  for (BlockRef& result : bookmark.replay.results) {
    pass(result.area);
    pass(result.block);
  }
  pass(bookmark.replay.answer.area);
  pass(bookmark.replay.answer.block);
  pass_heap(pass, bookmark.replay.heap);
}

bool is_table(const HeapState& heap) {
  if (heap.free.size() != heap.tail.size()) return false;
  for (size_t w = 0; w < heap.free.words().size(); ++w) {
    if ((heap.free.words()[w] & heap.tail.words()[w]) != 0) return false;
  }
  return true;
}

}  // namespace

std::string bytes_of(const Bookmark& bookmark) {
  NumberWriter writer;
  Bookmark copy = bookmark;
  pass_bookmark(writer, copy);
  return writer.bytes();
}

std::optional<Bookmark> bookmark_from(std::string_view bytes) {
  NumberReader reader(bytes);
  Bookmark bookmark;
  pass_bookmark(reader, bookmark);
  if (!reader.is_whole() || !is_table(bookmark.replay.heap)) {
    return std::nullopt;
  }
  return bookmark;
}

}  // namespace libheap
