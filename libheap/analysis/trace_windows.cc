#include "libheap/analysis/trace_windows.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace libheap {

void TraceWindow::add(const TraceWindow& other) {
  requests += other.requests;
  blocks += other.blocks;
  swept_blocks += other.swept_blocks;
  collects += other.collects;
  failed += other.failed;
  site_blocks.resize(std::max(site_blocks.size(), other.site_blocks.size()));
  for (size_t i = 0; i < other.site_blocks.size(); ++i) {
    site_blocks[i] += other.site_blocks[i];
  }
  for (size_t i = 0; i < size_blocks.size(); ++i) {
    size_blocks[i] += other.size_blocks[i];
  }
}

void WindowSeries::advance_to(uint64_t position) {
  position = std::min(position, kFurthest);
  if (!begun_) {
    begun_ = true;
    first_ = position;
    end_ = position + length_;
    open_ = {};
  }
  // Time can jump far; windows then grow until the jump is a few of them.
  while (position >= end_) close();
  last_ = std::max(last_, position);
}

void WindowSeries::close() {
  windows_.push_back(std::exchange(open_, {}));
  if (windows_.size() == 2 * kWindows) {
    for (size_t i = 0; i < kWindows; ++i) {
      TraceWindow joined = std::move(windows_[2 * i]);
      joined.add(windows_[2 * i + 1]);
      windows_[i] = std::move(joined);
    }
    windows_.resize(kWindows);
    length_ *= 2;
  }
  end_ = first_ + (windows_.size() + 1) * length_;
}

void TraceWindows::advance(const Moment& now) {
  if (ticks_ != 0) series_[0].advance_to(ticks_);
  if (now.time_us != Event::kNoTime) series_[1].advance_to(now.time_us);
  series_[2].advance_to(now.event);
}

template <typename Count>
void TraceWindows::count(const Moment& now, const Count& one) {
  advance(now);
  for (WindowSeries& series : series_) one(series.open());
}

void TraceWindows::served(const Moment& now, uint64_t blocks) {
  const SiteIndex site = sites_.index_of(now.site);
  const auto size = static_cast<size_t>(std::bit_width(blocks));
  count(now, [&](TraceWindow& window) {
    ++window.requests;
    window.blocks += blocks;
    if (site >= window.site_blocks.size()) {
      window.site_blocks.resize(site + size_t{1});
    }
    window.site_blocks[site] += blocks;
    window.size_blocks[std::min(size, window.size_blocks.size() - 1)] += blocks;
  });
}

void TraceWindows::on_alloc(const Moment& now, const SeenAlloc& seen) {
  if (!seen.at.is_null()) served(now, seen.blocks);
  if (seen.out_of_memory) count(now, [](TraceWindow& one) { ++one.failed; });
}

void TraceWindows::on_realloc(const Moment& now, const SeenRealloc& seen) {
  if (!seen.at.is_null() && seen.at != seen.old) served(now, seen.blocks);
  if (seen.out_of_memory) count(now, [](TraceWindow& one) { ++one.failed; });
}

void TraceWindows::on_collect_begin(const Moment& now, const SeenCollect&) {
  used_before_ = now.heap->used_blocks();
}

void TraceWindows::on_collect_end(const Moment& now, const SeenCollect& seen) {
  const uint64_t swept =
      used_before_ - std::min(used_before_, now.heap->used_blocks());
  if (seen.sweep_all) return;
  count(now, [&](TraceWindow& one) {
    ++one.collects;
    one.swept_blocks += swept;
  });
}

void TraceWindows::on_other(const Moment& now, const Event& event) {
  if (event.kind == EventKind::kSite && event.site_record != nullptr) {
    sites_.describe(*event.site_record);
  }
  if (event.kind == EventKind::kTick) {
    ++ticks_;
    advance(now);
  }
}

void TraceWindows::on_finish(const Moment& now) { advance(now); }

}  // namespace libheap
