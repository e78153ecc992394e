#include "libheap/analysis/dominators.h"

#include <algorithm>

namespace libheap {
namespace {

constexpr uint32_t kNone = DominatorTree::kNone;

// Everything inside is named by preorder number, so "above" means "smaller".
class Dominators {
 public:
  Dominators(const FlowGraph& graph, uint32_t root) : graph_(graph) {
    number_.assign(graph.nodes(), kNone);
    walk(root);
    collect_predecessors();
  }

  DominatorTree run() {
    const auto count = static_cast<uint32_t>(order_.size());
    semi_.resize(count);
    best_.resize(count);
    for (uint32_t i = 0; i < count; ++i) semi_[i] = best_[i] = i;
    linked_to_.assign(count, kNone);
    for (uint32_t i = count; i-- > 1;) find_semidominator(i);
    return tree();
  }

 private:
  // Depth first from the root: numbers, order and the tree of the walk.
  void walk(uint32_t root) {
    struct Step {
      uint32_t node;
      uint32_t parent;
    };
    std::vector<Step> open = {{root, kNone}};
    while (!open.empty()) {
      const Step step = open.back();
      open.pop_back();
      if (number_[step.node] != kNone) continue;
      number_[step.node] = static_cast<uint32_t>(order_.size());
      order_.push_back(step.node);
      parent_.push_back(step.parent);
      for (const uint32_t target : graph_.edges_of(step.node)) {
        if (number_[target] == kNone) {
          open.push_back({target, number_[step.node]});
        }
      }
    }
  }

  void collect_predecessors() {
    predecessors_.begin.assign(order_.size() + 1, 0);
    for (const uint32_t node : order_) {
      for (const uint32_t target : graph_.edges_of(node)) {
        ++predecessors_.begin[number_[target] + 1];
      }
    }
    for (size_t i = 1; i < predecessors_.begin.size(); ++i) {
      predecessors_.begin[i] += predecessors_.begin[i - 1];
    }
    predecessors_.targets.resize(predecessors_.begin.back());
    std::vector<uint32_t> next = predecessors_.begin;
    for (uint32_t from = 0; from < order_.size(); ++from) {
      for (const uint32_t target : graph_.edges_of(order_[from])) {
        predecessors_.targets[next[number_[target]]++] = from;
      }
    }
  }

  void find_semidominator(uint32_t i) {
    for (const uint32_t from : predecessors_.edges_of(i)) {
      semi_[i] = std::min(semi_[i], semi_[best_above(from)]);
    }
    linked_to_[i] = parent_[i];
  }

  // Among `i` and what is linked above it, except the topmost: the node with
  // the smallest semidominator. Shortens the way for the next question.
  uint32_t best_above(uint32_t i) {
    if (linked_to_[i] == kNone) return i;
    path_.clear();
    for (uint32_t at = i; linked_to_[linked_to_[at]] != kNone;
         at = linked_to_[at]) {
      path_.push_back(at);
    }
    for (; !path_.empty(); path_.pop_back()) {
      const uint32_t at = path_.back();
      const uint32_t above = linked_to_[at];
      if (semi_[best_[above]] < semi_[best_[at]]) best_[at] = best_[above];
      linked_to_[at] = linked_to_[above];
    }
    return best_[i];
  }

  // The nearest ancestor in the walk that is not below the semidominator.
  DominatorTree tree() {
    DominatorTree tree;
    tree.dominator.assign(graph_.nodes(), kNone);
    std::vector<uint32_t> dominator = parent_;
    for (uint32_t i = 1; i < order_.size(); ++i) {
      while (dominator[i] > semi_[i]) dominator[i] = dominator[dominator[i]];
      tree.dominator[order_[i]] = order_[dominator[i]];
    }
    tree.order = std::move(order_);
    return tree;
  }

  const FlowGraph& graph_;
  std::vector<uint32_t> number_;  // per node
  std::vector<uint32_t> order_;   // node, per number
  std::vector<uint32_t> parent_;  // per number, as are the rest
  FlowGraph predecessors_;
  std::vector<uint32_t> semi_;
  std::vector<uint32_t> best_;
  std::vector<uint32_t> linked_to_;
  std::vector<uint32_t> path_;
};

}  // namespace

DominatorTree dominators_of(const FlowGraph& graph, uint32_t root) {
  return Dominators(graph, root).run();
}

}  // namespace libheap
