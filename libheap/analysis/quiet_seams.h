#pragma once

// Quiet seams: places in a program where the heap is left alone for long.
//
// A collect that the program asks for itself hurts least where it waits anyway.
// A trace does not know what waits, but it knows when nothing was asked of the
// heap: the gap from one event to the next. A *seam* is a pair of places that
// follow each other, with all gaps between them:
//
//     control.py:24 -> tick        4.8 ms or more in 99 of 100 rounds
//
// Places are Python lines, labels, ticks, and the program's own gc.collect();
// without sites all requests are one place. Pauses are no gaps.
//
// A program may be busy without asking the heap for anything, so a seam is a
// candidate, and only its author knows. docs/analyses.md, "Tuning".
//
// Cost: some 10 ns per event; about 300 bytes per seam, of at most kMostSeams.

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "libheap/analysis/age_spread.h"
#include "libheap/analysis/site_table.h"
#include "libheap/replay/observer.h"

namespace libheap {

struct SeamPlace {
  enum class Kind : uint8_t { kRequest, kTick, kLabel, kCollect };

  Kind kind = Kind::kRequest;
  SiteRecord site;    // kRequest; line 0: not known
  std::string label;  // kLabel
};

struct QuietSeam {
  SeamPlace before;
  SeamPlace after;
  uint64_t count = 0;
  uint64_t gap_p01_us = 0;  // 99 of 100 gaps here are at least that long
  uint64_t gap_p50_us = 0;
  uint64_t gap_p99_us = 0;
  uint64_t total_us = 0;
};

struct QuietSeamFindings {
  bool timed = false;
  uint64_t gaps = 0;
  uint64_t gap_p99_us = 0;       // of all gaps, whatever the seam
  std::vector<QuietSeam> seams;  // by gap_p01_us, longest first
};

class QuietSeamAnalysis : public ReplayObserver {
 public:
  static constexpr size_t kMostSeams = 4096;
  static constexpr size_t kListed = 32;
  // A seam that is rarer is no part of the loop.
  static constexpr uint64_t kLeastGaps = 8;

  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_free(const Moment& now, BlockRef block, uint32_t blocks) override;
  void on_collect_begin(const Moment& now, const SeenCollect& seen) override;
  void on_collect_end(const Moment& now, const SeenCollect& seen) override;
  void on_other(const Moment& now, const Event& event) override;

  [[nodiscard]] QuietSeamFindings findings() const;

 private:
  // A place in 32 bits: its kind, and the number of its site or label.
  using PlaceCode = uint32_t;
  struct Seam {
    uint64_t key = 0;
    AgeSpread gaps;
    uint64_t total_us = 0;
  };

  [[nodiscard]] SiteIndex line_of(uint32_t site) {
    return sites_.without_callers(sites_.index_of(site));
  }
  void request(const Moment& now);
  void see(PlaceCode place, uint64_t time_us);
  Seam* seam(uint64_t key);
  [[nodiscard]] SeamPlace place_of(PlaceCode code) const;

  SiteTable sites_;
  std::vector<std::string> labels_;
  PlaceCode last_ = 0;
  uint64_t last_us_ = Event::kNoTime;
  bool in_collect_ = false;
  AgeSpread all_;
  std::vector<Seam> seams_;
  std::unordered_map<uint64_t, size_t> by_key_;
  std::array<uint32_t, 256> recent_{};  // seams seen last, by key
};

}  // namespace libheap
