#pragma once

// WorkloadRecorder: a replay written down as a workload, see workload.h.
//
// It follows each object through the recorded heap: which life lies at which
// block. A resize that moves takes the life along; a sweep ends the lives whose
// heads do not survive.

#include <map>
#include <utility>
#include <vector>

#include "libheap/replay/observer.h"
#include "libheap/simulate/workload.h"

namespace libheap {

class WorkloadRecorder : public ReplayObserver {
 public:
  // Begins anew with the heap as it is: at the start of a trace, and where it
  // is known again after a loss.
  void begin(const TraceHeader& header, const GcHeap& heap, bool empty);
  // The stretch recorded since begin(), closed off.
  [[nodiscard]] Workload take(const GcHeap& heap);
  [[nodiscard]] size_t requests() const { return workload_.requests.size(); }

  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override;
  void on_collect_begin(const Moment& now, const SeenCollect& seen) override;
  void on_sweep(const Moment& now,
                std::span<const AreaSurvivors> survivors) override;
  void on_collect_end(const Moment& now, const SeenCollect& seen) override;
  void on_other(const Moment& now, const Event& event) override;

 private:
  static constexpr uint32_t kNoSlot = UINT32_MAX;
  struct Present {
    uint32_t life = 0;
    uint32_t slot = kNoSlot;
  };

  void adopt(const GcHeap& heap);
  void add(RequestKind kind, uint64_t n_bytes, uint32_t slot);
  void add_setting(const Event& event);
  void add_area(const Event& event);
  void add_mark(const Event& event);
  void born(BlockRef at, uint32_t site, uint64_t n_bytes, uint32_t slot);
  void resized(const SeenRealloc& seen);
  void ended(BlockRef at, Position death);
  void end_all(Position death);
  void sweep(const Area& area, const SurvivorMap& survivors);
  [[nodiscard]] Present& present(BlockRef at);
  [[nodiscard]] uint32_t take_slot();
  [[nodiscard]] uint32_t group_of(uint32_t site, uint64_t n_bytes);
  [[nodiscard]] Position position() const {
    return static_cast<Position>(workload_.requests.size());
  }

  Workload workload_;
  std::vector<std::vector<Present>> present_;  // by area and head block
  std::vector<uint32_t> free_slots_;
  std::map<std::pair<uint32_t, uint64_t>, uint32_t> group_numbers_;
  // The group of the request before is nearly always among the last few.
  static constexpr size_t kRecentGroups = 64;
  struct RecentGroup {
    uint32_t site = UINT32_MAX;
    uint64_t n_bytes = 0;
    uint32_t group = 0;
  };
  RecentGroup recent_[kRecentGroups];
  Position survived_ = 0;  // one past the last collect
  bool recording_ = false;
  bool collecting_ = false;
  bool growing_ = false;
};

}  // namespace libheap
