#pragma once

// Fragmentation: how the free memory was cut up over a trace, what split it,
// and why allocations failed.
//
//   moments   the free runs after collects and at failures, thinned out
//   cards     one per failure: verdict, what was in the way, since when
//   worst     the collect that left the most fragmented heap of those with free
//             memory worth speaking of, with its splitters
//   holders   whose objects split the heap at those moments, added up
//   peaks     Johnstone and Wilson's measures
//   trends    who holds ever more, who makes garbage
//
// What is cheap is done at every collect; passes over all objects (splitters,
// who holds what) at failures and at a bounded number of collects. Definitions:
// docs/analyses.md, "Fragmentation".

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "libheap/analysis/decimated.h"
#include "libheap/analysis/failures.h"
#include "libheap/analysis/free_runs.h"
#include "libheap/analysis/last_long_run.h"
#include "libheap/analysis/live_objects.h"
#include "libheap/analysis/live_trends.h"
#include "libheap/analysis/peak_fragmentation.h"
#include "libheap/analysis/splitters.h"
#include "libheap/replay/observer.h"

namespace libheap {

// An object that is in the way, and where it comes from.
struct KnownObject {
  PlacedObject object;
  std::optional<LiveObject> born;  // nothing: from before the trace or a loss
};

struct KnownSplitter {
  Splitter splitter;
  std::optional<LiveObject> born;
};

struct KnownGroup {
  std::vector<KnownObject> objects;
  uint64_t joined = 0;
};

// A look at the whole heap.
struct FragmentationMoment {
  uint64_t event = 0;
  uint64_t time_us = Event::kNoTime;
  FreeRuns runs;
};

struct SplitHeap {
  FragmentationMoment moment;
  uint64_t splitter_count = 0;
  std::vector<KnownSplitter> splitters;  // ranked
};

struct FailureCard {
  FailedAllocation failed;
  SiteIndex site = SiteTable::kUnknown;  // that asked
  SplitHeap heap;
  // Of fragmented ones:
  std::vector<KnownGroup> pairs;         // that help only together
  std::optional<KnownGroup> in_the_way;  // the fewest that would do
  // The last collect that left room for the request, and how many came since.
  std::optional<LongRun> last_room;
  uint64_t collects_since = 0;
};

// Whose objects split the heap, over cards, worst and looks.
struct SplittingOrigin {
  Origin origin;
  uint64_t times = 0;          // among the splitters of a moment
  uint64_t first_times = 0;    // as the first of them
  uint64_t joined_blocks = 0;  // summed
};

// What all of it comes to, the worst that is true.
enum class FragmentationVerdict : uint8_t {
  kFragmented,  // an allocation failed although there was enough, in pieces
  kExhausted,   // an allocation failed for lack of memory
  kNoRoom,      // none failed, but the last collect left no room for a request
                // as large as the largest: the next of its kind will fail
  kSound,
};
[[nodiscard]] std::string_view name_of(FragmentationVerdict verdict);

struct FragmentationFindings {
  FragmentationVerdict verdict = FragmentationVerdict::kSound;

  FailureFindings failures;
  std::vector<FailureCard> cards;
  std::vector<FragmentationMoment> moments;  // after collects
  uint64_t moment_stride = 1;
  std::optional<SplitHeap> worst;
  std::vector<SplittingOrigin> origins;  // by joined_blocks
  // The largest request that was served, and the last collect that left room
  // for another.
  uint64_t largest_request_blocks = 0;
  std::optional<LongRun> last_room;
  uint64_t collects = 0;
  PeakFragmentation::Measures peaks;
  LiveTrendFindings trends;
  SiteTable sites;
};

class FragmentationAnalysis : public ReplayObserver {
 public:
  static constexpr size_t kMoments = 256;
  static constexpr size_t kCards = 12;  // of each verdict
  static constexpr size_t kSplitters = 8;
  static constexpr size_t kPairs = 3;
  // Whether the heap is in pieces is asked where so much of it is free.
  static constexpr double kFreeShare = 0.10;

  // `objects` must observe the replay after this one.
  explicit FragmentationAnalysis(LiveObjects& objects)
      : objects_(objects), trends_(objects) {}

  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_collect_end(const Moment& now, const SeenCollect& seen) override;

  [[nodiscard]] FragmentationFindings findings() const;

 private:
  void failed(const Moment& now, const FailedAllocation& failure);
  void look(const Moment& now);
  [[nodiscard]] SplitHeap split_heap(const Moment& now,
                                     const SplitterFindings& found) const;
  [[nodiscard]] KnownGroup known(const ObjectsInTheWay& group) const;
  [[nodiscard]] std::optional<LiveObject> born(BlockRef head) const;

  LiveObjects& objects_;
  LiveTrendAnalysis trends_;
  FailureAnalysis failures_;
  PeakFragmentation peaks_;
  LastLongRun long_runs_;
  Decimated<SplitHeap> looks_{kMoments};
  std::vector<FailureCard> cards_;
  std::array<size_t, 4> cards_of_{};  // by verdict
  std::optional<SplitHeap> worst_;
  uint64_t largest_request_ = 0;  // blocks
};

// --- Inline: every event of a trace passes through them --------------------

inline void FragmentationAnalysis::on_alloc(const Moment& now,
                                            const SeenAlloc& seen) {
  trends_.on_alloc(now, seen);
  failures_.on_alloc(now, seen);
  if (!seen.at.is_null()) {
    largest_request_ = std::max(largest_request_, seen.blocks);
    return;
  }
  if (const auto failure = failure_of(now, seen)) failed(now, *failure);
}

inline void FragmentationAnalysis::on_realloc(const Moment& now,
                                              const SeenRealloc& seen) {
  trends_.on_realloc(now, seen);
  failures_.on_realloc(now, seen);
  if (!seen.at.is_null()) {
    largest_request_ = std::max(largest_request_, seen.blocks);
    return;
  }
  if (const auto failure = failure_of(now, seen)) failed(now, *failure);
}

}  // namespace libheap
