#include "libheap/analysis/pause_figures.h"

#include <algorithm>

namespace libheap {
namespace {

constexpr uint64_t kWindows[] = {
    1'000,   2'000,   5'000,     10'000,    20'000,    50'000,    100'000,
    200'000, 500'000, 1'000'000, 2'000'000, 5'000'000, 10'000'000};

// Nearest rank; `sorted` is not empty.
uint64_t percentile(const std::vector<uint64_t>& sorted, uint64_t percent) {
  const size_t rank = (sorted.size() * percent + 99) / 100;
  return sorted[std::max<size_t>(rank, 1) - 1];
}

// 1, 2, 5, 10, 20, 50, ...
uint64_t next_edge(uint64_t edge) {
  uint64_t power = 1;
  while (power * 10 <= edge) power *= 10;
  return edge / power == 2 ? power * 5 : edge * 2;
}

std::vector<PauseBin> histogram_of(const std::vector<uint64_t>& sorted) {
  std::vector<PauseBin> bins;
  uint64_t from = 1;
  while (next_edge(from) <= sorted.front()) from = next_edge(from);
  for (size_t i = 0; i < sorted.size(); from = next_edge(from)) {
    PauseBin bin{from == 1 ? 0 : from, next_edge(from), 0};
    for (; i < sorted.size() && sorted[i] < bin.to_us; ++i) ++bin.count;
    bins.push_back(bin);
  }
  return bins;
}

std::optional<PausePeriod> period_of(const std::vector<Interval>& pauses) {
  if (pauses.size() < 3) return std::nullopt;
  std::vector<uint64_t> gaps;
  for (size_t i = 1; i < pauses.size(); ++i) {
    gaps.push_back(pauses[i].begin - pauses[i - 1].begin);
  }
  std::sort(gaps.begin(), gaps.end());
  PausePeriod period;
  period.median_us = percentile(gaps, 50);
  period.quarter_us = percentile(gaps, 25);
  period.three_quarters_us = percentile(gaps, 75);
  period.regular =
      period.three_quarters_us - period.quarter_us <= period.median_us / 5;
  return period;
}

// How much of the time before a moment was pauses, for moments that are asked
// for in order: O(pauses) for all of them together.
class TimePaused {
 public:
  explicit TimePaused(std::span<const Interval> pauses) : pauses_(pauses) {}

  uint64_t until(uint64_t moment) {
    for (; next_ < pauses_.size() && pauses_[next_].begin <= moment; ++next_) {
      begun_ += pauses_[next_].end - pauses_[next_].begin;
    }
    if (next_ == 0) return 0;
    const uint64_t end = pauses_[next_ - 1].end;
    return begun_ - (end > moment ? end - moment : 0);
  }

 private:
  std::span<const Interval> pauses_;
  size_t next_ = 0;
  uint64_t begun_ = 0;  // of the pauses that have begun, in full
};

// The same within windows of one length, for begins that are in order.
class PausedInWindow {
 public:
  PausedInWindow(std::span<const Interval> pauses, uint64_t window)
      : window_(window), before_(pauses), by_end_(pauses) {}

  uint64_t from(uint64_t begin) {
    return by_end_.until(begin + window_) - before_.until(begin);
  }

 private:
  uint64_t window_;
  TimePaused before_;
  TimePaused by_end_;
};

}  // namespace

double minimum_utilisation(std::span<const Interval> pauses, Interval whole,
                           uint64_t window) {
  if (window == 0 || window > whole.end - whole.begin) return 0;
  PausedInWindow after_begin(pauses, window);
  PausedInWindow before_end(pauses, window);
  uint64_t worst = 0;
  for (const Interval& pause : pauses) {
    const uint64_t begin = std::min(pause.begin, whole.end - window);
    worst = std::max(worst, after_begin.from(begin));
    if (pause.end < whole.begin + window) continue;
    worst = std::max(worst, before_end.from(pause.end - window));
  }
  return 1 - static_cast<double>(worst) / static_cast<double>(window);
}

PauseFigures pause_figures(const PauseTrace& trace, const PauseTotals& all) {
  PauseFigures figures;
  figures.ticks_hit = all.ticks_hit;
  const std::vector<Interval>& pauses = all.timed;
  figures.timed = pauses.size();
  if (pauses.empty()) return figures;
  std::vector<uint64_t> sorted;
  for (const Interval& pause : pauses) {
    sorted.push_back(pause.end - pause.begin);
    figures.total_us += sorted.back();
  }
  std::sort(sorted.begin(), sorted.end());
  figures.pause_us = {sorted.front(), percentile(sorted, 50),
                      percentile(sorted, 90), percentile(sorted, 99),
                      sorted.back()};
  figures.histogram = histogram_of(sorted);
  figures.period = period_of(pauses);
  const Interval whole{0, std::max(trace.end_us, pauses.back().end)};
  figures.duration_us = whole.end - whole.begin;
  for (const uint64_t window : kWindows) {
    if (window > figures.duration_us) break;
    figures.utilisation.push_back(
        {window, minimum_utilisation(pauses, whole, window)});
  }
  return figures;
}

}  // namespace libheap
