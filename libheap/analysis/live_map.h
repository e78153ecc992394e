#pragma once

// LiveMap: the objects of a heap, told as what came and what went since the
// last look.
//
//     const LiveMapPart part = map.changes(heap);    // since the last call
//     const LiveMapPart all = map.whole();           // as of that call
//
// The table is compared with the one of the last look, 64 blocks at a step, so
// what is told is right whatever happened in between; blocks that were given
// out since count as changed, for a new object may lie where an old one lay.
// An object whose size changed is told as gone and come again.
//
// Cost: a bit per allocation; per look a comparison of the tables, and what
// changed. Memory: three bits per block.

#include <cstdint>
#include <vector>

#include "libheap/analysis/live_objects.h"
#include "libheap/model/bitmap.h"
#include "libheap/replay/observer.h"

namespace libheap {

struct LiveMapObject {
  uint32_t block = 0;  // the head
  uint32_t blocks = 0;
  uint32_t n_bytes = 0;  // asked for; 0: not known
  SiteIndex site = SiteTable::kUnknown;
  uint64_t birth = 0;  // the event it was allocated in; 0: not known
};

struct LiveMapArea {
  uint32_t area = 0;
  uint32_t blocks = 0;
  // Nothing told of the area before holds any more.
  bool anew = false;
  std::vector<uint32_t> gone;  // heads
  std::vector<LiveMapObject> came;
};

struct LiveMapPart {
  std::vector<LiveMapArea> areas;  // all there are, in list order

  // Whether there is anything to tell.
  [[nodiscard]] bool empty() const;
};

class LiveMap : public ReplayObserver {
 public:
  // Who allocated an object and when is asked of `objects`.
  explicit LiveMap(const LiveObjects& objects) : objects_(objects) {}

  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;

  [[nodiscard]] LiveMapPart changes(const GcHeap& heap);
  [[nodiscard]] LiveMapPart whole() const;

 private:
  // An area as it was told.
  struct Told {
    uint32_t area = 0;
    bool anew = true;
    Bitmap free;
    Bitmap tail;
    Bitmap touched;  // heads of objects placed since
  };

  [[nodiscard]] Told* find(uint32_t area);
  void touch(BlockRef at);
  [[nodiscard]] LiveMapArea look_at(const Area& area, Told& told) const;
  [[nodiscard]] LiveMapObject object_at(BlockRef head, uint32_t end) const;

  const LiveObjects& objects_;
  std::vector<Told> told_;
};

}  // namespace libheap
