#include "libheap/analysis/findings.h"

#include "libheap/analysis/snapshot_observers.h"
#include "libheap/replay/replayer.h"

namespace libheap {

HeapFacts heap_facts(const TraceHeader& header, const GcHeap& heap) {
  HeapFacts facts;
  facts.release = header.release;
  facts.blocks = heap.total_blocks();
  facts.block_bytes = heap.config().block_bytes;
  facts.pool_bytes = facts.blocks * facts.block_bytes;
  facts.areas = heap.areas().size();
  return facts;
}

FinalState final_state(const GcHeap& heap) {
  FinalState state;
  const Area& first = *heap.areas().front();
  state.census = heap.census();
  state.last_free_index = first.last_free_byte;
  state.alloc_amount = heap.amount();
  state.has_last_used_block = heap.config().traits.last_used_block;
  state.last_used_block = first.last_used_block;
  return state;
}

namespace {

// The snapshots that are kept, in this order.
constexpr SnapshotChoice kLast;
constexpr SnapshotChoice kFirst = {.number = 1};
constexpr SnapshotChoice kLongest = {.longest = true};

GraphFindings graph_of(const GraphRecording& recorded,
                       const GraphRecording* since,
                       const std::string& source_name) {
  GraphOptions options;
  options.since = since;
  GraphFindings findings = analyse_graph(recorded, ElfSymbols(), options);
  findings.source = source_name;
  return findings;
}

// Of the last snapshot, with what grew since the first if that is another one;
// and of the one whose collect takes longest, which may be the last too.
void add_graphs(const TraceSnapshots& snapshots, const std::string& source_name,
                Findings& findings) {
  if (!snapshots.kept(0)) return;
  const GraphRecording& last = *snapshots.kept(0);
  const GraphRecording& first = *snapshots.kept(1);
  const bool grew = first.place->number < last.place->number;
  findings.graph = graph_of(last, grew ? &first : nullptr, source_name);
  if (!snapshots.kept(2)) return;
  const GraphRecording& longest = *snapshots.kept(2);
  findings.pauses.longest_snapshot =
      longest.place->number == last.place->number
          ? *findings.graph
          : graph_of(longest, nullptr, source_name);
}

}  // namespace

Findings analyse(EventSource& source, const std::string& source_name,
                 HeapHistoryFindings* history) {
  Replayer replayer(source);
  AllocationAnalysis allocations;
  CollectAnalysis collects;
  HeapOverTime over_time;
  LabelAnalysis labels;
  SmallestLargestRun smallest;
  TickAnalysis ticks;
  SnapshotObservers seen({kLast, kFirst, kLongest});
  PauseAnalysis pauses(&seen.marks);
  SiteAnalysis sites(seen.objects);
  FragmentationAnalysis fragmentation(seen.objects);
  // `objects` last: the others ask it how things were before an event.
  ObserverGroup group(allocations, collects, seen.snapshots, seen.marks, pauses,
                      fragmentation, over_time, labels, smallest, ticks, sites,
                      seen.objects);
  replayer.observe(&group);
  HeapHistory pictures(seen.objects);
  if (history != nullptr) replayer.observe(&pictures);
  replayer.run();
  Findings findings;
  findings.source = source_name;
  findings.header = source.header();
  findings.heap = heap_facts(source.header(), replayer.heap());
  findings.final = final_state(replayer.heap());
  findings.proof = replayer.result();
  findings.damage = source.damage();
  findings.allocations = allocations.findings();
  findings.collects = collects.findings();
  const ChosenProfile profile = choose_builtin(pauses.trace(), 0);
  findings.pauses = judge_pauses(pauses.trace(), profile);
  findings.sites = sites.findings(replayer.result());
  findings.fragmentation = fragmentation.findings();
  findings.failures = findings.fragmentation.failures;
  findings.over_time = over_time.findings();
  findings.labels = labels.findings();
  findings.smallest_largest_run = smallest.result();
  findings.ticks = ticks.findings();
  add_graphs(seen.snapshots, source_name, findings);
  if (history != nullptr) *history = pictures.take_findings();
  return findings;
}

}  // namespace libheap
