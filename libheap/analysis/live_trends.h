#pragma once

// Live trends: who holds ever more, and who only makes garbage.
//
// What a site holds is known only when a collect is done: before, the dead are
// still there. So the blocks live per site after each of up to kLooks collects
// are a series, and its slope (theil_sen.h) the answer:
//
//     grows     slope surely above 0, over the whole and over the last half
//               (a start-up that ended is no leak), and by enough to matter
//     garbage   no growth; nothing of it was there at half of the looks, or it
//               allocated kGarbageShare times what it ever held
//     held      no growth; mostly what it allocated stays
//     unknown   fewer than kFewest looks
//
// Deaths that no collect saw are not supposed: an object counts as long as it
// is in a table after a collect. Objects of traces without sites are told apart
// by their blocks at birth; a resize leaves them where they are. Definitions:
// docs/analyses.md, "Leak or garbage".
//
// Cost: one addition per request; a pass over the live objects per look.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libheap/analysis/decimated.h"
#include "libheap/analysis/live_objects.h"
#include "libheap/analysis/theil_sen.h"
#include "libheap/replay/observer.h"

namespace libheap {

enum class LiveVerdict : uint8_t { kGrows, kGarbage, kHeld, kUnknown };
[[nodiscard]] std::string_view name_of(LiveVerdict verdict);

// A line, by the first site there; or, where none is known, everything of one
// size at birth (large ones together).
struct Origin {
  static constexpr uint64_t kLarge = 256;

  SiteIndex site = SiteTable::kUnknown;
  uint64_t born_blocks = 0;  // of no site
  auto operator<=>(const Origin&) const = default;
};

// By its site; SiteTable::lines() has the line.
[[nodiscard]] Origin origin_of(const LiveObject& object);
[[nodiscard]] Origin line_of(const Origin& site,
                             const std::vector<SiteIndex>& lines);

struct LiveTrend {
  Origin origin;
  LiveVerdict verdict = LiveVerdict::kUnknown;
  uint64_t allocated_blocks = 0;  // in new objects, over the trace
  uint64_t first_blocks = 0;      // live at the first and last look
  uint64_t last_blocks = 0;
  uint64_t most_blocks = 0;
  Trend per_event;  // blocks per event
  // Of what grows: until the memory free after the last look is gone.
  std::optional<uint64_t> events_until_full;
};

struct LiveTrendFindings {
  // Those that grow, then what is held, then garbage; each by most_blocks.
  std::vector<LiveTrend> origins;
  uint64_t looks = 0;
  uint64_t free_after_last = 0;  // blocks, after the last collect looked at
};

class LiveTrendAnalysis : public ReplayObserver {
 public:
  static constexpr size_t kLooks = 96;
  static constexpr size_t kFewest = 8;
  static constexpr size_t kOrigins = 24;        // reported
  static constexpr uint64_t kGarbageShare = 4;  // allocated / most live
  static constexpr double kGrowthShare = 0.10;  // of what it held at first
  static constexpr uint64_t kGrowthBlocks = 8;  // and at least so many

  // `objects` must observe the replay after this one.
  explicit LiveTrendAnalysis(LiveObjects& objects) : objects_(objects) {}

  void on_alloc(const Moment& now, const SeenAlloc& seen) override {
    if (!seen.at.is_null()) count(now, seen.blocks);
  }
  void on_realloc(const Moment& now, const SeenRealloc& seen) override {
    if (!seen.at.is_null() && seen.old.is_null()) count(now, seen.blocks);
  }
  void on_collect_end(const Moment& now, const SeenCollect& seen) override;

  [[nodiscard]] LiveTrendFindings findings() const;

 private:
  struct Look {
    uint64_t event = 0;
    uint64_t free_blocks = 0;
    std::vector<std::pair<Origin, uint64_t>> live;  // blocks, by origin
  };

  void count(const Moment& now, uint64_t blocks) {
    const SiteIndex site = objects_.site_of(now);
    if (site != SiteTable::kUnknown) {
      by_site_[site] += blocks;
    } else {
      by_size_[std::min(blocks, Origin::kLarge)] += blocks;
    }
  }
  [[nodiscard]] std::vector<Look> looks_by_line() const;
  [[nodiscard]] uint64_t allocated(const Origin& line) const;
  [[nodiscard]] LiveTrend trend_of(const Origin& line,
                                   const std::vector<Look>& looks) const;

  LiveObjects& objects_;
  // Blocks allocated.
  std::vector<uint64_t> by_site_ =
      std::vector<uint64_t>(SiteTable::kMostSites + 1);
  std::vector<uint64_t> by_size_ = std::vector<uint64_t>(Origin::kLarge + 1);
  Decimated<Look> looks_{kLooks};
};

}  // namespace libheap
