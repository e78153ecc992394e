#pragma once

// Who keeps what alive: for each object the strongest hold on it, and the
// shortest way there from a root.
//
// The collector treats every root and every word alike. A reader does not: a
// word of the stack may belong to a running function or be left over from one
// that returned, and a length or a float can look like a pointer. So objects
// are reached in three rounds, and each is held by the first that reaches it:
//
//     kStatic     from static roots and the other core's, by pointers
//     kStack      only with the help of a word of the stack
//     kLookAlike  only with the help of a word that can be no pointer
//     kNothing    garbage: the collect at hand frees it
//
// The first three together are exactly what marking marks.

#include <cstdint>
#include <string_view>
#include <vector>

#include "libheap/analysis/object_types.h"
#include "libheap/model/heap_graph.h"

namespace libheap {

enum class HeldBy : uint8_t { kStatic, kStack, kLookAlike, kNothing };
inline constexpr size_t kHeldByKinds = 4;

// "static", "stack", "look_alike", "nothing"
[[nodiscard]] std::string_view name_of(HeldBy held);

struct Hold {
  HeldBy held = HeldBy::kNothing;
  // The step before: an object, or HeapGraph::kNoObject for a root.
  uint32_t from = HeapGraph::kNoObject;
  uint32_t word = 0;   // of that object, or of the run of root words
  uint32_t array = 0;  // which run of root words, if from a root
};

// One per object.
[[nodiscard]] std::vector<Hold> find_holds(const HeapGraph& graph,
                                           const ObjectTypes& types);

// Steps from a root to `object`, the root's first. Empty for garbage.
[[nodiscard]] std::vector<uint32_t> way_to(const std::vector<Hold>& holds,
                                           uint32_t object);

}  // namespace libheap
