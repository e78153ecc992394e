#pragma once

// The hot path: which lines allocate while the program goes around its loop,
// what kind of object each makes, and what the documentation says to do
// instead.
//
// Counting begins at the first tick, so that booting is left out; in a trace
// without ticks, with the trace. Lines are ranked by the blocks they take,
// since those bring the next collect nearer. Without sites, sizes take the
// place of lines.
//
// Cost: a few ns per event; 64 bytes per line and runtime function.

#include <cstdint>
#include <optional>
#include <vector>

#include "libheap/analysis/object_remedies.h"
#include "libheap/analysis/site_table.h"
#include "libheap/replay/observer.h"

namespace libheap {

struct HotLine {
  SiteRecord place;      // line 0 and no names: not known
  uint64_t n_bytes = 0;  // of each, where all are alike; else 0
  uint64_t objects = 0;  // allocated, moving resizes included
  uint64_t blocks = 0;
  uint64_t moved = 0;  // of objects: by resizes that moved
  double share = 0;    // of all blocks allocated in the loop
  // What would be saved without it; nothing where there is no loop.
  std::optional<double> bytes_per_iteration;
  ObjectKind kind = ObjectKind::kUnknown;
};

struct HotPath {
  bool has_sites = false;
  bool from_first_tick = false;
  uint64_t blocks = 0;
  std::vector<HotLine> lines;  // by blocks; at most kListed
};

class HotPathAnalysis : public ReplayObserver {
 public:
  static constexpr size_t kListed = 16;

  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_other(const Moment& now, const Event& event) override;

  [[nodiscard]] HotPath path() const;

 private:
  struct Tally {
    uint64_t objects = 0;
    uint64_t blocks = 0;
    uint64_t moved = 0;
    uint64_t least_bytes = UINT64_MAX;
    uint64_t most_bytes = 0;
  };
  // Sizes in blocks up to this have a tally each.
  static constexpr size_t kSizes = 64;

  void add(const Moment& now, uint64_t n_bytes, uint64_t blocks, bool moved);
  static void count(Tally& tally, uint64_t n_bytes, uint64_t blocks,
                    bool moved);

  SiteTable sites_;
  std::vector<Tally> by_site_;
  std::vector<Tally> by_size_ = std::vector<Tally>(kSizes + 1);
  uint64_t blocks_ = 0;
  bool ticked_ = false;
};

}  // namespace libheap
