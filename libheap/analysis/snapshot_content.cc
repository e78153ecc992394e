#include "libheap/analysis/snapshot_content.h"

#include <algorithm>

namespace libheap {

void SnapshotContent::add(const HeapGraph& graph, const MarkResult& mark) {
  WordCounts live_words;
  uint64_t live_objects = 0;
  for (uint32_t i = 0; i < graph.objects.size(); ++i) {
    if (!mark.marked[i]) continue;
    ++live_objects;
    live_words += graph.objects[i].words;
  }
  ++snapshots_;
  root_words_ += static_cast<double>(graph.root_words.total());
  root_pointers_ += static_cast<double>(graph.root_words.in_pool);
  objects_ += static_cast<double>(live_objects);
  const auto words = static_cast<double>(live_words.total());
  words_ += words;
  aligned_words_ += words - static_cast<double>(live_words.unaligned);
  pointers_ += static_cast<double>(live_words.in_pool);
  const auto live = static_cast<double>(live_objects);
  if (mark.counts.rescan_passes == 0) {
    fitted_ = std::max(fitted_, live);
    return;
  }
  ++overflowed_;
  overflowed_from_ = std::min(overflowed_from_, live);
  const double stack = graph.facts.mark_stack_entries;
  const auto first = static_cast<double>(mark.before_rescans.scanned_objects);
  objects_beyond_ += std::max(0.0, live - stack);
  first_objects_beyond_ += std::max(0.0, first - stack);
  overflowed_words_ += words;
  first_words_ += static_cast<double>(mark.before_rescans.scanned_words());
}

HeapContent SnapshotContent::content(const HeapContent& start) const {
  if (snapshots_ == 0 || words_ == 0) return start;
  const auto count = static_cast<double>(snapshots_);
  HeapContent content = start;
  content.booted = {};  // the averages are of all there is
  content.root_words = root_words_ / count;
  content.root_pointers = root_pointers_ / count;
  content.aligned_share = aligned_words_ / words_;
  content.pointers_per_object = pointers_ / objects_;
  content.overflow_chance =
      (static_cast<double>(overflowed_) + 0.5) / (count + 1);
  if (snapshots_ >= kToTellOverflow && overflowed_ != 0 &&
      fitted_ < overflowed_from_) {
    content.overflows_from = overflowed_from_;
    content.fits_up_to = fitted_;
  }
  if (overflowed_ == 0 || objects_beyond_ == 0) return content;
  content.first_round_objects = first_objects_beyond_ / objects_beyond_;
  content.first_round_words = first_words_ / overflowed_words_;
  return content;
}

}  // namespace libheap
