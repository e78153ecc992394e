#include "libheap/analysis/program_loop.h"

#include <algorithm>

namespace libheap {

namespace {

constexpr uint64_t kLeastBeats = 16;
constexpr size_t kLongestPeriod = 4096;
constexpr size_t kLeastRepeats = 8;     // of a period, in the window
constexpr double kAlike = 0.90;         // of the requests repeat
constexpr double kAsGoodAsBest = 0.98;  // of the best share that repeats

// The share of requests that come again `lag` requests later.
double repeats(const std::vector<uint64_t>& symbols, size_t lag) {
  size_t same = 0;
  const size_t pairs = symbols.size() - lag;
  for (size_t i = 0; i < pairs; ++i) {
    same += symbols[i] == symbols[i + lag] ? 1 : 0;
  }
  return static_cast<double>(same) / static_cast<double>(pairs);
}

// All alike repeat at any distance, which is no loop.
bool all_alike(const std::vector<uint64_t>& symbols, size_t period) {
  return std::all_of(symbols.begin(),
                     symbols.begin() + static_cast<ptrdiff_t>(period),
                     [&](uint64_t one) { return one == symbols.front(); });
}

// 0: none.
size_t period_of(const std::vector<uint64_t>& symbols) {
  const size_t longest =
      std::min(kLongestPeriod, symbols.size() / kLeastRepeats);
  std::vector<double> shares;
  double best = 0;
  for (size_t lag = 1; lag <= longest; ++lag) {
    shares.push_back(repeats(symbols, lag));
    best = std::max(best, shares.back());
  }
  if (best < kAlike) return 0;
  const auto found =
      std::find_if(shares.begin(), shares.end(),
                   [&](double share) { return share >= kAsGoodAsBest * best; });
  const auto period = static_cast<size_t>(found - shares.begin()) + 1;
  return all_alike(symbols, period) ? 0 : period;
}

}  // namespace

std::string_view name_of(LoopFoundBy found) {
  switch (found) {
    case LoopFoundBy::kNothing:
      return "nothing";
    case LoopFoundBy::kTicks:
      return "ticks";
    case LoopFoundBy::kLabel:
      return "label";
    case LoopFoundBy::kPeriod:
      return "period";
  }
  return "nothing";
}

// --- Counting ---------------------------------------------------------------

void LoopAnalysis::on_alloc(const Moment& now, const SeenAlloc& seen) {
  if (!seen.at.is_null()) requested(now, seen.n_bytes, seen.blocks);
}

void LoopAnalysis::on_realloc(const Moment& now, const SeenRealloc& seen) {
  if (seen.at.is_null() || seen.at == seen.old) return;
  requested(now, seen.n_bytes, seen.blocks);
}

void LoopAnalysis::requested(const Moment& now, uint64_t n_bytes,
                             uint64_t blocks) {
  if (sums_.requests == 0) first_.time_us = now.time_us;
  sums_.blocks += blocks;
  sums_.bytes += n_bytes;
  sums_.time_us = now.time_us;
  ++sums_.requests;
  largest_ = std::max(largest_, n_bytes);
  ticks_.largest_before = std::max(ticks_.largest_before, n_bytes);
  for (Beat& label : labels_) {
    label.largest_before = std::max(label.largest_before, n_bytes);
  }
  if (ticks_.count != 0) return;
  const Step step{uint64_t{now.site} << 32 ^ n_bytes, sums_};
  if (steps_.size() < kWindow) {
    steps_.push_back(step);
  } else {
    steps_[(sums_.requests - 1) % kWindow] = step;
  }
}

void LoopAnalysis::on_other(const Moment& now, const Event& event) {
  if (event.kind == EventKind::kTick) {
    sums_.time_us = now.time_us;
    beat(ticks_);
  }
  if (event.kind != EventKind::kLabel) return;
  sums_.time_us = now.time_us;
  const auto known =
      std::find_if(labels_.begin(), labels_.end(),
                   [&](const Beat& one) { return one.label == event.text; });
  if (known != labels_.end()) {
    beat(*known);
  } else if (labels_.size() < kMostLabels) {
    labels_.emplace_back().label = event.text;
    beat(labels_.back());
  }
}

void LoopAnalysis::beat(Beat& beat) {
  if (beat.count == 0) {
    beat.first = sums_;
  } else {
    beat.most_blocks =
        std::max(beat.most_blocks, sums_.blocks - beat.last.blocks);
    beat.largest = std::max(beat.largest, beat.largest_before);
  }
  beat.largest_before = 0;
  beat.last = sums_;
  ++beat.count;
}

// --- Finding the loop -------------------------------------------------------

const LoopAnalysis::Beat* LoopAnalysis::best_beat() const {
  if (ticks_.count > 1) return &ticks_;
  const auto most = std::max_element(
      labels_.begin(), labels_.end(),
      [](const Beat& a, const Beat& b) { return a.count < b.count; });
  if (most == labels_.end() || most->count < kLeastBeats) return nullptr;
  return &*most;
}

// Oldest first.
std::vector<LoopAnalysis::Step> LoopAnalysis::window() const {
  std::vector<Step> steps = steps_;
  std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
    return a.sums.requests < b.sums.requests;
  });
  return steps;
}

void LoopAnalysis::describe(const Sums& first, const Sums& last,
                            uint64_t iterations, ProgramLoop& loop) const {
  const auto count = static_cast<double>(iterations);
  loop.iterations = iterations;
  loop.blocks = static_cast<double>(last.blocks - first.blocks) / count;
  loop.requested_bytes = static_cast<double>(last.bytes - first.bytes) / count;
  loop.requests = static_cast<double>(last.requests - first.requests) / count;
  if (first.time_us != Event::kNoTime && last.time_us != Event::kNoTime &&
      last.time_us > first.time_us) {
    loop.period_us = static_cast<double>(last.time_us - first.time_us) / count;
  }
}

ProgramLoop LoopAnalysis::loop() const {
  ProgramLoop loop;
  loop.all_blocks = sums_.blocks;
  loop.largest_request_bytes = largest_;
  if (first_.time_us != Event::kNoTime && sums_.time_us != Event::kNoTime &&
      sums_.time_us > first_.time_us) {
    loop.blocks_per_second =
        static_cast<double>(sums_.blocks) * 1e6 /
        static_cast<double>(sums_.time_us - first_.time_us);
  }
  if (const Beat* beat = best_beat()) {
    describe(beat->first, beat->last, beat->count - 1, loop);
    loop.found_by = beat == &ticks_ ? LoopFoundBy::kTicks : LoopFoundBy::kLabel;
    loop.label = beat->label;
    loop.most_blocks = beat->most_blocks;
    loop.largest_request_bytes = std::max(beat->largest, beat->largest_before);
    return loop;
  }
  const std::vector<Step> steps = window();
  std::vector<uint64_t> symbols;
  for (const Step& step : steps) symbols.push_back(step.symbol);
  if (const size_t period = period_of(symbols)) {
    const uint64_t times = (steps.size() - 1) / period;
    describe(steps.front().sums, steps[times * period].sums, times, loop);
    loop.found_by = LoopFoundBy::kPeriod;
  }
  return loop;
}

}  // namespace libheap
