#pragma once

// Volume: how much of a heap a workload fills, without the heap.
//
// Where objects lie does not change how many blocks they take, so how full a
// heap is between two collects is a matter of sums:
//
//     used(t) = held(t) - dead(p)     p the last collect before t
//     held    blocks taken and not given back by the program itself
//     dead    blocks of all objects that died by then
//
// and a collect comes when `allocated` has grown by the threshold. With that,
// collects can be tried at every moment at next to no cost. Why that matters:
// the moment a collect comes decides what it finds alive, and moments drift
// with every resize that moves or not. docs/analyses.md, "What if".
//
// A threshold is taken to hold from the start; what happens before a program
// sets its own is in the simulated worlds.
//
// Sums are kept at up to kPoints positions, in steps of equal requests.
// Cost: one pass over the requests per choice of deaths; then kPoints steps
// per threshold.

#include <cstdint>
#include <vector>

#include "libheap/simulate/workload.h"

namespace libheap {

class Volume {
 public:
  static constexpr size_t kPoints = 1 << 17;

  Volume(const Workload& workload, const std::vector<Position>& deaths);

  // All that is allocated, moving resizes as in the recording.
  [[nodiscard]] uint64_t allocated_blocks() const {
    return points_.back().allocated;
  }
  // False where the points are too far apart for collects so close together,
  // or the heap is begun afresh.
  [[nodiscard]] bool tells_apart(uint64_t threshold_blocks) const;

  // The peak of used blocks with collects `threshold_blocks` apart, beside
  // those of the program itself: what it is at least, were each collect to come
  // at the best moment, and at most, each at the worst.
  struct Peaks {
    uint64_t lowest = 0;
    uint64_t highest = 0;
  };
  [[nodiscard]] Peaks peaks(uint64_t threshold_blocks) const;

 private:
  struct Point {
    uint64_t allocated = 0;  // up to and with this step
    int64_t held = 0;        // at its end
    int64_t most_held = 0;   // at any moment of it
    int64_t dead = 0;        // died by its end
    bool collect = false;    // the program collects in it
  };

  void add_requests(const Workload& workload,
                    const std::vector<Position>& deaths);
  void died(Position death, uint64_t blocks);
  // Tells see(blocks allocated before it, most used until the next).
  template <typename See>
  void for_each_cycle(uint64_t threshold_blocks, const See& see) const;

  size_t step_ = 1;  // requests per point
  std::vector<Point> points_;
  uint64_t longest_step_ = 0;  // most allocated in one point
  bool begun_afresh_ = false;  // by a soft reset, and not followed there
};

}  // namespace libheap
