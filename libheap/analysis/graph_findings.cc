#include "libheap/analysis/graph_findings.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "libheap/analysis/object_types.h"
#include "libheap/analysis/retained.h"
#include "libheap/base/error.h"
#include "libheap/model/collect_cycles.h"

namespace libheap {
namespace {

constexpr size_t kOverflowingShown = 5;
constexpr double kLinkShare = 0.9;  // of what the dominator retains
constexpr size_t kWayEndKept = 6;   // steps kept at each end of a long way

// Everything found out about the graph, and how its objects are told.
struct Analysed {
  const GraphRecording& recorded;
  const HeapGraph& graph;
  const ObjectTypes& types;
  const std::vector<Hold>& holds;
  const RetainedSizes& sizes;

  [[nodiscard]] BlockRef block_of(uint32_t object) const {
    return graph.facts.ref_of(graph.objects[object].head);
  }
};

PredictedPause predict(const HeapGraph& graph, const MarkResult& mark,
                       const SweepCounts& sweep) {
  if (graph.facts.clock_hz == 0) return {};
  const CollectCycles& price = collect_cycles(graph.facts.release);
  const double us = 1e6 / static_cast<double>(graph.facts.clock_hz);
  const double marking = marking_cycles(price, mark.counts);
  return {
      .mark_us = us * marking,
      .rescan_us = us * (marking - marking_cycles(price, mark.before_rescans)),
      .sweep_us = us * sweep_cycles(price, sweep)};
}

// The table a collect leaves, compared with the one the chip left.
bool leaves_table(const HeapGraph& graph, const std::vector<bool>& marked,
                  const ChipCollect& seen) {
  Bitmap free(graph.facts.blocks());
  Bitmap tail(graph.facts.blocks());
  free.set_all();
  for (uint32_t i = 0; i < graph.objects.size(); ++i) {
    if (!marked[i]) continue;
    const HeapObject& object = graph.objects[i];
    free.clear_range(object.head, object.head + object.blocks);
    tail.set_range(object.head + 1, object.head + object.blocks);
  }
  return std::ranges::equal(free.words(), seen.free.words()) &&
         std::ranges::equal(tail.words(), seen.tail.words());
}

void compare(const HeapGraph& graph, const MarkResult& mark,
             const ChipCollect& seen, GraphFindings& findings) {
  const uint64_t passes = mark.counts.rescan_passes;
  GraphFindings::Seen compared;
  compared.survivors_equal = leaves_table(graph, mark.marked, seen);
  compared.passes_equal = seen.rescan_passes ? *seen.rescan_passes == passes
                                             : seen.overflowed == (passes != 0);
  compared.collect = seen;
  if (findings.priced && seen.total_us) {
    compared.error_share = findings.pause.total_us() / *seen.total_us - 1;
  }
  findings.seen = std::move(compared);
}

// Entries are block numbers: two bytes where they fit, as the rp2 port has it.
// Builds for several areas keep each entry's area too, and block numbers whole.
uint32_t entry_bytes(const SnapshotFacts& facts) {
  if (facts.split) return 2 * facts.word_bytes;
  return facts.blocks() <= 0x10000 && facts.word_bytes == 4 ? 2
                                                            : facts.word_bytes;
}

// The stack as it is, doubled until nothing overflows, the smallest with
// which nothing does, and what was asked for.
std::set<uint32_t> stacks_to_try(const GraphFindings& findings,
                                 const GraphOptions& options) {
  std::set<uint32_t> entries(options.mark_stacks.begin(),
                             options.mark_stacks.end());
  uint64_t size = findings.facts.mark_stack_entries;
  for (; size < findings.smallest_mark_stack; size *= 2) {
    entries.insert(static_cast<uint32_t>(size));
  }
  entries.insert(findings.facts.mark_stack_entries);
  entries.insert(findings.smallest_mark_stack);
  return entries;
}

void try_mark_stacks(const HeapGraph& graph, const GraphOptions& options,
                     GraphFindings& findings) {
  findings.smallest_mark_stack = smallest_mark_stack(graph);
  findings.mark_stack_entry_bytes = entry_bytes(graph.facts);
  for (const uint32_t entries : stacks_to_try(findings, options)) {
    const MarkResult mark = replay_mark(graph, entries);
    findings.mark_stacks.push_back(
        {.entries = entries,
         .extra_bytes = (int64_t{entries} - graph.facts.mark_stack_entries) *
                        findings.mark_stack_entry_bytes,
         .rescan_passes = mark.counts.rescan_passes,
         .predicted_us = predict(graph, mark, findings.sweep).total_us()});
  }
}

// The shortest way: the objects on it, each with the word that points on.
void add_way(const Analysed& analysed, uint32_t object, ObjectRow& row) {
  const std::vector<uint32_t> way = way_to(analysed.holds, object);
  if (way.empty()) return;
  const bool cut = way.size() > 2 * kWayEndKept + 1;
  for (size_t i = 0; i < way.size(); ++i) {
    if (cut && i == kWayEndKept) {
      row.way_left_out = way.size() - 2 * kWayEndKept;
      i += row.way_left_out;
    }
    const bool last = i + 1 == way.size();
    row.way.push_back(
        {.block = analysed.block_of(way[i]),
         .type = analysed.types.name_of(way[i]),
         .contents = contents_of(analysed.graph, analysed.types, way[i]),
         .word = last ? 0 : analysed.holds[way[i + 1]].word});
  }
  const Hold& first = analysed.holds[way.front()];
  row.root = analysed.graph.root_arrays[first.array];
  row.root_word = first.word;
}

ObjectRow row_of(const Analysed& analysed, uint32_t object) {
  const HeapObject& at = analysed.graph.objects[object];
  const SnapshotFacts& facts = analysed.graph.facts;
  const RetainedSizes& sizes = analysed.sizes;
  ObjectRow row = {
      .object = object,
      .block = analysed.block_of(object),
      .address = facts.address_of(at.head),
      .bytes = uint64_t{at.blocks} * facts.block_bytes,
      .type = analysed.types.name_of(object),
      .contents = contents_of(analysed.graph, analysed.types, object),
      .held = analysed.holds[object].held,
      .retained_bytes = sizes.blocks[object] * facts.block_bytes,
      .retained_objects = sizes.objects[object]};
  if (analysed.recorded.has_sites()) {
    row.site = analysed.recorded.sites[analysed.recorded.site_of[object]];
  }
  uint32_t top = object;
  while (sizes.dominator[top] != RetainedSizes::kNoObject) {
    top = sizes.dominator[top];
  }
  if (top != object) {
    row.dominator = analysed.block_of(sizes.dominator[object]);
  }
  if (sizes.root_array[top] != RetainedSizes::kNoArray) {
    row.dominating_root = analysed.graph.root_arrays[sizes.root_array[top]];
  }
  add_way(analysed, object, row);
  return row;
}

// The first `count` of the numbers 0..n-1, largest amount first.
std::vector<uint32_t> largest(const std::vector<uint64_t>& amounts,
                              size_t count) {
  std::vector<uint32_t> order(amounts.size());
  std::iota(order.begin(), order.end(), 0U);
  count = std::min(count, order.size());
  std::partial_sort(order.begin(),
                    order.begin() + static_cast<std::ptrdiff_t>(count),
                    order.end(), [&](uint32_t a, uint32_t b) {
                      if (amounts[a] != amounts[b])
                        return amounts[a] > amounts[b];
                      return a < b;
                    });
  order.resize(count);
  while (!order.empty() && amounts[order.back()] == 0) order.pop_back();
  return order;
}

void add_overflowing(const Analysed& analysed, const MarkResult& mark,
                     GraphFindings& findings) {
  std::vector<uint64_t> overflows(mark.overflows.begin(), mark.overflows.end());
  for (const uint64_t count : overflows) {
    if (count != 0) ++findings.overflowing_objects;
  }
  for (const uint32_t object : largest(overflows, kOverflowingShown)) {
    findings.overflowing.push_back(
        {row_of(analysed, object), overflows[object]});
  }
}

void add_overflow_groups(const Analysed& analysed, const MarkResult& mark,
                         GraphFindings& findings) {
  const GraphRecording& recorded = analysed.recorded;
  std::map<uint32_t, OverflowGroup> groups;
  for (uint32_t i = 0; i < mark.overflows.size(); ++i) {
    if (mark.overflows[i] == 0) continue;
    const bool by_site = recorded.has_sites();
    OverflowGroup& group =
        groups[by_site ? recorded.site_of[i] : analysed.types.type_of(i)];
    if (by_site) {
      group.site = recorded.sites[recorded.site_of[i]];
    } else {
      group.type = analysed.types.name_of(i);
    }
    ++group.objects;
    group.overflows += mark.overflows[i];
  }
  for (auto& [number, group] : groups) {
    findings.overflow_groups.push_back(std::move(group));
  }
  std::stable_sort(findings.overflow_groups.begin(),
                   findings.overflow_groups.end(),
                   [](const OverflowGroup& a, const OverflowGroup& b) {
                     return a.overflows > b.overflows;
                   });
  findings.overflow_groups.resize(
      std::min(findings.overflow_groups.size(), kOverflowingShown));
}

void add_types(const Analysed& analysed, size_t top, GraphFindings& findings) {
  const ObjectTypes& types = analysed.types;
  const uint64_t block_bytes = analysed.graph.facts.block_bytes;
  std::vector<TypeRow> rows(types.names().size());
  for (const uint32_t object : analysed.sizes.order) {
    TypeRow& row = rows[types.type_of(object)];
    ++row.objects;
    row.bytes += analysed.graph.objects[object].blocks * block_bytes;
  }
  const std::vector<uint64_t> retained =
      retained_by_group(analysed.sizes, types.types(), rows.size());
  for (const TypeRow& row : rows) findings.types_in_all += row.objects != 0;
  for (const uint32_t type : largest(retained, top)) {
    rows[type].type = types.names()[type];
    rows[type].retained_bytes = retained[type] * block_bytes;
    findings.types.push_back(rows[type]);
  }
}

void add_sites(const Analysed& analysed, size_t top, GraphFindings& findings) {
  const GraphRecording& recorded = analysed.recorded;
  if (!recorded.has_sites()) return;
  const uint64_t block_bytes = analysed.graph.facts.block_bytes;
  std::vector<SiteRow> rows(recorded.sites.size());
  for (const uint32_t object : analysed.sizes.order) {
    SiteRow& row = rows[recorded.site_of[object]];
    ++row.objects;
    row.bytes += analysed.graph.objects[object].blocks * block_bytes;
  }
  const std::vector<uint64_t> retained =
      retained_by_group(analysed.sizes, recorded.site_of, rows.size());
  for (const SiteRow& row : rows) findings.sites_in_all += row.objects != 0;
  for (const uint32_t site : largest(retained, top)) {
    rows[site].site = recorded.sites[site];
    rows[site].retained_bytes = retained[site] * block_bytes;
    findings.sites.push_back(rows[site]);
  }
}

// An item of a list, a link of a chain: its dominator tells as much.
bool is_link(const RetainedSizes& sizes, uint32_t object) {
  const uint32_t above = sizes.dominator[object];
  return above != RetainedSizes::kNoObject &&
         static_cast<double>(sizes.blocks[object]) >=
             kLinkShare * static_cast<double>(sizes.blocks[above]);
}

void add_objects(const Analysed& analysed, size_t top,
                 GraphFindings& findings) {
  const RetainedSizes& sizes = analysed.sizes;
  std::vector<uint64_t> retained = sizes.blocks;
  for (const uint32_t object : sizes.order) {
    if (is_link(sizes, object)) retained[object] = 0;
  }
  std::vector<bool> listed(retained.size(), false);
  for (const uint32_t object : largest(retained, top)) {
    ObjectRow row = row_of(analysed, object);
    uint32_t above = sizes.dominator[object];
    while (above != RetainedSizes::kNoObject && !listed[above]) {
      above = sizes.dominator[above];
    }
    if (above != RetainedSizes::kNoObject) {
      row.listed_below = analysed.block_of(above);
    }
    listed[object] = true;
    findings.objects.push_back(std::move(row));
  }
}

void add_held(const Analysed& analysed, GraphFindings& findings) {
  for (uint32_t i = 0; i < analysed.holds.size(); ++i) {
    HeldRow& row = findings.held[static_cast<size_t>(analysed.holds[i].held)];
    ++row.objects;
    row.bytes += uint64_t{analysed.graph.objects[i].blocks} *
                 analysed.graph.facts.block_bytes;
  }
}

uint64_t live_bytes(const GraphRecording& recorded,
                    const RetainedSizes& sizes) {
  uint64_t blocks = 0;
  for (const uint32_t object : sizes.order) {
    blocks += recorded.graph.objects[object].blocks;
  }
  return blocks * recorded.graph.facts.block_bytes;
}

GraphGrowth growth_since(const GraphRecording& before,
                         const ElfSymbols& symbols, const Analysed& analysed,
                         size_t top) {
  const ObjectTypes types_before(before.graph, symbols);
  const RetainedSizes sizes_before = retained_sizes(before.graph);
  const GraphRecording& after = analysed.recorded;
  GraphGrowth growth = {.since = before.place.value()};
  const std::vector<GrownGroup> grown =
      find_growth({before.graph, sizes_before, types_before, before.sites,
                   before.site_of, before.born_event},
                  {after.graph, analysed.sizes, analysed.types, after.sites,
                   after.site_of, after.born_event},
                  growth.since.event);
  growth.live_bytes = static_cast<int64_t>(live_bytes(after, analysed.sizes)) -
                      static_cast<int64_t>(live_bytes(before, sizes_before));
  growth.rows_in_all = grown.size();
  for (size_t i = 0; i < std::min(top, grown.size()); ++i) {
    GrowthRow& row = growth.rows.emplace_back();
    row.grown = grown[i];
    if (row.grown.holder != HeapGraph::kNoObject) {
      row.holder = row_of(analysed, row.grown.holder);
    }
  }
  return growth;
}

// The block that is meant, as numbered here; nothing where there is none.
std::optional<BlockIndex> asked_block(const SnapshotFacts& facts,
                                      const AskedObject& asked) {
  if (asked.area == 0) {
    if (const SnapshotPool* pool = facts.pool_at(asked.number)) {
      return pool->first_block +
             static_cast<BlockIndex>((asked.number - pool->start) /
                                     facts.block_bytes);
    }
  }
  if (asked.number > UINT32_MAX) return std::nullopt;
  return facts.number_of({asked.area, static_cast<BlockIndex>(asked.number)});
}

std::string asked_words(const AskedObject& asked) {
  return (asked.area == 0 ? "" : std::to_string(asked.area) + ":") +
         std::to_string(asked.number);
}

uint32_t asked_object(const HeapGraph& graph, const AskedObject& asked) {
  const std::optional<BlockIndex> block = asked_block(graph.facts, asked);
  if (!block) {
    throw Error(asked_words(asked) +
                (asked.area == 0 && graph.facts.pools.size() == 1
                     ? " is neither a block (the last is " +
                           std::to_string(graph.facts.blocks() - 1) +
                           ") nor an address in the pool"
                     : " is neither a block of an area nor an address in a "
                       "pool"));
  }
  const uint32_t object = graph.object_at(*block);
  if (object == HeapGraph::kNoObject) {
    throw Error("block " + asked_words(asked) + " is free: there is no object");
  }
  return object;
}

}  // namespace

GraphFindings analyse_graph(const GraphRecording& recorded,
                            const ElfSymbols& symbols,
                            const GraphOptions& options) {
  const HeapGraph& graph = recorded.graph;
  const MarkResult mark = replay_mark(graph);
  const ObjectTypes types(graph, symbols);
  const std::vector<Hold> holds = find_holds(graph, types);
  const RetainedSizes sizes = retained_sizes(graph);
  const Analysed analysed = {recorded, graph, types, holds, sizes};

  GraphFindings findings;
  findings.source = recorded.source;
  findings.program = recorded.program;
  findings.place = recorded.place;
  findings.facts = graph.facts;
  findings.types_known = !symbols.empty();
  findings.counts = mark.counts;
  findings.sweep = count_sweep(graph, mark.marked);
  findings.priced_as = collect_cycles(graph.facts.release).measured_on;
  findings.priced = graph.facts.clock_hz != 0;
  findings.pause = predict(graph, mark, findings.sweep);
  if (recorded.seen) compare(graph, mark, *recorded.seen, findings);
  try_mark_stacks(graph, options, findings);
  add_overflowing(analysed, mark, findings);
  add_overflow_groups(analysed, mark, findings);
  add_held(analysed, findings);
  add_types(analysed, options.top, findings);
  add_sites(analysed, options.top, findings);
  add_objects(analysed, options.top, findings);
  if (options.since != nullptr) {
    findings.growth =
        growth_since(*options.since, symbols, analysed, options.top);
  }
  if (options.asked) {
    findings.asked = row_of(analysed, asked_object(graph, *options.asked));
  }
  return findings;
}

}  // namespace libheap
