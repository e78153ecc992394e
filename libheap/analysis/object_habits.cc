#include "libheap/analysis/object_habits.h"

#include <algorithm>

#include "libheap/model/pause_profiles.h"

namespace libheap {
namespace {

// What a million words hold of objects that programs add: most are of a block
// or two.
WordCounts words_on_average(const Release& release) {
  constexpr double kWords = 1e6;
  constexpr double kWordsPerObject = 6;
  const HeapContent& content = builtin_pause_profile(release).content;
  const double in_pool = content.pointers_per_object / kWordsPerObject * kWords;
  const double aligned = content.aligned_share * kWords;
  WordCounts words;
  words.in_pool = static_cast<uint64_t>(in_pool);
  words.below = static_cast<uint64_t>(aligned - in_pool);
  words.unaligned = static_cast<uint64_t>(kWords - aligned);
  return words;
}

}  // namespace

ObjectHabits::ObjectHabits(const HeapGraph& graph, const MarkResult& mark,
                           const std::vector<AllocationKind>& kinds) {
  std::vector<uint64_t> held(graph.objects.size(), 0);
  for (const uint32_t holder : mark.marked_by) {
    if (holder != HeapGraph::kNoObject) ++held[holder];
  }
  for (uint32_t i = 0; i < graph.objects.size(); ++i) {
    if (!mark.marked[i]) continue;
    const uint32_t holder = mark.marked_by[i];
    const auto learn = [&](Habit& habit) {
      habit.words += graph.objects[i].words;
      habit.most_held = std::max(habit.most_held, held[i]);
      if (holder == HeapGraph::kNoObject) {
        ++habit.by_roots;
      } else {
        ++habit.by_kind[kinds[holder]];
      }
    };
    learn(habits_[kinds[i]]);
    learn(habits_[{kinds[i].site, 0}]);
  }
  all_.words = words_on_average(graph.facts.release);
  all_.by_roots = 1;
}

const ObjectHabits::Habit& ObjectHabits::habit_of(AllocationKind kind) const {
  auto found = habits_.find(kind);
  if (found == habits_.end()) found = habits_.find({kind.site, 0});
  return found == habits_.end() ? all_ : found->second;
}

WordCounts ObjectHabits::words_of(AllocationKind kind, uint64_t words) const {
  const WordCounts& seen = habit_of(kind).words;
  const uint64_t total = std::max<uint64_t>(1, seen.total());
  WordCounts counts;
  counts.in_pool = seen.in_pool * words / total;
  counts.below = seen.below * words / total;
  counts.above = seen.above * words / total;
  counts.unaligned = words - counts.in_pool - counts.below - counts.above;
  return counts;
}

ObjectHabits::Holder ObjectHabits::holder_of(AllocationKind kind) const {
  const Habit& habit = habit_of(kind);
  Holder holder;
  uint64_t most = habit.by_roots;
  for (const auto& [by, count] : habit.by_kind) {
    if (count <= most) continue;
    most = count;
    holder = {.root = false, .kind = by};
  }
  return holder;
}

uint64_t ObjectHabits::most_held(AllocationKind kind, uint64_t words) const {
  const auto found = habits_.find(kind);
  if (found == habits_.end() || kind.blocks == AllocationKind::kLongKind) {
    return words;
  }
  return std::min(words, std::max<uint64_t>(1, found->second.most_held));
}

}  // namespace libheap
