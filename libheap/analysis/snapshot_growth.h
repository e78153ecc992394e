#pragma once

// What grew between two snapshots of one trace, and what holds it.
//
// Live objects are summed per line that allocated them (per type where the
// trace has no sites), in both snapshots; what takes more bytes in the later
// one has grown. Objects born since the earlier one are *new*: the trace knows
// when each was allocated. What holds them is the nearest of their dominators
// that is not new: the list that was there and got longer, the dict that got
// more keys. Cost: a few passes over the objects.
// See docs/analyses.md, "The object graph".

#include <cstdint>
#include <string>
#include <vector>

#include "libheap/analysis/object_types.h"
#include "libheap/analysis/retained.h"
#include "libheap/model/heap_graph.h"
#include "libheap/trace/event.h"

namespace libheap {

// One snapshot with what is known of its objects.
struct GrowthSide {
  const HeapGraph& graph;
  const RetainedSizes& sizes;
  const ObjectTypes& types;
  const std::vector<SiteRecord>& sites;     // no more than one: go by types
  const std::vector<uint32_t>& site_of;     // per object
  const std::vector<uint64_t>& born_event;  // per object; 0: not known
};

struct GrownGroup {
  SiteRecord site;   // that allocates; without sites only a type
  std::string type;  // else empty
  uint64_t objects_before = 0;
  uint64_t objects_after = 0;
  uint64_t bytes_before = 0;
  uint64_t bytes_after = 0;
  uint64_t new_objects = 0;
  // The object that holds most of the new ones, kNoObject if none does (roots
  // hold them), and how many.
  uint32_t holder = HeapGraph::kNoObject;
  uint64_t held_objects = 0;

  [[nodiscard]] uint64_t grown_bytes() const {
    return bytes_after - bytes_before;
  }
};

// Those that grew, most bytes first. `since_event` is that of `before`.
[[nodiscard]] std::vector<GrownGroup> find_growth(const GrowthSide& before,
                                                  const GrowthSide& after,
                                                  uint64_t since_event);

}  // namespace libheap
