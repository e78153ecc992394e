#include "libheap/analysis/trace_snapshots.h"

#include <map>
#include <string>
#include <tuple>

#include "libheap/model/collect_cycles.h"
#include "libheap/replay/snapshot_graph.h"

namespace libheap {

namespace {

double collect_cycles_of(const HeapGraph& graph, const MarkResult& mark) {
  const CollectCycles& price = collect_cycles(graph.facts.release);
  return marking_cycles(price, mark.counts) +
         sweep_cycles(price, count_sweep(graph, mark.marked));
}

std::optional<double> passed(uint64_t from_us, uint64_t to_us) {
  if (from_us == Event::kNoTime || to_us == Event::kNoTime || to_us < from_us) {
    return std::nullopt;
  }
  return static_cast<double>(to_us - from_us);
}

// Appends an area's table as it is now; one that was given back is free.
void add_table(const SnapshotPool& pool, const Area* area, ChipCollect& chip) {
  if (area == nullptr) {
    chip.free.set_range(pool.first_block, pool.end_block());
    return;
  }
  const auto copy = [&](const Bitmap& from, Bitmap& to) {
    for (BlockIndex begin = from.next_set(0); begin < pool.blocks;) {
      const BlockIndex end = from.next_clear(begin);
      to.set_range(pool.first_block + begin, pool.first_block + end);
      begin = from.next_set(end);
    }
  };
  copy(area->free_map(), chip.free);
  copy(area->tail_map(), chip.tail);
}

}  // namespace

TraceSnapshots::TraceSnapshots(const LiveObjects& objects,
                               std::vector<SnapshotChoice> choices)
    : objects_(objects), choices_(std::move(choices)), kept_(choices_.size()) {}

void TraceSnapshots::on_start(const TraceHeader& header, const Moment&) {
  header_ = header;
}

void TraceSnapshots::on_other(const Moment& now, const Event& event) {
  if (event.kind != EventKind::kSnapshot || event.snapshot == nullptr) return;
  mark_.reset();
  const std::string wrong =
      read_snapshot_graph(*event.snapshot, header_, *now.heap, graph_);
  graph_is_open_ = wrong.empty();
  if (!graph_is_open_) return;
  all_.push_back(
      {.number = all_.size() + 1, .event = now.event, .time_us = now.time_us});
  open_.clear();
  for (size_t i = 0; i < choices_.size(); ++i) {
    if (is_chosen(choices_[i], all_.back())) keep(i, all_.back());
  }
}

bool TraceSnapshots::is_chosen(const SnapshotChoice& choice,
                               const SnapshotPlace& place) {
  if (choice.number != 0) return choice.number == place.number;
  if (choice.longest) {
    const double cycles = collect_cycles_of(graph_, open_mark());
    if (cycles <= longest_cycles_) return false;
    longest_cycles_ = cycles;
    return true;
  }
  const bool in_time =
      place.time_us == Event::kNoTime || place.time_us <= choice.last_us;
  return in_time && place.event <= choice.last_event;
}

void TraceSnapshots::keep(size_t choice, const SnapshotPlace& place) {
  GraphRecording& recorded = kept_[choice].emplace();
  recorded.program = header_.workload;
  recorded.graph = graph_;
  recorded.place = place;
  add_births(recorded);
  open_.push_back(choice);
}

// Which site an index means may be told later, so sites are taken at the end.
void TraceSnapshots::add_births(GraphRecording& recorded) const {
  for (const HeapObject& object : recorded.graph.objects) {
    const LiveObject* live =
        objects_.find(recorded.graph.facts.ref_of(object.head));
    recorded.site_of.push_back(live == nullptr ? SiteTable::kUnknown
                                               : live->site);
    recorded.born_event.push_back(live == nullptr ? 0 : live->born_event);
  }
}

void TraceSnapshots::on_collect_end(const Moment& now,
                                    const SeenCollect& seen) {
  graph_is_open_ = false;
  if (open_.empty()) return;
  ChipCollect chip = {.overflowed = seen.overflowed,
                      .rescan_passes = std::nullopt,
                      .live_objects = seen.heads_after,
                      .mark_us = passed(seen.begin_us, seen.mark_end_us),
                      .sweep_us = passed(seen.mark_end_us, now.time_us),
                      .total_us = passed(seen.begin_us, now.time_us),
                      .free = Bitmap(graph_.facts.blocks()),
                      .tail = Bitmap(graph_.facts.blocks())};
  for (const SnapshotPool& pool : graph_.facts.pools) {
    add_table(pool, now.heap->find_area(pool.area), chip);
  }
  for (const size_t choice : open_) kept_[choice]->seen = chip;
  open_.clear();
}

// Lines of the program: functions of the runtime are not told apart.
void TraceSnapshots::on_finish(const Moment&) {
  std::map<std::tuple<std::string, uint32_t, std::string>, uint32_t> numbers;
  std::vector<SiteRecord> lines;
  std::vector<uint32_t> line_of;  // per site index
  for (size_t i = 0; i < objects_.sites().size(); ++i) {
    const SiteRecord& site = objects_.sites()[static_cast<SiteIndex>(i)];
    // A site without a line is known by its number, or by the runtime's name.
    const std::string within =
        site.file.empty() ? std::to_string(i) : site.function;
    const auto [at, is_new] =
        numbers.try_emplace({site.file, site.line, within}, lines.size());
    if (is_new) lines.push_back(site);
    line_of.push_back(at->second);
  }
  for (std::optional<GraphRecording>& recorded : kept_) {
    if (!recorded) continue;
    recorded->place->of = all_.size();
    recorded->sites = lines;
    for (uint32_t& site : recorded->site_of) site = line_of[site];
  }
}

}  // namespace libheap
