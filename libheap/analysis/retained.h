#pragma once

// Retained sizes: what would be freed if an object, or all objects of a type,
// were gone.
//
// An object retains itself and all that only it keeps alive: what it dominates
// (dominators.h). Roots are nodes of the tree too, one for each run of root
// words, so that "only the stack" can dominate. Sums per group of objects (a
// type, a site) count an object once, however many of its dominators are of
// that group:
//
//     retained(group) = sum of retained(o) over the objects o of the group
//                       without a dominator of the same group
//
// Pointers count as they do for the collector: look-alikes keep things alive.

#include <cstdint>
#include <span>
#include <vector>

#include "libheap/model/heap_graph.h"

namespace libheap {

struct RetainedSizes {
  static constexpr uint32_t kNoObject = HeapGraph::kNoObject;

  // Per object: its immediate dominator, kNoObject if that is no object.
  std::vector<uint32_t> dominator;
  // Per object: the run of root words that dominates it, or kNoArray.
  static constexpr uint32_t kNoArray = UINT32_MAX;
  std::vector<uint32_t> root_array;
  std::vector<uint64_t> blocks;   // retained, per object; 0 for garbage
  std::vector<uint64_t> objects;  // of how many objects
  // Per run of root words: what only it holds.
  std::vector<uint64_t> array_blocks;
  std::vector<uint64_t> array_objects;
  // The live objects, each behind its dominator.
  std::vector<uint32_t> order;
};

[[nodiscard]] RetainedSizes retained_sizes(const HeapGraph& graph);

// Blocks retained per group; `group_of` has one of [0, groups) per object.
[[nodiscard]] std::vector<uint64_t> retained_by_group(
    const RetainedSizes& sizes, std::span<const uint32_t> group_of,
    size_t groups);

}  // namespace libheap
