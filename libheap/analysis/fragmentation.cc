#include "libheap/analysis/fragmentation.h"

#include <algorithm>
#include <map>
#include <utility>

#include "libheap/analysis/heap_table.h"

namespace libheap {

namespace {

void add_origins(const SplitHeap& heap,
                 std::map<Origin, SplittingOrigin>& origins) {
  for (const KnownSplitter& one : heap.splitters) {
    if (!one.born) continue;
    const Origin origin = origin_of(*one.born);
    SplittingOrigin& sum = origins[origin];
    sum.origin = origin;
    ++sum.times;
    if (&one == heap.splitters.data()) ++sum.first_times;
    sum.joined_blocks += one.splitter.joined();
  }
}

std::vector<SplittingOrigin> ranked(
    const std::map<Origin, SplittingOrigin>& origins, const SiteTable& sites) {
  const std::vector<SiteIndex> lines = sites.lines();
  std::map<Origin, SplittingOrigin> by_line;
  for (const auto& [origin, sum] : origins) {
    SplittingOrigin& line = by_line[line_of(origin, lines)];
    line.origin = line_of(origin, lines);
    line.times += sum.times;
    line.first_times += sum.first_times;
    line.joined_blocks += sum.joined_blocks;
  }
  std::vector<SplittingOrigin> list;
  for (const auto& [line, sum] : by_line) list.push_back(sum);
  std::stable_sort(
      list.begin(), list.end(),
      [](const SplittingOrigin& one, const SplittingOrigin& other) {
        return one.joined_blocks > other.joined_blocks;
      });
  constexpr size_t kKept = 16;
  list.resize(std::min(list.size(), kKept));
  return list;
}

FragmentationVerdict verdict_of(const FragmentationFindings& found) {
  if (found.failures.fragmented != 0) return FragmentationVerdict::kFragmented;
  if (found.failures.exhausted != 0) return FragmentationVerdict::kExhausted;
  const bool room =
      found.last_room && found.last_room->collect == found.collects;
  return found.collects != 0 && !room ? FragmentationVerdict::kNoRoom
                                      : FragmentationVerdict::kSound;
}

}  // namespace

std::string_view name_of(FragmentationVerdict verdict) {
  switch (verdict) {
    case FragmentationVerdict::kFragmented:
      return "fragmented";
    case FragmentationVerdict::kExhausted:
      return "exhausted";
    case FragmentationVerdict::kNoRoom:
      return "no_room";
    case FragmentationVerdict::kSound:
      break;
  }
  return "sound";
}

void FragmentationAnalysis::on_collect_end(const Moment& now,
                                           const SeenCollect& seen) {
  trends_.on_collect_end(now, seen);
  if (seen.sweep_all) return;
  peaks_.add(now.event, *now.heap, seen.amount);
  long_runs_.add(now.event, now.time_us, now.heap->largest_free_run());
  if (looks_.wants_next()) {
    look(now);
  } else {
    looks_.skip();
  }
}

void FragmentationAnalysis::look(const Moment& now) {
  const HeapTable table = table_of(*now.heap);
  SplitHeap heap = split_heap(now, splitters_of(table, 0, kSplitters));
  const FreeRuns& runs = heap.moment.runs;
  const bool counts = static_cast<double>(runs.free_blocks) >=
                      kFreeShare * static_cast<double>(runs.total_blocks);
  if (counts &&
      (!worst_ || runs.fragmentation() > worst_->moment.runs.fragmentation())) {
    worst_ = heap;
  }
  looks_.offer(std::move(heap));
}

SplitHeap FragmentationAnalysis::split_heap(
    const Moment& now, const SplitterFindings& found) const {
  SplitHeap heap;
  heap.moment = {now.event, now.time_us, free_runs_of(*now.heap)};
  heap.splitter_count = found.count;
  for (const Splitter& splitter : found.ranked) {
    heap.splitters.push_back({splitter, born(splitter.object.head)});
  }
  return heap;
}

std::optional<LiveObject> FragmentationAnalysis::born(BlockRef head) const {
  const LiveObject* object = objects_.find(head);
  if (object == nullptr) return std::nullopt;
  return *object;
}

KnownGroup FragmentationAnalysis::known(const ObjectsInTheWay& group) const {
  KnownGroup known;
  known.joined = group.joined;
  for (const PlacedObject& object : group.objects) {
    known.objects.push_back({object, born(object.head)});
  }
  return known;
}

void FragmentationAnalysis::failed(const Moment& now,
                                   const FailedAllocation& failure) {
  if (cards_of_[static_cast<size_t>(failure.verdict)]++ >= kCards) return;
  FailureCard card;
  card.failed = failure;
  card.site = objects_.site_of(now);
  const HeapTable table = table_of(*now.heap);
  const SplitterFindings found =
      splitters_of(table, failure.blocks, kSplitters);
  card.heap = split_heap(now, found);
  if (failure.verdict == FailureVerdict::kFragmented) {
    for (const ObjectsInTheWay& pair : found.pairs) {
      if (card.pairs.size() < kPairs) card.pairs.push_back(known(pair));
    }
    if (const auto fewest = fewest_in_the_way(table, failure.blocks)) {
      card.in_the_way = known(*fewest);
    }
    card.last_room = long_runs_.find(failure.blocks);
    card.collects_since =
        long_runs_.collects() - (card.last_room ? card.last_room->collect : 0);
  }
  cards_.push_back(std::move(card));
}

FragmentationFindings FragmentationAnalysis::findings() const {
  FragmentationFindings findings;
  findings.failures = failures_.findings();
  findings.cards = cards_;
  findings.moment_stride = looks_.stride();
  std::map<Origin, SplittingOrigin> origins;
  for (const SplitHeap& heap : looks_.items()) {
    findings.moments.push_back(heap.moment);
    add_origins(heap, origins);
  }
  for (const FailureCard& card : cards_) {
    if (card.failed.verdict == FailureVerdict::kFragmented) {
      add_origins(card.heap, origins);
    }
  }
  findings.worst = worst_;
  findings.origins = ranked(origins, objects_.sites());
  findings.largest_request_blocks = largest_request_;
  findings.last_room = long_runs_.find(largest_request_);
  findings.collects = long_runs_.collects();
  findings.verdict = verdict_of(findings);
  findings.peaks = peaks_.measures();
  findings.trends = trends_.findings();
  findings.sites = objects_.sites();
  return findings;
}

}  // namespace libheap
