#include "libheap/model/mark_replay.h"

#include <algorithm>

#include "libheap/base/check.h"
#include "libheap/model/release.h"

namespace libheap {
namespace {

class Marker {
 public:
  Marker(const HeapGraph& graph, uint32_t entries)
      : graph_(graph), entries_(entries) {
    HEAP_CHECK(entries >= 1, "a mark stack has room for something");
    result_.marked.assign(graph.objects.size(), false);
    result_.marked_by.assign(graph.objects.size(), HeapGraph::kNoObject);
    result_.overflows.assign(graph.objects.size(), 0);
    result_.counts.root_words = graph.root_words;
  }

  MarkResult run() {
    for (const RootEdge& root : graph_.roots) mark_root(root.target);
    result_.before_rescans = result_.counts;
    while (overflowed_) rescan();
    return std::move(result_);
  }

 private:
  // gc_collect_root, for one word that points at a head.
  void mark_root(uint32_t object) {
    if (result_.marked[object]) return;
    result_.marked[object] = true;
    ++result_.counts.root_heads;
    mark_subtree(object);
  }

  // gc_deal_with_stack_overflow, one pass.
  void rescan() {
    overflowed_ = false;
    ++result_.counts.rescan_passes;
    result_.counts.rescan_blocks += graph_.facts.blocks();
    for (uint32_t i = 0; i < graph_.objects.size(); ++i) {
      if (!result_.marked[i]) continue;
      ++result_.counts.rescan_objects;
      mark_subtree(i);
    }
  }

  // gc_mark_subtree.
  void mark_subtree(uint32_t object) {
    scan(object);
    while (!stack_.empty()) {
      const uint32_t next = stack_.back();
      stack_.pop_back();
      scan(next);
    }
  }

  void scan(uint32_t object) {
    ++result_.counts.scanned_objects;
    result_.counts.words += graph_.objects[object].words;
    for (const HeapEdge& edge : graph_.edges_of(object)) {
      if (result_.marked[edge.target]) continue;
      result_.marked[edge.target] = true;
      result_.marked_by[edge.target] = object;
      push(edge.target, object);
    }
  }

  void push(uint32_t child, uint32_t parent) {
    if (stack_.size() == entries_) {
      overflowed_ = true;
      ++result_.counts.overflowed;
      ++result_.overflows[parent];
      return;
    }
    stack_.push_back(child);
    ++result_.counts.pushed;
    result_.counts.deepest =
        std::max<uint64_t>(result_.counts.deepest, stack_.size());
  }

  const HeapGraph& graph_;
  uint32_t entries_;
  std::vector<uint32_t> stack_;
  bool overflowed_ = false;
  MarkResult result_;
};

// Blocks the sweep looks at. The bound can be one past the pool.
uint32_t swept_blocks(const SnapshotPool& pool) {
  if (!pool.last_used_block) return pool.blocks;
  return std::min(*pool.last_used_block, pool.blocks - 1) + 1;
}

}  // namespace

MarkResult replay_mark(const HeapGraph& graph) {
  return replay_mark(graph, graph.facts.mark_stack_entries);
}

MarkResult replay_mark(const HeapGraph& graph, uint32_t mark_stack_entries) {
  return Marker(graph, mark_stack_entries).run();
}

uint32_t smallest_mark_stack(const HeapGraph& graph) {
  // Up to the first overflow marking does the same with any stack, so the
  // least that never overflows is as deep as an endless one ever gets.
  const MarkResult endless = replay_mark(graph, UINT32_MAX);
  return std::max<uint32_t>(1, static_cast<uint32_t>(endless.counts.deepest));
}

SweepCounts count_sweep(const HeapGraph& graph,
                        const std::vector<bool>& marked) {
  SweepCounts counts;
  const bool finalisers_first = traits_of(graph.facts.release).finalisers_first;
  for (const SnapshotPool& pool : graph.facts.pools) {
    counts.swept_blocks += swept_blocks(pool);
    if (finalisers_first && pool.last_used_block) {
      counts.finaliser_bytes += *pool.last_used_block / 8 + 1;
    }
  }
  for (uint32_t i = 0; i < graph.objects.size(); ++i) {
    const uint64_t tails = graph.objects[i].blocks - 1;
    if (marked[i]) {
      ++counts.live_objects;
      counts.live_tails += tails;
    } else {
      ++counts.freed_objects;
      counts.freed_tails += tails;
    }
  }
  return counts;
}

}  // namespace libheap
