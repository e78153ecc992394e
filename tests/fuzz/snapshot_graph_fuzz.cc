// Bytes of a trace's snapshot, any: they are refused, or give a graph that can
// be replayed, whose dominators and holds can be found.
//
// The first byte says which heap they are of (every third one of several
// areas), the second the form; the digest is always right. A first byte alone
// is a heap as a device sends it.

#include <cstdint>
#include <cstdlib>

#include "libheap/analysis/holding.h"
#include "libheap/analysis/object_contents.h"
#include "libheap/analysis/retained.h"
#include "libheap/model/mark_replay.h"
#include "libheap/replay/snapshot_graph.h"
#include "tests/support/small_snapshot.h"
#include "tests/support/snapshot_bytes.h"

namespace libheap {
namespace {

constexpr uint32_t kBlocks = 64;
constexpr size_t kHeader = 5;  // form and digest; the form is the fuzzer's

void look_at(const HeapGraph& graph) {
  const MarkResult mark = replay_mark(graph);
  const RetainedSizes sizes = retained_sizes(graph);
  const ObjectTypes types(graph, {});
  uint64_t held = 0;
  for (const Hold& hold : find_holds(graph, types)) {
    held += hold.held != HeldBy::kNothing;
  }
  size_t shown = 0;
  for (uint32_t i = 0; i < graph.objects.size(); ++i) {
    shown += contents_of(graph, types, i).bytes.size();
  }
  if (shown > graph.contents.size()) std::abort();
  // Three ways to find out what lives.
  if (held != sizes.order.size()) std::abort();
  if (held != count_sweep(graph, mark.marked).live_objects) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const HeapSnapshot snapshot =
      data[0] % 3 != 0 ? testing::random_snapshot(data[0], kBlocks, 4)
                       : testing::random_snapshot(
                             data[0], {kBlocks / 2, 16, kBlocks / 4}, 4);
  const auto heap = testing::heap_with(snapshot);
  SnapshotRecord record = testing::snapshot_bytes(
      snapshot, heap->digest().table, /*contents=*/data[0] % 2 != 0);
  if (size > 1) {
    record.bytes.resize(kHeader);
    record.bytes.front() = data[1];
    record.bytes.insert(record.bytes.end(), data + 2, data + size);
  }
  HeapGraph graph;
  const std::string wrong =
      read_snapshot_graph(record, testing::header_of(snapshot), *heap, graph);
  if (size == 1 && !wrong.empty()) std::abort();
  if (wrong.empty()) look_at(graph);
  return 0;
}

}  // namespace libheap
