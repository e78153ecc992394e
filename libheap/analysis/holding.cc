#include "libheap/analysis/holding.h"

#include <algorithm>

namespace libheap {
namespace {

class HoldFinder {
 public:
  HoldFinder(const HeapGraph& graph, const ObjectTypes& types)
      : graph_(graph), types_(types), holds_(graph.objects.size()) {
    queue_.reserve(graph.objects.size());
  }

  std::vector<Hold> run() {
    add_roots(HeldBy::kStatic);
    spread(HeldBy::kStatic);
    add_roots(HeldBy::kStack);
    spread(HeldBy::kStack);
    add_look_alikes();
    spread(HeldBy::kLookAlike);
    return std::move(holds_);
  }

 private:
  void reach(uint32_t object, const Hold& hold) {
    if (holds_[object].held != HeldBy::kNothing) return;
    holds_[object] = hold;
    queue_.push_back(object);
  }

  void add_roots(HeldBy round) {
    for (const RootEdge& root : graph_.roots) {
      const bool stack = graph_.root_arrays[root.array] == RootKind::kStack;
      if (stack != (round == HeldBy::kStack)) continue;
      reach(root.target,
            {.held = round, .word = root.word, .array = root.array});
    }
  }

  // The pointers that were passed over so far.
  void add_look_alikes() {
    const size_t reached = queue_.size();
    for (size_t i = 0; i < reached; ++i) {
      follow(queue_[i], HeldBy::kLookAlike);
    }
  }

  // Breadth first, so every way found is a shortest one. The queue is never
  // emptied: what is behind next_ was reached.
  void spread(HeldBy round) {
    while (next_ < queue_.size()) follow(queue_[next_++], round);
  }

  // In the last round every word counts, as it does for the collector.
  void follow(uint32_t object, HeldBy round) {
    const bool pointers_only = round != HeldBy::kLookAlike;
    for (const HeapEdge& edge : graph_.edges_of(object)) {
      if (pointers_only && types_.is_look_alike(object, edge.word)) continue;
      reach(edge.target, {.held = round, .from = object, .word = edge.word});
    }
  }

  const HeapGraph& graph_;
  const ObjectTypes& types_;
  std::vector<Hold> holds_;
  std::vector<uint32_t> queue_;
  size_t next_ = 0;
};

}  // namespace

std::string_view name_of(HeldBy held) {
  switch (held) {
    case HeldBy::kStatic:
      return "static";
    case HeldBy::kStack:
      return "stack";
    case HeldBy::kLookAlike:
      return "look_alike";
    case HeldBy::kNothing:
      break;
  }
  return "nothing";
}

std::vector<Hold> find_holds(const HeapGraph& graph, const ObjectTypes& types) {
  return HoldFinder(graph, types).run();
}

std::vector<uint32_t> way_to(const std::vector<Hold>& holds, uint32_t object) {
  std::vector<uint32_t> way;
  if (holds[object].held == HeldBy::kNothing) return way;
  for (uint32_t at = object; at != HeapGraph::kNoObject; at = holds[at].from) {
    way.push_back(at);
  }
  std::reverse(way.begin(), way.end());
  return way;
}

}  // namespace libheap
