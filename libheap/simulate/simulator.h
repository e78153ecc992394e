#pragma once

// Simulator: the state of one simulation under way; see simulation.h.

#include <span>
#include <vector>

#include "libheap/model/gc_heap.h"
#include "libheap/model/smallest_run.h"
#include "libheap/simulate/simulation.h"

namespace libheap {

class Simulator {
 public:
  Simulator(const Workload& workload, const SimulationSettings& settings,
            const std::vector<Position>& deaths,
            const SimulationExtras& extras);

  SimulationRun run();

 private:
  void start();
  void override_threshold();
  void place_start();
  void adopt_start();
  void plan_collects();

  void serve_until(Position end);
  void serve(const Request& request);
  void serve_alloc(const Request& request, bool finaliser);
  void serve_resize(const Request& request, bool may_move);
  void serve_free(const Request& request);
  void serve_failed(const Request& request);
  BlockRef alloc(uint64_t n_bytes, bool finaliser);
  void serve_collect();
  void serve_setting(const SettingChange& change);
  void sweep_all();

  // Brings the request to its end, collecting where it must.
  template <typename Waiting>
  void finish(Waiting& request, AllocRequest& alloc, Progress progress);
  void grow(AllocRequest& alloc);
  void collect(CollectCause cause);
  void choose_survivors();
  void account(const SimulatedCollect& seen);

  void failed(uint64_t blocks);
  void born(BlockRef at, uint64_t blocks, Position death);
  void note_used();
  [[nodiscard]] Position& death_at(BlockRef at) {
    return deaths_at_[at.area][at.block];
  }
  void make_room(uint32_t area);

  const Workload& workload_;
  const SimulationSettings& settings_;
  const std::vector<Position>& deaths_;
  const SimulationExtras& extras_;
  SimulatedHeap setup_;
  GcHeap heap_;
  SmallestRun smallest_;
  SimulationRun result_;
  std::vector<BlockRef> slots_;
  std::vector<std::vector<Position>> deaths_at_;  // by area and head block
  std::vector<AreaSurvivors> survivors_;
  std::vector<Position> planned_;  // collects the settings ask for
  size_t next_life_ = 0;
  size_t next_growth_ = 0;
  size_t next_recorded_ = 0;
  Position position_ = 0;
  uint64_t live_objects_ = 0;  // of the collect under way
};

}  // namespace libheap
