#include "libheap/analysis/trace_diff.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

#include "libheap/analysis/heap_over_time.h"
#include "libheap/replay/replayer.h"

namespace libheap {

namespace {

// Figures of each collect.
class CollectFigures : public ReplayObserver {
 public:
  explicit CollectFigures(TraceProfile& profile) : profile_(profile) {}

  void on_collect_end(const Moment& now, const SeenCollect& seen) override {
    if (seen.sweep_all) return;
    const bool timed =
        now.time_us != Event::kNoTime && seen.begin_us != Event::kNoTime;
    untimed_ = untimed_ || !timed;
    if (timed) {
      profile_.pause_us.push_back(static_cast<double>(now.time_us) -
                                  static_cast<double>(seen.begin_us));
    }
    const uint64_t used = now.heap->used_blocks();
    const uint64_t free = now.heap->total_blocks() - used;
    const uint64_t largest = now.heap->largest_free_run();
    const uint64_t block = now.heap->config().block_bytes;
    profile_.live_bytes.push_back(static_cast<double>(used * block));
    profile_.largest_run_bytes.push_back(static_cast<double>(largest * block));
    profile_.fragmentation.push_back(fragmentation(free, largest));
  }
  void on_finish(const Moment&) override {
    if (untimed_) profile_.pause_us.clear();
  }

 private:
  TraceProfile& profile_;
  bool untimed_ = false;
};

struct Total {
  const char* name;
  DiffUnit unit;
  uint64_t (*of)(const TraceWindow& window, uint64_t block_bytes);
};
constexpr Total kTotals[] = {
    {"allocations", DiffUnit::kCount,
     [](const TraceWindow& one, uint64_t) { return one.requests; }},
    {"allocated", DiffUnit::kBytes,
     [](const TraceWindow& one, uint64_t block) { return one.blocks * block; }},
    {"garbage", DiffUnit::kBytes,
     [](const TraceWindow& one, uint64_t block) {
       return one.swept_blocks * block;
     }},
    {"collects", DiffUnit::kCount,
     [](const TraceWindow& one, uint64_t) { return one.collects; }},
    {"failed allocations", DiffUnit::kCount,
     [](const TraceWindow& one, uint64_t) { return one.failed; }},
};

struct PerCollect {
  const char* name;
  DiffUnit unit;
  bool less_is_better;
  std::vector<double> TraceProfile::*figures;
};
constexpr PerCollect kPerCollect[] = {
    {"pause", DiffUnit::kMicroseconds, true, &TraceProfile::pause_us},
    {"live after collect", DiffUnit::kBytes, true, &TraceProfile::live_bytes},
    {"largest free run after collect", DiffUnit::kBytes, false,
     &TraceProfile::largest_run_bytes},
    {"fragmentation after collect", DiffUnit::kShare, true,
     &TraceProfile::fragmentation},
};

bool enough(const TraceProfile& one, WindowUnit unit) {
  return one.windows.series(unit).windows().size() >= kFewestBatches;
}

WindowUnit best_unit(const TraceProfile& a, const TraceProfile& b) {
  for (const WindowUnit unit :
       {WindowUnit::kTicks, WindowUnit::kMicroseconds}) {
    if (enough(a, unit) && enough(b, unit)) return unit;
  }
  return WindowUnit::kEvents;
}

// From an amount in a window to an amount per tick, second or trace.
double scale(const WindowSeries& series, WindowUnit per) {
  const auto length = static_cast<double>(series.window_length());
  if (per == WindowUnit::kTicks) return 1 / length;
  if (per == WindowUnit::kMicroseconds) return 1e6 / length;
  return static_cast<double>(series.length()) / length;
}

using Amounts = std::vector<double>;  // by window

Amounts total_amounts(const TraceProfile& one, WindowUnit per,
                      const Total& total) {
  const WindowSeries& series = one.windows.series(per);
  Amounts amounts;
  for (const TraceWindow& window : series.windows()) {
    amounts.push_back(static_cast<double>(total.of(window, one.block_bytes)) *
                      scale(series, per));
  }
  return amounts;
}

std::string size_name(size_t width) {
  if (width <= 1) return "1 block";
  const uint64_t from = uint64_t{1} << (width - 1);
  return std::to_string(from) + "-" + std::to_string(2 * from - 1) + " blocks";
}

std::set<std::string> files_of(const TraceProfile& one) {
  std::set<std::string> files;
  const SiteTable& sites = one.windows.sites();
  for (size_t i = 0; i < sites.size(); ++i) {
    const std::string& file = sites[static_cast<SiteIndex>(i)].file;
    if (!file.empty()) files.insert(file);
  }
  return files;
}

std::optional<RenamedFile> renamed_file(const TraceProfile& a,
                                        const TraceProfile& b) {
  const std::set<std::string> of_a = files_of(a);
  const std::set<std::string> of_b = files_of(b);
  std::vector<std::string> only_a;
  std::vector<std::string> only_b;
  std::ranges::set_difference(of_a, of_b, std::back_inserter(only_a));
  std::ranges::set_difference(of_b, of_a, std::back_inserter(only_b));
  if (only_a.size() != 1 || only_b.size() != 1) return std::nullopt;
  return RenamedFile{only_a.front(), only_b.front()};
}

std::string site_name(const SiteRecord& place,
                      const std::optional<RenamedFile>& renamed) {
  std::string name =
      renamed && place.file == renamed->a ? renamed->b : place.file;
  for (const std::string& part : {place.function, place.runtime}) {
    if (!part.empty()) name += (name.empty() ? "" : " ") + part;
  }
  return name.empty() ? "(not known)" : name;
}

// Bytes by window of each site, or size.
std::map<std::string, Amounts> origin_amounts(const TraceProfile& one,
                                              const DiffFindings& how) {
  const WindowUnit per = how.per;
  const WindowSeries& series = one.windows.series(per);
  const double unit = scale(series, per) * static_cast<double>(one.block_bytes);
  std::map<std::string, Amounts> found;
  const Amounts none(series.windows().size(), 0.0);
  const auto count = [&](const std::string& name, size_t window,
                         uint64_t blocks) {
    if (blocks == 0) return;
    Amounts& amounts = found.try_emplace(name, none).first->second;
    amounts[window] += static_cast<double>(blocks) * unit;
  };
  for (size_t w = 0; w < series.windows().size(); ++w) {
    const TraceWindow& window = series.windows()[w];
    for (size_t i = 0; how.by_site && i < window.site_blocks.size(); ++i) {
      const SiteRecord& place = one.windows.sites()[static_cast<SiteIndex>(i)];
      count(site_name(place, how.renamed), w, window.site_blocks[i]);
    }
    for (size_t i = 0; !how.by_site && i < window.size_blocks.size(); ++i) {
      count(size_name(i), w, window.size_blocks[i]);
    }
  }
  return found;
}

// What is to be compared, before it is known how many share the risk.
struct Candidate {
  DiffRow row;
  Amounts a;
  Amounts b;
};

std::vector<Candidate> total_candidates(const TraceProfile& a,
                                        const TraceProfile& b, WindowUnit per) {
  std::vector<Candidate> list;
  for (const Total& total : kTotals) {
    list.push_back({{total.name, total.unit, true, {}},
                    total_amounts(a, per, total),
                    total_amounts(b, per, total)});
  }
  for (const PerCollect& one : kPerCollect) {
    if ((a.*one.figures).empty() && (b.*one.figures).empty()) continue;
    list.push_back({{one.name, one.unit, one.less_is_better, {}},
                    batch_means(a.*one.figures, WindowSeries::kWindows),
                    batch_means(b.*one.figures, WindowSeries::kWindows)});
  }
  return list;
}

std::vector<Candidate> origin_candidates(const TraceProfile& a,
                                         const TraceProfile& b,
                                         const DiffFindings& how) {
  const WindowUnit per = how.per;
  const auto of_a = origin_amounts(a, how);
  const auto of_b = origin_amounts(b, how);
  std::map<std::string, std::pair<Amounts, Amounts>> both;
  const Amounts none_a(a.windows.series(per).windows().size(), 0.0);
  const Amounts none_b(b.windows.series(per).windows().size(), 0.0);
  for (const auto& [name, amounts] : of_a) both[name] = {amounts, none_b};
  for (const auto& [name, amounts] : of_b) {
    both.try_emplace(name, none_a, none_b).first->second.second = amounts;
  }
  std::vector<Candidate> list;
  for (auto& [name, pair] : both) {
    list.push_back({{name, DiffUnit::kBytes, true, {}},
                    std::move(pair.first),
                    std::move(pair.second)});
  }
  return list;
}

std::vector<DiffRow> judged(const std::vector<Candidate>& candidates,
                            double risk, DiffFindings& found) {
  std::vector<DiffRow> rows;
  for (const Candidate& one : candidates) {
    DiffRow row = one.row;
    row.found = compare(one.a, one.b, risk);
    found.differences += row.found.differs ? 1 : 0;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

TraceProfile profile_trace(EventSource& source, const std::string& name) {
  TraceProfile profile;
  profile.source = name;
  Replayer replayer(source);
  CollectFigures figures(profile);
  replayer.observe(&figures);
  replayer.observe(&profile.windows);
  replayer.run();
  profile.release = source.header().release;
  profile.block_bytes = replayer.heap().config().block_bytes;
  profile.events = replayer.result().events;
  profile.divergences = replayer.result().divergences;
  profile.damage = source.damage().count();
  return profile;
}

DiffFindings diff_traces(const TraceProfile& a, const TraceProfile& b,
                         double risk) {
  DiffFindings found;
  found.a = a.source;
  found.b = b.source;
  found.release_a = a.release;
  found.release_b = b.release;
  found.per = best_unit(a, b);
  found.by_site = a.windows.sites().size() > 1 && b.windows.sites().size() > 1;
  if (found.by_site) found.renamed = renamed_file(a, b);
  const auto totals = total_candidates(a, b, found.per);
  const auto origins = origin_candidates(a, b, found);
  const double each =
      risk / static_cast<double>(totals.size() + origins.size());
  found.totals = judged(totals, each, found);
  found.origins = judged(origins, each, found);
  std::stable_sort(found.origins.begin(), found.origins.end(),
                   [](const DiffRow& x, const DiffRow& y) {
                     return std::abs(x.found.b - x.found.a) >
                            std::abs(y.found.b - y.found.a);
                   });
  return found;
}

}  // namespace libheap
