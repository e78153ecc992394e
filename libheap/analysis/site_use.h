#pragma once

// SiteUse: what each site has on the heap: now, at the moment the heap was
// fullest, at its own fullest moment; and in all.
//
// "Fullest" is by bytes asked for. The heap sets a new peak at almost every
// event while it grows, so what the sites had at the peak is not copied then:
//
//     a row that has not changed since the peak still is what it was at it;
//     the first change after the peak puts the old value aside
//
// so a peak costs nothing and a change one comparison. restart() begins a new
// stretch with a peak of its own.
//
// Time is that of trace_clock.h.

#include <cstdint>
#include <vector>

#include "libheap/analysis/object_lives.h"
#include "libheap/analysis/trace_clock.h"

namespace libheap {

struct SiteHolding {
  uint64_t objects = 0;
  uint64_t bytes = 0;  // asked for
  uint64_t blocks = 0;
};

struct SiteUseRow {
  uint64_t objects = 0;  // allocated in all
  uint64_t bytes = 0;
  uint64_t lifetimes = 0;  // of all its objects, in units of time, summed
  uint64_t most_bytes = 0;
  uint64_t objects_at_most = 0;
  SiteHolding now;
  SiteHolding at_peak;
  uint64_t changed = 0;
};

struct UsePeak {
  uint64_t time = 0;
  SiteHolding total;
  std::vector<SiteHolding> by_site;  // by SiteIndex
};

class SiteUse : public LifeWatcher {
 public:
  void on_birth(const Moment& now, SiteIndex site, uint64_t n_bytes,
                uint64_t blocks) override;
  void on_resize(const Moment& now, const LiveObject& object,
                 uint64_t old_blocks, const SeenRealloc& seen) override;
  void on_end(const Moment& now, const LiveObject& object, BlockRef at,
              uint64_t blocks, ObjectEnd end) override;

  // By SiteIndex.
  [[nodiscard]] const std::vector<SiteUseRow>& rows() const { return rows_; }
  [[nodiscard]] const SiteHolding& total() const { return total_; }
  [[nodiscard]] UsePeak peak() const;
  void restart(uint64_t time);

 private:
  SiteUseRow& row_about_to_change(SiteIndex site);
  void note_peak(const Moment& now, SiteUseRow& row);

  std::vector<SiteUseRow> rows_;
  SiteHolding total_;
  SiteHolding peak_;
  TraceClock clock_;
  uint64_t peak_time_ = 0;
  uint64_t changes_ = 0;  // a clock
  uint64_t peak_at_ = 0;  // on it
};

}  // namespace libheap
