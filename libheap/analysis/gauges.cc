#include "libheap/analysis/gauges.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <vector>

namespace libheap {

namespace {

using Unit = GaugeUnit;

constexpr std::string_view kNoTimes = "the trace has no times";
constexpr std::string_view kNoTicks = "the trace has fewer than two ticks";
constexpr std::string_view kNoCollects = "the trace has no collects";
constexpr std::string_view kNoHeap = "the trace shows no heap";
constexpr double kPercentiles[] = {50, 99};

Reading number(uint64_t value, uint64_t event = 0) {
  return {static_cast<double>(value), event, {}};
}

Reading blocks_as_bytes(const Findings& found, uint64_t blocks,
                        uint64_t event) {
  return number(blocks * found.heap.block_bytes, event);
}

Reading per_iteration(const Findings& found, uint64_t count) {
  if (found.ticks.iterations == 0) return {{}, 0, kNoTicks};
  const auto iterations = static_cast<double>(found.ticks.iterations);
  return {static_cast<double>(count) / iterations, 0, {}};
}

Reading worst_iteration(const Findings& found, const TickExtreme& most,
                        uint64_t unit) {
  if (found.ticks.iterations == 0) return {{}, 0, kNoTicks};
  return number(most.value * unit, most.event);
}

// A pause and the event it was at, by length.
using Length = std::pair<double, uint64_t>;

// Nearest rank; no pauses at all are pauses of no length.
Reading percentile(std::vector<Length> lengths, double percent) {
  if (lengths.empty()) return number(0);
  std::sort(lengths.begin(), lengths.end());
  const double rank =
      std::ceil(static_cast<double>(lengths.size()) * percent / 100);
  const auto index = static_cast<size_t>(std::max(rank, 1.0)) - 1;
  const Length& one = lengths[std::min(index, lengths.size() - 1)];
  return {one.first, one.second, {}};
}

// Of all pauses; only those listed name their event.
Reading measured_pause(const Findings& found, double percent) {
  const PauseFindings& pauses = found.pauses;
  if (pauses.all.timed.size() <
      std::min<uint64_t>(pauses.all.count, PauseTotals::kTimed)) {
    return {{}, 0, kNoTimes};
  }
  std::vector<Length> lengths;
  if (pauses.trace.pause_stride == 1) {
    for (const JudgedTracePause& one : pauses.pauses) {
      lengths.emplace_back(static_cast<double>(one.pause.total_us()),
                           one.pause.event);
    }
  } else {
    for (const Interval& one : pauses.all.timed) {
      lengths.emplace_back(static_cast<double>(one.end - one.begin), 0);
    }
  }
  return percentile(std::move(lengths), percent);
}

Reading predicted_pause(const Findings& found, double percent) {
  std::vector<Length> lengths;
  for (const JudgedTracePause& one : found.pauses.pauses) {
    lengths.emplace_back(one.predicted.us, one.pause.event);
  }
  return percentile(std::move(lengths), percent);
}

Reading share_of_time(const Findings& found) {
  const PauseFigures& figures = found.pauses.figures;
  if (figures.duration_us == 0) return {{}, 0, kNoTimes};
  return {figures.share_of_time(), 0, {}};
}

Reading bytes_per_second(const Findings& found) {
  const uint64_t us = found.pauses.figures.duration_us;
  if (us == 0) return {{}, 0, kNoTimes};
  const uint64_t bytes = found.allocations.blocks * found.heap.block_bytes;
  return {static_cast<double>(bytes) * 1e6 / static_cast<double>(us), 0, {}};
}

uint64_t first_failure(const Findings& found,
                       std::optional<FailureVerdict> verdict) {
  for (const FailedAllocation& one : found.failures.first) {
    if (!verdict || one.verdict == *verdict) return one.event;
  }
  return 0;
}

uint64_t lost_events(const Findings& found) {
  const auto& gaps = found.proof.gaps;
  return std::accumulate(
      gaps.begin(), gaps.end(), uint64_t{0},
      [](uint64_t sum, const Gap& gap) { return sum + gap.lost; });
}

uint64_t overflows(const Findings& found) {
  return found.pauses.all.overflowed;
}

Reading smallest_largest_run(const Findings& found) {
  const SmallestRunSeen& run = found.smallest_largest_run;
  if (run.blocks == UINT64_MAX) return {{}, 0, kNoHeap};
  return blocks_as_bytes(found, run.blocks, run.event);
}

Reading smallest_run_after(const Findings& found) {
  const CollectFindings& all = found.collects;
  if (all.count == 0) return {{}, 0, kNoCollects};
  return blocks_as_bytes(found, all.largest_run_after_min,
                         all.largest_run_after_min_event);
}

Reading cause(const Findings& found, CollectCause which) {
  return number(found.collects.by_cause[static_cast<size_t>(which)]);
}

using F = Findings;

// What a figure is, what it is worth in a first budget, and how it is read.
const GaugeKind kKinds[] = {
    {.name = "events",
     .what = "allocations, resizes, frees and collects in the trace: a floor "
             "keeps a run that stopped early from passing",
     .more_is_better = true,
     .read = [](const F& f, double) { return number(f.proof.events); }},
    {.name = "divergences",
     .what = "events on which trace and model disagree",
     .exact = true,
     .read =
         [](const F& f, double) {
           const auto& first = f.proof.first_divergences;
           return number(f.proof.divergences,
                         first.empty() ? 0 : first.front().event);
         }},
    {.name = "damaged_places",
     .what = "places in the file that hold no valid record",
     .exact = true,
     .read = [](const F& f, double) { return number(f.damage.count()); }},
    {.name = "lost_events",
     .what = "events known to be missing",
     .exact = true,
     .read =
         [](const F& f, double) {
           const auto& gaps = f.proof.gaps;
           return number(lost_events(f), gaps.empty() ? 0 : gaps[0].event);
         }},
    {.name = "failed_allocations",
     .what = "requests refused for lack of memory (MemoryError)",
     .exact = true,
     .read =
         [](const F& f, double) {
           return number(f.failures.count, first_failure(f, {}));
         }},
    {.name = "fragmented_failures",
     .what = "of them, those with enough free memory, in pieces",
     .exact = true,
     .suggested = false,
     .read =
         [](const F& f, double) {
           return number(f.failures.fragmented,
                         first_failure(f, FailureVerdict::kFragmented));
         }},
    {.name = "locked_allocations",
     .what = "requests refused because the heap was locked (in a hard "
             "interrupt, in a finaliser)",
     .exact = true,
     .read = [](const F& f, double) { return number(f.failures.locked); }},
    {.name = "min_largest_free_run_bytes",
     .what = "the shortest the largest free run ever was, over all events: a "
             "request this long was always possible",
     .unit = Unit::kBytes,
     .more_is_better = true,
     .read = [](const F& f, double) { return smallest_largest_run(f); }},
    {.name = "worst_fragmentation",
     .what = "1 - largest free run / free memory, at its worst",
     .unit = Unit::kShare,
     .suggested = false,
     .read =
         [](const F& f, double) {
           return Reading{f.over_time.worst_fragmentation,
                          f.over_time.most_fragmented.event,
                          {}};
         }},
    {.name = "peak_used_bytes",
     .what = "the most that was ever in use, garbage included",
     .unit = Unit::kBytes,
     .suggested = false,
     .read =
         [](const F& f, double) {
           return blocks_as_bytes(f, f.allocations.peak_used_blocks,
                                  f.allocations.peak_event);
         }},
    {.name = "live_after_collect_bytes",
     .what = "the most that survived a collect",
     .unit = Unit::kBytes,
     .read =
         [](const F& f, double) {
           const CollectFindings& all = f.collects;
           return blocks_as_bytes(f, all.live_after_max,
                                  all.live_after_max_event);
         }},
    {.name = "min_run_after_collect_bytes",
     .what = "the shortest that a collect left as the largest free run: a "
             "request this long could always be served, if need be by a "
             "collect",
     .unit = Unit::kBytes,
     .more_is_better = true,
     .read = [](const F& f, double) { return smallest_run_after(f); }},
    {.name = "collects",
     .what = "collects, whatever their cause",
     .read = [](const F& f, double) { return number(f.collects.count); }},
    {.name = "exhausted_collects",
     .what = "collects because no free run was long enough",
     .suggested = false,
     .read = [](const F& f,
                double) { return cause(f, CollectCause::kExhausted); }},
    {.name = "threshold_collects",
     .what = "collects because of gc.threshold()",
     .suggested = false,
     .read = [](const F& f,
                double) { return cause(f, CollectCause::kThreshold); }},
    {.name = "explicit_collects",
     .what = "collects the program asked for",
     .suggested = false,
     .read = [](const F& f,
                double) { return cause(f, CollectCause::kExplicit); }},
    {.name = "idle_explicit_collects",
     .what = "of them, those that freed less than a hundredth of what was used",
     .suggested = false,
     .read = [](const F& f,
                double) { return number(f.collects.idle_explicit); }},
    {.name = "mark_stack_overflows",
     .what = "collects the device says needed rescan passes",
     .suggested = false,
     .read = [](const F& f, double) { return number(overflows(f)); }},
    {.name = "pause_p*_us",
     .what = "this percentile of the measured pauses (nearest rank)",
     .unit = Unit::kMicroseconds,
     .parameters = kPercentiles,
     .read = measured_pause},
    {.name = "pause_max_us",
     .what = "the longest measured pause",
     .unit = Unit::kMicroseconds,
     .read = [](const F& f, double) { return measured_pause(f, 100); }},
    {.name = "predicted_pause_p*_us",
     .what = "this percentile of the pauses predicted for the board: for "
             "traces made elsewhere",
     .unit = Unit::kMicroseconds,
     .suggested = false,
     .read = predicted_pause},
    {.name = "predicted_pause_max_us",
     .what = "the longest predicted pause",
     .unit = Unit::kMicroseconds,
     .read = [](const F& f, double) { return predicted_pause(f, 100); }},
    {.name = "pause_share_of_time",
     .what = "of the time, what collects took",
     .unit = Unit::kShare,
     .read = [](const F& f, double) { return share_of_time(f); }},
    {.name = "allocations",
     .what = "requests served: allocations, and resizes that moved",
     .suggested = false,
     .read = [](const F& f, double) { return number(f.allocations.requests); }},
    {.name = "allocated_bytes",
     .what = "memory taken for them, in whole blocks",
     .unit = Unit::kBytes,
     .read =
         [](const F& f, double) {
           return blocks_as_bytes(f, f.allocations.blocks, 0);
         }},
    {.name = "allocated_bytes_per_second",
     .what = "the same, by time",
     .unit = Unit::kBytes,
     .suggested = false,
     .read = [](const F& f, double) { return bytes_per_second(f); }},
    {.name = "largest_request_bytes",
     .what = "the largest single request that was served",
     .unit = Unit::kBytes,
     .suggested = false,
     .read =
         [](const F& f, double) {
           return number(f.allocations.largest_request_bytes);
         }},
    {.name = "ticks",
     .what = "iterations begun (mpheap.tick())",
     .more_is_better = true,
     .suggested = false,
     .read = [](const F& f, double) { return number(f.ticks.ticks); }},
    {.name = "allocations_per_tick",
     .what = "requests served in an iteration, on average",
     .read = [](const F& f,
                double) { return per_iteration(f, f.ticks.requests); }},
    {.name = "max_allocations_per_tick",
     .what = "requests served in the worst iteration",
     .read =
         [](const F& f, double) {
           return worst_iteration(f, f.ticks.most_requests, 1);
         }},
    {.name = "allocated_bytes_per_tick",
     .what = "memory taken in an iteration, on average",
     .unit = Unit::kBytes,
     .suggested = false,
     .read =
         [](const F& f, double) {
           return per_iteration(f, f.ticks.blocks * f.heap.block_bytes);
         }},
    {.name = "max_allocated_bytes_per_tick",
     .what = "memory taken in the worst iteration",
     .unit = Unit::kBytes,
     .read =
         [](const F& f, double) {
           return worst_iteration(f, f.ticks.most_blocks, f.heap.block_bytes);
         }},
    {.name = "garbage_bytes_per_tick",
     .what = "memory swept by collects, per iteration",
     .unit = Unit::kBytes,
     .read =
         [](const F& f, double) {
           return per_iteration(f, f.ticks.swept_blocks * f.heap.block_bytes);
         }},
};

// The number in place of the "*"; nothing where `name` is of another family.
std::optional<double> parameter_in(std::string_view name,
                                   std::string_view family) {
  const size_t star = family.find('*');
  const std::string_view before = family.substr(0, star);
  const std::string_view after = family.substr(star + 1);
  if (name.size() <= before.size() + after.size() ||
      !name.starts_with(before) || !name.ends_with(after)) {
    return std::nullopt;
  }
  const char* first = name.data() + before.size();
  const char* last = name.data() + name.size() - after.size();
  double value = 0;
  const auto [end, error] =
      std::from_chars(first, last, value, std::chars_format::fixed);
  if (error != std::errc() || end != last) return std::nullopt;
  return value > 0 && value <= 100 ? std::optional(value) : std::nullopt;
}

// Letters to add, drop or change to get from one name to the other.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::span<const GaugeKind> gauge_kinds() { return kKinds; }

std::optional<Gauge> find_gauge(std::string_view name) {
  for (const GaugeKind& kind : kKinds) {
    if (kind.name.find('*') == std::string_view::npos) {
      if (kind.name == name) return Gauge{&kind, std::string(name), 0};
      continue;
    }
    const auto parameter = parameter_in(name, kind.name);
    if (parameter) return Gauge{&kind, std::string(name), *parameter};
  }
  return std::nullopt;
}

std::string closest_gauge(std::string_view name) {
  const auto closest =
      std::min_element(std::begin(kKinds), std::end(kKinds),
                       [&](const GaugeKind& a, const GaugeKind& b) {
                         return distance(name, a.name) < distance(name, b.name);
                       });
  return std::string(closest->name);
}

Gauge gauge_of(const GaugeKind& kind, double parameter) {
  std::string name(kind.name);
  const size_t star = name.find('*');
  if (star != std::string::npos) {
    char digits[32];
    const auto [end, error] =
        std::to_chars(digits, digits + sizeof digits, parameter);
    name.replace(star, 1, digits, static_cast<size_t>(end - digits));
  }
  return {&kind, name, parameter};
}

}  // namespace libheap
