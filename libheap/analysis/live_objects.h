#pragma once

// LiveObjects: for every object of the heap, who allocated it and when.
//
//     const LiveObject* object = objects.find(block);      // a head
//     objects.sites()[object->site].line                   // its Python line
//     objects.clock() - object->born_clock                 // its age, in
//     blocks
//
// Age is counted on two clocks: the device's time, where there is one, and the
// allocation clock, which is the blocks allocated so far (as the device's own
// counter counts them: new objects, and resizes that move). What a
// gc.threshold does to a program is told by the second.
//
// A resize keeps the object's birth: one life. After a loss nothing is known
// of what lived before it, until the trace tells of its death.
//
// An observer that uses this must be added to the replay *before* it. Then,
// told of a free, a resize, a sweep, a loss or a new heap, it still finds the
// objects as they were.
//
// Cost: 32 bytes per block of the heap, one store per event.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "libheap/analysis/site_table.h"
#include "libheap/replay/observer.h"

namespace libheap {

struct LiveObject {
  uint64_t born_event = 0;  // of its allocation; 0: there is no object
  uint64_t born_clock = 0;  // blocks allocated by then, its own included
  uint64_t born_us = Event::kNoTime;
  uint32_t n_bytes = 0;      // as last asked for, at most 2^32 - 1
  SiteIndex site = 0;        // that allocated it first
  uint16_t born_blocks = 0;  // that it took at first, at most 65,535
};

class LiveObjects : public ReplayObserver {
 public:
  void on_start(const TraceHeader& header, const Moment& now) override;
  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override;
  void on_sweep(const Moment& now,
                std::span<const AreaSurvivors> survivors) override;
  void on_collect_end(const Moment& now, const SeenCollect& seen) override;
  void on_other(const Moment& now, const Event& event) override;

  // Null where no object is known to begin.
  [[nodiscard]] const LiveObject* find(BlockRef block) const {
    if (block.area >= areas_.size() ||
        block.block >= areas_[block.area].size()) {
      return nullptr;
    }
    const LiveObject& object = areas_[block.area][block.block];
    return object.born_event <= forgotten_ ? nullptr : &object;
  }

  // Calls visit(BlockRef, const LiveObject&), lowest block first. O(blocks).
  template <typename Visit>
  void for_each(const Visit& visit) const {
    if (!any_) return;
    for (uint32_t area = 0; area < areas_.size(); ++area) {
      for (uint32_t block = 0; block < areas_[area].size(); ++block) {
        const LiveObject& object = areas_[area][block];
        if (object.born_event > forgotten_) {
          visit(BlockRef{area, block}, object);
        }
      }
    }
  }

  // The allocation clock: blocks allocated so far.
  [[nodiscard]] uint64_t clock() const { return clock_; }
  [[nodiscard]] const SiteTable& sites() const { return sites_; }
  // The place the moment's site number means.
  [[nodiscard]] SiteIndex site_of(const Moment& now) {
    return sites_.index_of(now.site);
  }

 private:
  template <typename Small>
  static Small at_most(uint64_t value) {
    constexpr uint64_t kMost = std::numeric_limits<Small>::max();
    return static_cast<Small>(std::min(value, kMost));
  }
  void be_born(const Moment& now, BlockRef at, uint64_t n_bytes,
               uint64_t blocks);
  [[nodiscard]] LiveObject& slot(const Moment& now, BlockRef at);
  [[nodiscard]] LiveObject& new_slot(const Moment& now, BlockRef at);

  std::vector<std::vector<LiveObject>> areas_;  // by area number
  std::vector<uint64_t> dropped_areas_;         // by the collect under way
  uint64_t forgotten_ = 0;  // nothing is known of births up to this event
  bool any_ = false;        // some were since
  uint64_t clock_ = 0;
  SiteTable sites_;
};

// Calls visit(area, head) for every object that a sweep will free: heads of the
// heap that are in nobody's survivors.
template <typename Visit>
void for_each_dying_of_area(const GcHeap& heap,
                            std::span<const AreaSurvivors> survivors,
                            const Visit& visit) {
  for (const auto& area : heap.areas()) {
    const auto lives = std::find_if(
        survivors.begin(), survivors.end(),
        [&](const AreaSurvivors& one) { return one.area == area->id(); });
    const auto free = area->free_map().words();
    const auto tail = area->tail_map().words();
    for (size_t w = 0; w < area->used_words(); ++w) {
      uint64_t dying = ~(free[w] | tail[w]);
      if (lives != survivors.end()) dying &= ~lives->heads.words()[w];
      for (; dying != 0; dying &= dying - 1) {
        const auto bit = static_cast<uint32_t>(std::countr_zero(dying));
        const auto block = static_cast<BlockIndex>(w * 64 + bit);
        if (block < area->blocks()) visit(*area, block);
      }
    }
  }
}

// The same as visit(BlockRef).
template <typename Visit>
void for_each_dying_head(const GcHeap& heap,
                         std::span<const AreaSurvivors> survivors,
                         const Visit& visit) {
  for_each_dying_of_area(heap, survivors,
                         [&](const Area& area, BlockIndex head) {
                           visit(BlockRef{area.id(), head});
                         });
}

// And with the blocks of each: visit(BlockRef, blocks).
template <typename Visit>
void for_each_dying(const GcHeap& heap,
                    std::span<const AreaSurvivors> survivors,
                    const Visit& visit) {
  for_each_dying_of_area(
      heap, survivors, [&](const Area& area, BlockIndex head) {
        visit(BlockRef{area.id(), head}, area.chain_end(head) - head);
      });
}

// --- Inline: every event of a trace passes through them --------------------

inline LiveObject& LiveObjects::slot(const Moment& now, BlockRef at) {
  if (at.area < areas_.size() && at.block < areas_[at.area].size()) {
    return areas_[at.area][at.block];
  }
  return new_slot(now, at);
}

inline void LiveObjects::be_born(const Moment& now, BlockRef at,
                                 uint64_t n_bytes, uint64_t blocks) {
  clock_ += blocks;
  any_ = true;
  slot(now, at) = {.born_event = now.event,
                   .born_clock = clock_,
                   .born_us = now.time_us,
                   .n_bytes = at_most<uint32_t>(n_bytes),
                   .site = sites_.index_of(now.site),
                   .born_blocks = at_most<uint16_t>(blocks)};
}

inline void LiveObjects::on_alloc(const Moment& now, const SeenAlloc& seen) {
  if (!seen.at.is_null()) be_born(now, seen.at, seen.n_bytes, seen.blocks);
}

inline void LiveObjects::on_free(const Moment& now, BlockRef block,
                                 uint32_t blocks) {
  if (blocks != 0) slot(now, block).born_event = 0;
}

}  // namespace libheap
