#pragma once

// Who allocates, how much of it becomes garbage, and how long it lives.
//
// Requests belong to the site that asks; lives belong to the site that
// allocated the object first. So a list that grows in an append() counts as
// growth of that line, and lives and dies as an object of the line that made
// it. For all sites together, and where nothing was resized for each:
//
//     objects = freed + swept + live + reset + unseen ends
//     objects + moved = requests of AllocationFindings
//     blocks - grown_blocks + moved_blocks = its blocks
//
// An object that is freed has an exact age. One that is swept died somewhere
// between the collect before (or its birth) and this one: its age is between
// two bounds, and so is a site's median. Those still live are not in it.
//
// The same is counted by size, which every trace has. docs/analyses.md,
// "Sites". Cost: about 10 ns per event; memory: LiveObjects', and about 1 KB
// per site.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/analysis/age_spread.h"
#include "libheap/analysis/live_objects.h"
#include "libheap/replay/replay_result.h"

namespace libheap {

// Lower and upper bounds of the ages of what died, counted apart.
struct Lifetimes {
  AgeSpread at_least;
  AgeSpread at_most;

  void add(AgeSpread::Bucket low, AgeSpread::Bucket high) {
    at_least.add(low);
    at_most.add(high);
  }
};

struct SiteTally {
  // What was asked for here.
  uint64_t objects = 0;       // allocated
  uint64_t bytes = 0;         // requested: objects as they were, and growth
  uint64_t blocks = 0;        // taken for it
  uint64_t resizes = 0;       // served, of objects made here or elsewhere
  uint64_t moved = 0;         // of them
  uint64_t moved_blocks = 0;  // given to those that moved, in full
  uint64_t grown_bytes = 0;   // of `bytes`, by resizes
  uint64_t grown_blocks = 0;  // of `blocks`
  uint64_t failed = 0;        // requests, for lack of memory
  // What became of the objects allocated here.
  uint64_t freed = 0;  // by the program
  uint64_t freed_blocks = 0;
  uint64_t swept = 0;  // by the collector: garbage
  uint64_t swept_blocks = 0;
  uint64_t reset = 0;        // gone with the heap at a soft reset
  uint64_t unseen_ends = 0;  // lost sight of where events are missing
  uint64_t live = 0;         // at the end of the trace
  uint64_t live_blocks = 0;
  uint64_t live_bytes = 0;
  Lifetimes in_blocks;  // ages on the allocation clock
  Lifetimes in_us;      // where the trace has times

  void add(const SiteTally& other);
  // What was added, no longer.
  void subtract(const SiteTally& other);
};

struct Site {
  SiteRecord place;  // line 0 and empty names: not known
  SiteTally tally;
  SiteIndex caller = 0;  // of SiteFindings::sites; 0: not told
};

// Objects by the blocks they took at first.
struct SizeClass {
  uint64_t first_blocks = 0;
  uint64_t last_blocks = 0;  // UINT64_MAX: no end
  SiteTally tally;
};

struct SiteFindings {
  bool has_sites = false;    // the trace says who allocates
  bool has_callers = false;  // and who called that: site_stacks.h
  uint64_t block_bytes = 0;
  uint64_t duration_us = 0;  // 0: no clock
  SiteTally total;
  std::vector<Site> sites;       // by SiteIndex; [0] is what is not known
  std::vector<SizeClass> sizes;  // smallest first; empty ones left out
  // Objects that died whose birth was not seen: before the trace, in a gap.
  uint64_t unseen_births = 0;
  uint64_t unseen_birth_blocks = 0;
};

class SiteAnalysis : public ReplayObserver {
 public:
  // `objects` must be told of every event after this.
  explicit SiteAnalysis(LiveObjects& objects) : objects_(objects) {}

  void on_start(const TraceHeader& header, const Moment& now) override;
  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override;
  void on_collect_begin(const Moment& now, const SeenCollect& seen) override;
  void on_sweep(const Moment& now,
                std::span<const AreaSurvivors> survivors) override;
  void on_collect_end(const Moment& now, const SeenCollect& seen) override;
  void on_other(const Moment& now, const Event& event) override;
  void on_finish(const Moment& now) override;

  [[nodiscard]] SiteFindings findings(const ReplayResult& replay) const;
  // The same before the replay has finished: as if it ended here. O(blocks).
  [[nodiscard]] SiteFindings findings_so_far(const Moment& now,
                                             const ReplayResult& replay) const;

 private:
  // 1 to 8 blocks each, then doubling: 9-16, 17-32, ...
  static constexpr uint64_t kSingleSizes = 8;
  static constexpr size_t kSizeClasses = kSingleSizes + 14;

  // A moment on both clocks.
  struct Instant {
    uint64_t clock = 0;
    uint64_t us = Event::kNoTime;
  };

  static size_t size_class(uint64_t blocks) {
    return blocks <= kSingleSizes ? blocks - (blocks != 0 ? 1 : 0)
                                  : size_class_above(blocks);
  }
  static size_t size_class_above(uint64_t blocks);
  SiteTally& of_site(SiteIndex site) {
    if (site >= by_site_.size()) by_site_.resize(site + size_t{1});
    return by_site_[site];
  }
  // Calls count(tally) for the size and for the site, if that is known.
  template <typename Count>
  void count_for(SiteIndex site, uint64_t blocks, const Count& count) {
    count(by_size_[size_class(blocks)]);
    if (site != SiteTable::kUnknown) count(of_site(site));
  }
  template <typename Count>
  void count_for(const LiveObject& object, const Count& count) {
    count_for(object.site, object.born_blocks, count);
  }
  [[nodiscard]] SiteTally of_unknown_site(const SiteTally& total) const;
  void add_sites(SiteFindings& found) const;
  void count_new(const Moment& now, BlockRef at, uint64_t n_bytes,
                 uint64_t blocks);
  void count_failure(const Moment& now, uint64_t blocks);
  void count_resize(const Moment& now, const SeenRealloc& seen);
  void freed(const Moment& now, BlockRef block, uint64_t blocks);
  void swept(const LiveObject& object, uint32_t blocks);
  void end_all(bool reset);

  LiveObjects& objects_;
  // Of known sites, by index; what is left of all is of the unknown one, so a
  // trace without sites is counted once.
  std::vector<SiteTally> by_site_;
  std::array<SiteTally, kSizeClasses> by_size_;
  uint64_t block_bytes_ = 0;
  bool sweeps_all_ = false;
  bool finished_ = false;
  Instant last_collect_;  // when it began
  Instant this_collect_;
  uint64_t unseen_births_ = 0;
  uint64_t unseen_birth_blocks_ = 0;
};

}  // namespace libheap
