#include "libheap/analysis/findings.h"

#include "libheap/analysis/snapshot_marks.h"
#include "libheap/analysis/trace_snapshots.h"
#include "libheap/replay/observer_group.h"
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

// With what grew since `first`, if that is an earlier one.
std::optional<GraphFindings> graph_of(
    const std::optional<GraphRecording>& recorded,
    const std::optional<GraphRecording>& first,
    const std::string& source_name) {
  if (!recorded) return std::nullopt;
  GraphOptions options;
  if (first && first->place->number < recorded->place->number) {
    options.since = &*first;
  }
  GraphFindings findings = analyse_graph(*recorded, ElfSymbols(), options);
  findings.source = source_name;
  return findings;
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
  LiveObjects objects;
  SiteAnalysis sites(objects);
  FragmentationAnalysis fragmentation(objects);
  const SnapshotChoice last;
  const SnapshotChoice first = {.number = 1};
  const SnapshotChoice longest = {.longest = true};
  TraceSnapshots snapshots(objects, {last, first, longest});
  SnapshotMarks marks(snapshots, objects);
  PauseAnalysis pauses(&marks);
  // `objects` last: the others ask it how things were before an event.
  ObserverGroup group(allocations, collects, snapshots, marks, pauses,
                      fragmentation, over_time, labels, smallest, ticks, sites,
                      objects);
  replayer.observe(&group);
  HeapHistory pictures(objects);
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
  findings.graph = graph_of(snapshots.kept(0), snapshots.kept(1), source_name);
  findings.pauses.longest_snapshot =
      graph_of(snapshots.kept(2), std::nullopt, source_name);
  if (history != nullptr) *history = pictures.take_findings();
  return findings;
}

}  // namespace libheap
