#pragma once

// ProgramLoop: how much a program allocates each time around, and how often it
// goes around.
//
// A tuner needs the two numbers of the article's rule, bytes per iteration and
// iterations per second. What an iteration is, is found from, in this order:
//
//     ticks    the program calls mpheap.tick()
//     label    else, the label that is set most often, 16 times or more
//     period   else, the distance at which the last 32,768 requests repeat:
//              request i has the site and size of request i + period for at
//              least 9 of 10; the shortest of those that fit best
//
// Bytes are whole blocks, as the counter behind gc.threshold counts them: new
// objects and resizes that move, whatever becomes of them; `requested_bytes`
// is what the program asked for. docs/analyses.md, "Tuning".
//
// Cost: a few ns per event; the search for a period, some 60 ms, only where
// there is neither tick nor label.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libheap/replay/observer.h"

namespace libheap {

enum class LoopFoundBy : uint8_t { kNothing, kTicks, kLabel, kPeriod };
[[nodiscard]] std::string_view name_of(LoopFoundBy found);

struct ProgramLoop {
  LoopFoundBy found_by = LoopFoundBy::kNothing;
  std::string label;        // kLabel
  uint64_t iterations = 0;  // whole ones seen
  // Per iteration, on average; of the whole trace where there is no loop.
  double blocks = 0;
  double requested_bytes = 0;
  double requests = 0;
  uint64_t most_blocks = 0;         // in one; 0 with kPeriod
  std::optional<double> period_us;  // where there are times
  // In the loop, or anywhere where it is found by period or not at all.
  uint64_t largest_request_bytes = 0;
  // Of the whole trace.
  std::optional<double> blocks_per_second;
  uint64_t all_blocks = 0;
};

class LoopAnalysis : public ReplayObserver {
 public:
  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_other(const Moment& now, const Event& event) override;

  [[nodiscard]] ProgramLoop loop() const;

 private:
  static constexpr size_t kMostLabels = 256;
  static constexpr size_t kWindow = size_t{1} << 15;

  // What was allocated so far.
  struct Sums {
    uint64_t blocks = 0;
    uint64_t bytes = 0;
    uint64_t requests = 0;
    uint64_t time_us = Event::kNoTime;
  };
  // Something that happens once around the loop.
  struct Beat {
    std::string label;
    uint64_t count = 0;
    Sums first;
    Sums last;
    uint64_t most_blocks = 0;
    uint64_t largest_before = 0;  // bytes, since the first
    uint64_t largest = 0;         // up to the last
  };
  // A request, for the search of a period.
  struct Step {
    uint64_t symbol = 0;
    Sums sums;
  };

  void requested(const Moment& now, uint64_t n_bytes, uint64_t blocks);
  void beat(Beat& beat);
  [[nodiscard]] const Beat* best_beat() const;
  [[nodiscard]] std::vector<Step> window() const;
  void describe(const Sums& first, const Sums& last, uint64_t iterations,
                ProgramLoop& loop) const;

  Sums sums_;
  Sums first_;
  uint64_t largest_ = 0;
  Beat ticks_;
  std::vector<Beat> labels_;
  std::vector<Step> steps_;  // a ring
};

}  // namespace libheap
