#pragma once

// Dominators: which nodes every way from the root to a node goes through.
//
// The immediate dominator of a node is the last of them; together they are a
// tree. In a heap whose root node points at all roots, what hangs below an
// object in that tree is what would go if the object went: its retained size.
//
// Lengauer and Tarjan's algorithm finds the semidominators, then each
// immediate dominator is looked up along the tree (Georgiadis' variant). It
// does not recurse, so a list of a million links is as good as any heap.
// (Boost.Graph's does, along paths as long as the longest chain of objects.)
// Cost: O(edges * log(nodes)), in practice a few passes over the edges.

#include <cstdint>
#include <span>
#include <vector>

namespace libheap {

// Nodes 0 .. nodes() - 1; the edges of node n are
// targets[begin[n] .. begin[n + 1]).
struct FlowGraph {
  std::vector<uint32_t> begin = {0};
  std::vector<uint32_t> targets;

  [[nodiscard]] uint32_t nodes() const {
    return static_cast<uint32_t>(begin.size() - 1);
  }
  [[nodiscard]] std::span<const uint32_t> edges_of(uint32_t node) const {
    return std::span(targets).subspan(begin[node],
                                      begin[node + 1] - begin[node]);
  }
};

struct DominatorTree {
  static constexpr uint32_t kNone = UINT32_MAX;

  // Per node; kNone for the root and for what cannot be reached from it.
  std::vector<uint32_t> dominator;
  // The nodes that can be reached, each behind its dominator; the root first.
  std::vector<uint32_t> order;
};

[[nodiscard]] DominatorTree dominators_of(const FlowGraph& graph,
                                          uint32_t root);

}  // namespace libheap
