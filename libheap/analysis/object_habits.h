#pragma once

// ObjectHabits: what objects of a line are like, learnt from a snapshot.
//
// Of an object that was born after a snapshot a trace knows the line that
// allocated it and how long it is, but not what it holds nor who points at it.
// Objects of one line are mostly alike, so such an object is taken to hold
// what those in the snapshot held, and to hang on an object like the ones they
// hung on. *Kind* is line and length; where a kind is not in the snapshot its
// line stands for it, and where the line is not, what programs hold on average.
// Cost: one pass over the snapshot's objects.

#include <cstdint>
#include <map>
#include <vector>

#include "libheap/analysis/site_table.h"
#include "libheap/model/heap_graph.h"
#include "libheap/model/mark_replay.h"

namespace libheap {

struct AllocationKind {
  SiteIndex site = SiteTable::kUnknown;
  uint16_t blocks = 0;  // at most kLongKind; 0: of any length

  static constexpr uint16_t kLongKind = 8;
  static constexpr AllocationKind of(SiteIndex site, uint32_t blocks) {
    return {site,
            static_cast<uint16_t>(blocks < kLongKind ? blocks : kLongKind)};
  }
  auto operator<=>(const AllocationKind&) const = default;
};

class ObjectHabits {
 public:
  ObjectHabits() = default;
  // `kinds` has one per object of the graph.
  ObjectHabits(const HeapGraph& graph, const MarkResult& mark,
               const std::vector<AllocationKind>& kinds);

  // `words` words as the kind holds them.
  [[nodiscard]] WordCounts words_of(AllocationKind kind, uint64_t words) const;

  struct Holder {
    bool root = true;     // most of the kind are held by roots
    AllocationKind kind;  // else by objects of this kind
  };
  [[nodiscard]] Holder holder_of(AllocationKind kind) const;

  // The most objects that one of the kind, of `words` words, is taken to hold:
  // as the fullest in the snapshot, if they are all of one length.
  [[nodiscard]] uint64_t most_held(AllocationKind kind, uint64_t words) const;

 private:
  struct Habit {
    WordCounts words;
    uint64_t most_held = 0;
    uint64_t by_roots = 0;
    std::map<AllocationKind, uint64_t> by_kind;  // of the object that marked it
  };

  [[nodiscard]] const Habit& habit_of(AllocationKind kind) const;

  std::map<AllocationKind, Habit> habits_;
  Habit all_;
};

}  // namespace libheap
