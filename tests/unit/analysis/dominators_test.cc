#include "libheap/analysis/dominators.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/oracle/choices.h"

namespace libheap {
namespace {

constexpr uint32_t kNone = DominatorTree::kNone;

using Edges = std::vector<std::vector<uint32_t>>;

FlowGraph flow_of(const Edges& edges) {
  FlowGraph flow;
  for (const std::vector<uint32_t>& targets : edges) {
    flow.targets.insert(flow.targets.end(), targets.begin(), targets.end());
    flow.begin.push_back(static_cast<uint32_t>(flow.targets.size()));
  }
  return flow;
}

// What can be reached from the root without stepping on `removed`.
std::vector<bool> reached(const Edges& edges, uint32_t removed) {
  std::vector<bool> seen(edges.size(), false);
  std::vector<uint32_t> open;
  if (removed != 0) open.push_back(0);
  while (!open.empty()) {
    const uint32_t node = open.back();
    open.pop_back();
    if (seen[node]) continue;
    seen[node] = true;
    for (const uint32_t target : edges[node]) {
      if (target != removed) open.push_back(target);
    }
  }
  return seen;
}

// By definition: d dominates n if n cannot be reached without d. The immediate
// one is dominated by all others.
std::vector<uint32_t> naive_dominators(const Edges& edges) {
  const std::vector<bool> live = reached(edges, kNone);
  const auto nodes = static_cast<uint32_t>(edges.size());
  std::vector<std::vector<uint32_t>> dominators(nodes);
  for (uint32_t d = 0; d < nodes; ++d) {
    const std::vector<bool> without = reached(edges, d);
    for (uint32_t n = 0; n < nodes; ++n) {
      if (n != d && live[d] && live[n] && !without[n])
        dominators[n].push_back(d);
    }
  }
  std::vector<uint32_t> immediate(nodes, kNone);
  for (uint32_t n = 0; n < nodes; ++n) {
    for (const uint32_t d : dominators[n]) {
      if (dominators[d].size() + 1 == dominators[n].size()) immediate[n] = d;
    }
  }
  return immediate;
}

TEST(Dominators, OfAChainAreTheLinksBefore) {
  const DominatorTree tree = dominators_of(flow_of({{1}, {2}, {3}, {}}), 0);
  EXPECT_EQ(tree.dominator, (std::vector<uint32_t>{kNone, 0, 1, 2}));
  EXPECT_EQ(tree.order, (std::vector<uint32_t>{0, 1, 2, 3}));
}

TEST(Dominators, OfWhatTwoWaysLeadToIsWhereTheyPart) {
  const DominatorTree tree = dominators_of(flow_of({{1, 2}, {3}, {3}, {}}), 0);
  EXPECT_EQ(tree.dominator, (std::vector<uint32_t>{kNone, 0, 0, 0}));
}

TEST(Dominators, LeaveOutWhatCannotBeReached) {
  const DominatorTree tree = dominators_of(flow_of({{1}, {}, {1}}), 0);
  EXPECT_EQ(tree.dominator, (std::vector<uint32_t>{kNone, 0, kNone}));
  EXPECT_EQ(tree.order.size(), 2U);
}

TEST(Dominators, AreThoseOfTheDefinitionOnRandomGraphs) {
  SeededChoices choices(11);
  for (int round = 0; round < 400; ++round) {
    const auto nodes = static_cast<uint32_t>(choices.between(1, 40));
    Edges edges(nodes);
    for (uint64_t i = choices.below(3 * nodes); i != 0; --i) {
      edges[choices.below(nodes)].push_back(
          static_cast<uint32_t>(choices.below(nodes)));
    }
    const DominatorTree tree = dominators_of(flow_of(edges), 0);
    ASSERT_EQ(tree.dominator, naive_dominators(edges)) << "round " << round;
    for (size_t i = 1; i < tree.order.size(); ++i) {
      const auto place = tree.order.begin() + static_cast<std::ptrdiff_t>(i);
      const uint32_t above = tree.dominator[tree.order[i]];
      ASSERT_NE(std::find(tree.order.begin(), place, above), place);
    }
  }
}

// A ring of a million links: every way is as long as can be.
TEST(Dominators, TakeALongListWithoutALongStack) {
  constexpr uint32_t kLinks = 1'000'000;
  FlowGraph ring;
  for (uint32_t i = 0; i < kLinks; ++i) {
    ring.targets.push_back((i + 1) % kLinks);
    ring.targets.push_back((i + kLinks - 1) % kLinks);
    ring.begin.push_back(2 * i + 2);
  }
  const DominatorTree tree = dominators_of(ring, 0);
  EXPECT_EQ(tree.order.size(), kLinks);
  EXPECT_EQ(tree.dominator[kLinks / 2], 0U);
}

}  // namespace
}  // namespace libheap
