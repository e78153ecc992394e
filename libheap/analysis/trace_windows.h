#pragma once

// TraceWindows: what a program asked of its heap, cut into stretches of equal
// length, so that one can see how much it varies by itself.
//
// Length is counted in three ways at once: iterations (ticks), microseconds,
// events; a comparison takes the best that both traces have. A trace is as long
// as it is: windows begin short, and whenever there are 2 * kWindows they are
// joined in pairs. So there are kWindows to 2 * kWindows of them in the end
// (fewer in short traces), in constant memory. What comes after the last full
// window is left out, and so is what comes before the first tick.

#include <array>
#include <cstdint>
#include <vector>

#include "libheap/analysis/live_objects.h"

namespace libheap {

struct TraceWindow {
  uint64_t requests = 0;
  uint64_t blocks = 0;
  uint64_t swept_blocks = 0;
  uint64_t collects = 0;
  uint64_t failed = 0;
  std::vector<uint64_t> site_blocks;       // by SiteIndex
  std::array<uint64_t, 33> size_blocks{};  // by bit width of the blocks

  void add(const TraceWindow& other);
};

enum class WindowUnit : uint8_t { kTicks, kMicroseconds, kEvents };

class WindowSeries {
 public:
  static constexpr size_t kWindows = 20;

  // Before anything is added to open().
  void advance_to(uint64_t position);
  [[nodiscard]] TraceWindow& open() { return open_; }
  [[nodiscard]] const std::vector<TraceWindow>& windows() const {
    return windows_;
  }
  [[nodiscard]] uint64_t window_length() const { return length_; }
  [[nodiscard]] uint64_t length() const { return last_ - first_; }

 private:
  // Times are the trace's and may be anything; sums must not overflow.
  static constexpr uint64_t kFurthest = uint64_t{1} << 60;

  void close();

  std::vector<TraceWindow> windows_;
  TraceWindow open_;
  uint64_t length_ = 1;
  bool begun_ = false;
  uint64_t first_ = 0;
  uint64_t last_ = 0;
  uint64_t end_ = 0;  // of the open window
};

class TraceWindows : public ReplayObserver {
 public:
  void on_alloc(const Moment& now, const SeenAlloc& seen) override;
  void on_realloc(const Moment& now, const SeenRealloc& seen) override;
  void on_collect_begin(const Moment& now, const SeenCollect& seen) override;
  void on_collect_end(const Moment& now, const SeenCollect& seen) override;
  void on_other(const Moment& now, const Event& event) override;
  void on_finish(const Moment& now) override;

  [[nodiscard]] const WindowSeries& series(WindowUnit unit) const {
    return series_[static_cast<size_t>(unit)];
  }
  [[nodiscard]] const SiteTable& sites() const { return sites_; }

 private:
  void advance(const Moment& now);
  void served(const Moment& now, uint64_t blocks);
  template <typename Count>
  void count(const Moment& now, const Count& one);

  std::array<WindowSeries, 3> series_;
  SiteTable sites_;
  uint64_t ticks_ = 0;
  uint64_t used_before_ = 0;
};

}  // namespace libheap
