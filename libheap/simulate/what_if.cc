#include "libheap/simulate/what_if.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <thread>

#include "libheap/base/check.h"
#include "libheap/simulate/volume.h"

namespace libheap {

namespace {

// A hundredth of the heap: recordings of one program differ by as much, since
// stale words on the stack keep other garbage alive each time.
constexpr double kNoise = 0.01;

constexpr size_t kTasks = 3;  // per setting

// The runs of one setting: one or all draws of the estimate, and the extremes.
struct Worlds {
  std::vector<SimulationRun> draws;
  SimulationRun early;
  SimulationRun late;

  [[nodiscard]] std::vector<const SimulationRun*> all() const {
    std::vector<const SimulationRun*> runs = {&early, &late};
    for (const SimulationRun& draw : draws) runs.push_back(&draw);
    return runs;
  }
};

template <typename Value>
Bracket span_of(const Worlds& worlds, const Value& value) {
  std::vector<double> values;
  for (const SimulationRun& draw : worlds.draws) values.push_back(value(draw));
  std::sort(values.begin(), values.end());
  Bracket bracket;
  bracket.estimate = values[values.size() / 2];
  const double early = value(worlds.early);
  const double late = value(worlds.late);
  bracket.low = std::min({values.front(), early, late});
  bracket.high = std::max({values.back(), early, late});
  return bracket;
}

// Blocks that moving resizes allocate at least and at most.
struct MoveRange {
  uint64_t least = 0;
  uint64_t most = 0;
};

MoveRange move_range(const Workload& workload, const Worlds& worlds,
                     bool as_recorded) {
  MoveRange range;
  const std::vector<const SimulationRun*> all = worlds.all();
  const size_t growths = worlds.draws.front().growths.size();
  for (size_t i = 0; i < growths; ++i) {
    uint32_t least = UINT32_MAX;
    uint32_t most = 0;
    const auto see = [&](const std::vector<uint32_t>& moved) {
      if (i >= moved.size()) return;
      least = std::min(least, moved[i]);
      most = std::max(most, moved[i]);
    };
    for (const SimulationRun* world : all) see(world->growths);
    if (as_recorded) see(workload.recorded.growths);
    range.least += least;
    range.most += most;
  }
  return range;
}

// Collects of a run, had it allocated `factor` times as much between them.
double scaled_collects(const SimulationRun& run, double factor) {
  const auto own = static_cast<double>(run.explicit_collects);
  return own + (static_cast<double>(run.collects) - own) * factor;
}

void widen_collects(const MoveRange& moves, const Worlds& worlds,
                    Bracket& collects) {
  for (const SimulationRun* run : worlds.all()) {
    const SimulationRun& world = *run;
    if (world.collects == world.explicit_collects) continue;
    const auto allocated = static_cast<double>(world.allocated_blocks);
    const auto moved = static_cast<double>(world.moved_blocks);
    const auto crumbs = static_cast<double>(world.crumb_blocks);
    const double least = allocated - moved + static_cast<double>(moves.least);
    const double most = allocated - moved + static_cast<double>(moves.most);
    const double low = scaled_collects(world, least / (allocated + crumbs));
    const double high = scaled_collects(
        world, most / std::max(allocated - crumbs, allocated / 2));
    collects.low = std::min(collects.low, std::floor(low));
    collects.high = std::max(collects.high, std::ceil(high));
  }
}

// How full the heap is in between, all early and all late.
struct Volumes {
  Volume early;
  Volume late;
};

// Collects at every moment, not only at those of the worlds. Where more
// resizes move, more is allocated, and so many blocks are sooner reached.
void widen_peak(const Volumes& volumes, const MoveRange& moves, double block,
                const SimulationRun& run, WhatIf& answer) {
  const double threshold = static_cast<double>(*answer.threshold_bytes) / block;
  const auto all = static_cast<double>(volumes.early.allocated_blocks());
  const auto unmoved =
      static_cast<double>(run.allocated_blocks - run.moved_blocks);
  const auto apart = [&](uint64_t moved) {
    return static_cast<uint64_t>(threshold * all /
                                 (unmoved + static_cast<double>(moved)));
  };
  const uint64_t soonest = std::max<uint64_t>(apart(moves.most), 1);
  if (!volumes.early.tells_apart(soonest)) return;
  Bracket& peak = answer.peak_used_bytes;
  const Volume::Peaks early = volumes.early.peaks(soonest);
  const Volume::Peaks late = volumes.late.peaks(apart(moves.least));
  const double emptier = static_cast<double>(early.lowest) * block;
  const double fuller = std::min(static_cast<double>(late.highest) * block,
                                 static_cast<double>(answer.pool_bytes));
  Bracket& free_run = answer.min_largest_free_run_bytes;
  free_run.low =
      std::max(0.0, free_run.low - std::max(0.0, fuller - peak.high));
  peak.low = std::min(peak.low, emptier);
  peak.high = std::max(peak.high, fuller);
}

// Where collects come is up to the threshold alone, and to how much has been
// allocated by then.
bool phase_is_open(const WhatIf& answer, const MoveRange& moves) {
  const SimulationSettings& settings = answer.settings;
  const bool planned =
      settings.collect_every_ticks != 0 || !settings.collect_label.empty();
  return answer.threshold_bytes && moves.least < moves.most && !planned &&
         !settings.auto_collect_off && !settings.drop_explicit &&
         !settings.block_bytes;
}

void widen_run(const Workload& workload, WhatIf& answer) {
  Bracket& run = answer.min_largest_free_run_bytes;
  const auto pool = static_cast<double>(answer.pool_bytes);
  if (run.estimate < kNoise * pool) run.estimate = run.low = 0;
  if (run.low < static_cast<double>(workload.largest_request)) run.low = 0;
  run.high = std::max(run.high, pool - answer.peak_used_bytes.low);
}

void widen_failures(const Worlds& worlds, Bracket& failures) {
  for (const SimulationRun* world : worlds.all()) {
    failures.low =
        std::min(failures.low, static_cast<double>(world->hopeless_failures));
    failures.high = std::max(
        failures.high,
        static_cast<double>(world->failed_allocations + world->narrow_escapes));
  }
}

std::optional<Bracket> time_share(const Workload& workload,
                                  const Worlds& worlds) {
  const RecordedRun& recorded = workload.recorded;
  if (recorded.first_us == Event::kNoTime ||
      recorded.last_us <= recorded.first_us + recorded.collecting_us) {
    return std::nullopt;
  }
  // What is left of the recording without its collects is the program's own.
  const auto own = static_cast<double>(recorded.last_us - recorded.first_us -
                                       recorded.collecting_us);
  Bracket share;
  share.low = 1;
  for (const SimulationRun* world : worlds.all()) {
    const PauseRange& total = world->total_pause;
    share.low = std::min(share.low, total.low_us / (own + total.low_us));
    share.high = std::max(share.high, total.high_us / (own + total.high_us));
  }
  const double estimate = worlds.draws.front().total_pause.estimate_us;
  share.estimate = estimate / (own + estimate);
  return share;
}

Bracket longest_pause(const Worlds& worlds) {
  Bracket pause;
  pause.estimate = worlds.draws.front().longest_pause.estimate_us;
  pause.low = pause.estimate;
  for (const SimulationRun* world : worlds.all()) {
    pause.low = std::min(pause.low, world->longest_pause.low_us);
    pause.high = std::max(pause.high, world->longest_pause.high_us);
  }
  return pause;
}

// `volumes` is asked only where it is needed.
template <typename VolumesOf>
WhatIf answer_of(const Workload& workload, const SimulationSettings& settings,
                 Worlds& worlds, const PauseModel* pauses,
                 const VolumesOf& volumes) {
  const SimulatedHeap heap = simulated_heap(workload, settings);
  const double block = heap.config.block_bytes;
  const SimulationRun& estimate = worlds.draws.front();
  WhatIf answer;
  answer.settings = settings;
  answer.heap_bytes = heap.end - heap.start;
  answer.pool_bytes = estimate.total_blocks * heap.config.block_bytes;
  answer.threshold_bytes = estimate.final_threshold_bytes;
  answer.exact = estimate.exact() && heap.as_recorded;
  const auto count = [&](uint64_t SimulationRun::*figure, double scale) {
    return span_of(worlds, [&](const SimulationRun& world) {
      return static_cast<double>(world.*figure) * scale;
    });
  };
  answer.collects = count(&SimulationRun::collects, 1);
  answer.peak_used_bytes = count(&SimulationRun::peak_used_blocks, block);
  answer.min_largest_free_run_bytes =
      count(&SimulationRun::smallest_largest_run, block);
  answer.failed_allocations = count(&SimulationRun::failed_allocations, 1);
  if (estimate.collects != 0) {
    answer.live_after_collect_bytes =
        count(&SimulationRun::live_after_max_blocks, block);
  }
  if (!answer.exact) {
    const MoveRange moves = move_range(workload, worlds, heap.as_recorded);
    widen_collects(moves, worlds, answer.collects);
    if (phase_is_open(answer, moves)) {
      widen_peak(volumes(), moves, block, estimate, answer);
    }
    widen_run(workload, answer);
    widen_failures(worlds, answer.failed_allocations);
  }
  if (pauses != nullptr) {
    answer.max_pause_us = longest_pause(worlds);
    answer.gc_time_share = time_share(workload, worlds);
  }
  answer.estimate = std::move(worlds.draws.front());
  return answer;
}

// Where the heap runs full, or what is free is in pieces, one draw may be a
// chance.
bool placement_decides(const SimulationRun& run) {
  const uint64_t free = run.total_blocks - run.peak_used_blocks;
  const bool in_pieces = run.smallest_largest_run + free / 20 < free;
  return run.exhausted_collects != 0 || in_pieces;
}

// Every world of every setting is one task; whoever is free takes the next.
class Sweep {
 public:
  Sweep(const Workload& workload,
        const std::vector<SimulationSettings>& settings,
        const WhatIfOptions& options)
      : workload_(workload),
        settings_(settings),
        options_(options),
        worlds_(settings.size()),
        missing_(settings.size(), kTasks),
        answers_(settings.size()) {}

  std::vector<WhatIf> run() {
    unsigned threads = options_.threads;
    if (threads == 0)
      threads = std::max(1u, std::thread::hardware_concurrency());
    threads = static_cast<unsigned>(
        std::min<size_t>(threads, settings_.size() * kTasks));
    std::vector<std::thread> others;
    for (unsigned i = 1; i < threads; ++i) {
      others.emplace_back([this] { work(); });
    }
    work();
    for (std::thread& other : others) other.join();
    if (failure_) std::rethrow_exception(failure_);
    return std::move(answers_);
  }

 private:
  void work() {
    while (true) {
      const size_t task = next_.fetch_add(1);
      if (task >= settings_.size() * kTasks) return;
      try {
        simulate_task(task / kTasks, task % kTasks);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        next_ = settings_.size() * kTasks;  // no use in going on
      }
    }
  }

  // Three tasks to a setting: the estimate, all early, all late.
  void simulate_task(size_t setting, size_t task) {
    std::vector<SimulationRun> runs;
    if (task == 0) {
      runs.reserve(Workload::kDraws);
      runs.push_back(run(setting, workload_.estimates[0]));
      const SimulationRun& first = runs.front();
      const bool chancy = !first.exact() && placement_decides(first);
      for (size_t draw = 1; chancy && draw < Workload::kDraws; ++draw) {
        runs.push_back(run(setting, workload_.estimates[draw]));
      }
    } else {
      runs.push_back(
          run(setting, task == 1 ? workload_.early : workload_.late));
    }
    const std::lock_guard lock(mutex_);
    Worlds& worlds = worlds_[setting];
    if (task == 0) {
      worlds.draws = std::move(runs);
    } else {
      (task == 1 ? worlds.early : worlds.late) = std::move(runs.front());
    }
    if (--missing_[setting] != 0) return;
    answers_[setting] =
        answer_of(workload_, settings_[setting], worlds, options_.pauses,
                  [this]() -> const Volumes& { return volumes(); });
    worlds = {};
    ++done_;
    if (options_.progress) options_.progress(done_, settings_.size());
  }

  const Volumes& volumes() {
    if (!volumes_) {
      volumes_.emplace(Volumes{Volume(workload_, workload_.early),
                               Volume(workload_, workload_.late)});
    }
    return *volumes_;
  }

  SimulationRun run(size_t setting, const std::vector<Position>& deaths) {
    return simulate(workload_, settings_[setting], deaths, {options_.pauses});
  }

  const Workload& workload_;
  const std::vector<SimulationSettings>& settings_;
  const WhatIfOptions& options_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;  // guards all below
  std::vector<Worlds> worlds_;
  std::vector<size_t> missing_;  // worlds still to come, by setting
  std::vector<WhatIf> answers_;
  std::optional<Volumes> volumes_;
  size_t done_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

std::vector<WhatIf> what_if(const Workload& workload,
                            const std::vector<SimulationSettings>& settings,
                            const WhatIfOptions& options) {
  HEAP_CHECK(workload.estimates[0].size() == workload.birth.size(),
             "deaths are estimated before they are used");
  return Sweep(workload, settings, options).run();
}

}  // namespace libheap
