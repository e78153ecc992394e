#include "libheap/analysis/retained.h"

#include "libheap/analysis/dominators.h"

namespace libheap {
namespace {

// Nodes: the objects, then the runs of root words, then the root of all.
FlowGraph flow_of(const HeapGraph& graph) {
  FlowGraph flow;
  const auto objects = static_cast<uint32_t>(graph.objects.size());
  flow.begin.reserve(objects + graph.root_arrays.size() + 2);
  flow.targets.reserve(graph.edges.size() + graph.roots.size());
  const auto end_node = [&] {
    flow.begin.push_back(static_cast<uint32_t>(flow.targets.size()));
  };
  for (uint32_t i = 0; i < objects; ++i) {
    for (const HeapEdge& edge : graph.edges_of(i)) {
      flow.targets.push_back(edge.target);
    }
    end_node();
  }
  for (uint32_t array = 0; array < graph.root_arrays.size(); ++array) {
    for (const RootEdge& root : graph.roots) {
      if (root.array == array) flow.targets.push_back(root.target);
    }
    end_node();
  }
  for (uint32_t array = 0; array < graph.root_arrays.size(); ++array) {
    flow.targets.push_back(objects + array);
  }
  end_node();
  return flow;
}

// Adds up the tree from its leaves; every node stands behind its dominator.
void add_up(const HeapGraph& graph, const DominatorTree& tree,
            RetainedSizes& sizes) {
  const auto objects = static_cast<uint32_t>(graph.objects.size());
  std::vector<uint64_t> blocks(tree.dominator.size(), 0);
  std::vector<uint64_t> count(tree.dominator.size(), 0);
  for (size_t i = tree.order.size(); i-- > 1;) {
    const uint32_t node = tree.order[i];
    if (node < objects) {
      blocks[node] += graph.objects[node].blocks;
      ++count[node];
    }
    blocks[tree.dominator[node]] += blocks[node];
    count[tree.dominator[node]] += count[node];
  }
  const auto arrays = static_cast<uint32_t>(graph.root_arrays.size());
  for (uint32_t array = 0; array < arrays; ++array) {
    sizes.array_blocks.push_back(blocks[objects + array]);
    sizes.array_objects.push_back(count[objects + array]);
  }
  blocks.resize(objects);
  count.resize(objects);
  sizes.blocks = std::move(blocks);
  sizes.objects = std::move(count);
}

// Visits the objects of the dominator tree depth first.
class GroupSums {
 public:
  GroupSums(const RetainedSizes& sizes, std::span<const uint32_t> group_of,
            size_t groups)
      : sizes_(sizes), group_of_(group_of), open_(groups, 0), sums_(groups, 0) {
    first_child_.assign(sizes.dominator.size(), kNone);
    next_.assign(sizes.dominator.size(), kNone);
    for (const uint32_t object : sizes.order) {
      const uint32_t above = sizes.dominator[object];
      if (above == kNone) continue;
      next_[object] = first_child_[above];
      first_child_[above] = object;
    }
  }

  std::vector<uint64_t> run() {
    for (const uint32_t object : sizes_.order) {
      if (sizes_.dominator[object] == kNone) visit(object);
    }
    return std::move(sums_);
  }

 private:
  static constexpr uint32_t kNone = RetainedSizes::kNoObject;

  // first_child_ moves on as the children are done.
  void visit(uint32_t top) {
    std::vector<uint32_t> path;
    enter(top, path);
    while (!path.empty()) {
      const uint32_t child = first_child_[path.back()];
      if (child != kNone) {
        first_child_[path.back()] = next_[child];
        enter(child, path);
      } else {
        --open_[group_of_[path.back()]];
        path.pop_back();
      }
    }
  }

  void enter(uint32_t object, std::vector<uint32_t>& path) {
    const uint32_t group = group_of_[object];
    if (open_[group]++ == 0) sums_[group] += sizes_.blocks[object];
    path.push_back(object);
  }

  const RetainedSizes& sizes_;
  std::span<const uint32_t> group_of_;
  std::vector<uint32_t> open_;  // per group: objects on the way down
  std::vector<uint64_t> sums_;
  std::vector<uint32_t> first_child_;
  std::vector<uint32_t> next_;  // of the same dominator
};

}  // namespace

RetainedSizes retained_sizes(const HeapGraph& graph) {
  const FlowGraph flow = flow_of(graph);
  const DominatorTree tree = dominators_of(flow, flow.nodes() - 1);
  const auto objects = static_cast<uint32_t>(graph.objects.size());
  RetainedSizes sizes;
  sizes.dominator.assign(objects, RetainedSizes::kNoObject);
  sizes.root_array.assign(objects, RetainedSizes::kNoArray);
  for (const uint32_t node : tree.order) {
    if (node >= objects) continue;
    sizes.order.push_back(node);
    const uint32_t above = tree.dominator[node];
    if (above < objects) {
      sizes.dominator[node] = above;
    } else if (above - objects < graph.root_arrays.size()) {
      sizes.root_array[node] = above - objects;
    }
  }
  add_up(graph, tree, sizes);
  return sizes;
}

std::vector<uint64_t> retained_by_group(const RetainedSizes& sizes,
                                        std::span<const uint32_t> group_of,
                                        size_t groups) {
  return GroupSums(sizes, group_of, groups).run();
}

}  // namespace libheap
