#pragma once

// HeapFilm: the whole heap at N moments spread evenly over a trace. The moments
// are ends of collects where there are at least N (what is seen then is what
// the program holds, not garbage that happens to lie about), else any events.
//
// A frame is coarse, kBins counts of used blocks from the lowest to the highest
// address (areas one after the other), because what matters is the movement:
// where the program settles, what stays behind, how far up the heap is used.
// One pass without knowing the length: frames are taken ever more rarely and
// every second one dropped (decimated.h), so 2 N to 4 N are held at any time.

#include <cstdint>
#include <vector>

#include "libheap/analysis/decimated.h"
#include "libheap/analysis/heap_table.h"
#include "libheap/replay/observer.h"

namespace libheap {

struct FilmFrame {
  uint64_t event = 0;  // or the line, of a dump in a text
  uint64_t time_us = Event::kNoTime;
  uint64_t used_blocks = 0;
  uint64_t largest_run = 0;
  uint64_t total_blocks = 0;   // the heap's size then; it may grow
  std::vector<uint32_t> used;  // per bin
};

struct HeapFilm {
  static constexpr uint64_t kBins = 256;

  uint64_t block_bytes = 16;
  uint64_t blocks_per_bin = 1;
  enum class Of : uint8_t { kEvents, kCollects, kDumps } of = Of::kEvents;
  std::vector<FilmFrame> frames;
};

// Bins that let `total_blocks` blocks fit into kBins.
[[nodiscard]] uint64_t blocks_per_bin(uint64_t total_blocks);
// At most `count` of them: the first, the last, and evenly between.
[[nodiscard]] std::vector<FilmFrame> evenly(
    const std::vector<FilmFrame>& frames, size_t count);
[[nodiscard]] FilmFrame film_frame(const HeapTable& table,
                                   uint64_t blocks_per_bin);

class FilmRecorder : public ReplayObserver {
 public:
  explicit FilmRecorder(size_t frames)
      : wanted_(frames), events_(4 * frames), collects_(4 * frames) {}

  void on_start(const TraceHeader&, const Moment& now) override;
  void on_alloc(const Moment& now, const SeenAlloc&) override {
    look(now, events_);
  }
  void on_realloc(const Moment& now, const SeenRealloc&) override {
    look(now, events_);
  }
  void on_free(const Moment& now, BlockRef, uint32_t) override {
    look(now, events_);
  }
  void on_collect_end(const Moment& now, const SeenCollect& seen) override {
    look(now, events_);
    if (!seen.sweep_all) look(now, collects_);
  }

  [[nodiscard]] HeapFilm film() const;

 private:
  void look(const Moment& now, Decimated<FilmFrame>& frames) const;

  size_t wanted_;
  uint64_t blocks_per_bin_ = 1;
  uint64_t block_bytes_ = 16;
  Decimated<FilmFrame> events_;
  Decimated<FilmFrame> collects_;
};

}  // namespace libheap
