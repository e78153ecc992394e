#pragma once

// The history of a heap: a bounded number of pictures of the whole table,
// spread over a trace of any length, so that a reader can scrub through time.
//
// A picture by itself is only a moment. What is on it is told by *stays*: an
// object that lay at a place over one or more pictures in a row.
//
//     on picture p lie exactly the stays with  from <= p < to
//
// so an object that outlives a hundred pictures costs no more than one seen
// once, and dropping a picture only drops the stays that no other one saw. An
// object that is resized in place begins a new stay with the same birth.
//
// A picture is taken by comparing the table with the one before, 64 blocks at
// a step; blocks that were given out since (`touched`) count as changed, for a
// new object may lie exactly where an old one lay. So a picture is right
// whatever happened in between: sweeps, divergences, areas that come and go.
//
// Pictures are taken at the start and the end, before and after collects, at
// failed allocations, and every `stride` events. When there are too many of
// them, or too many stays, every second one goes and the stride doubles; the
// ends, the first failures and the fullest heap before a collect are pinned.
//
// Cost: a bit per allocation; per picture a comparison of the table, and what
// changed. Memory: kStays stays and 24 bytes per block.
// Definitions: docs/analyses.md, "Heap map through time".

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "libheap/analysis/live_objects.h"
#include "libheap/model/bitmap.h"
#include "libheap/replay/observer.h"

namespace libheap {

struct HistoryPicture {
  enum class What : uint8_t {
    kSteady,
    kStart,
    kBeforeCollect,
    kAfterCollect,
    kFailure,
    kEnd,
  };

  uint64_t event = 0;
  uint64_t time_us = Event::kNoTime;
  What what = What::kSteady;
  uint64_t used_blocks = 0;
  uint64_t largest_free_run = 0;  // blocks
  uint64_t objects = 0;
};
// "steady", "start", "before collect", ...
[[nodiscard]] std::string_view name_of(HistoryPicture::What what);

struct HistoryStay {
  uint32_t area = 0;
  uint32_t block = 0;  // the head
  uint32_t blocks = 0;
  uint32_t from = 0;  // pictures it is on: from <= p < to
  uint32_t to = 0;
  uint32_t n_bytes = 0;  // asked for when the stay began; 0: not known
  SiteIndex site = SiteTable::kUnknown;
  uint64_t birth = 0;  // the event it was allocated in; 0: not known
};

// An area is in the heap on the pictures from <= p < to.
struct HistoryArea {
  uint32_t area = 0;
  uint32_t blocks = 0;
  uint32_t from = 0;
  uint32_t to = 0;
};

struct HeapHistoryFindings {
  std::vector<HistoryPicture> pictures;  // in order
  std::vector<HistoryStay> stays;        // by from, area, block
  std::vector<HistoryArea> areas;        // by from, in list order
  std::vector<SiteRecord> sites;         // by SiteIndex
  uint64_t stride = 1;                   // events between steady pictures
};

class HeapHistory : public ReplayObserver {
 public:
  static constexpr size_t kPictures = 800;
  static constexpr size_t kStays = 400'000;
  // However many objects there are, so many pictures are kept.
  static constexpr size_t kFewestPictures = 16;
  static constexpr size_t kPinnedFailures = 20;

  // Who allocated an object and when is asked of `objects`, which must have
  // been added to the replay before this.
  explicit HeapHistory(const LiveObjects& objects) : objects_(objects) {}

  void on_start(const TraceHeader&, const Moment& now) override;
  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override;
  void on_collect_begin(const Moment& now, const SeenCollect&) override;
  void on_collect_end(const Moment& now, const SeenCollect&) override;
  void on_finish(const Moment& now) override;

  // Whole when the replay has finished.
  [[nodiscard]] HeapHistoryFindings take_findings() {
    return std::move(history_);
  }

 private:
  using What = HistoryPicture::What;

  struct Taken {
    HistoryPicture picture;
    bool pinned = false;
  };

  // What is remembered of an object on the last picture, at its head.
  struct Known {
    uint64_t birth = 0;
    uint32_t n_bytes = 0;
    SiteIndex site = SiteTable::kUnknown;
    uint32_t since = 0;  // the first picture it is on
  };

  // An area as on the last picture.
  struct Seen {
    uint32_t area = 0;
    uint32_t from = 0;
    Bitmap free;
    Bitmap tail;
    Bitmap touched;  // heads of objects placed since
    std::vector<Known> known;
  };

  void at_stride(const Moment& now) {
    if (now.event >= next_steady_) take(now, What::kSteady, false);
  }
  [[nodiscard]] uint32_t next_picture() const {
    return static_cast<uint32_t>(taken_.size());
  }
  [[nodiscard]] Seen* find(uint32_t area);
  void touch(const Moment& now, BlockRef at);
  void take(const Moment& now, What what, bool pinned);
  void match_areas(const GcHeap& heap);
  Seen& add_area(const Area& area);
  void end_area(const Seen& seen);
  void look_at(const Area& area, Seen& seen);
  [[nodiscard]] Known known_now(BlockRef head) const;
  void end_stay(const Seen& seen, BlockIndex head);
  void thin_out();

  const LiveObjects& objects_;
  HeapHistoryFindings history_;  // stays and areas that have ended
  std::vector<Taken> taken_;
  std::vector<Seen> seen_;  // the areas there are
  uint64_t next_steady_ = 0;
  uint64_t next_collect_ = 0;
  bool in_collect_ = false;  // its begin was taken; its end will be too
  size_t failures_ = 0;
  uint64_t fullest_blocks_ = 0;
};

}  // namespace libheap
