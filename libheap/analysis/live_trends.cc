#include "libheap/analysis/live_trends.h"

#include <algorithm>
#include <array>
#include <map>

#include "libheap/analysis/heap_table.h"

namespace libheap {

namespace {

uint64_t live_of(const std::vector<std::pair<Origin, uint64_t>>& live,
                 const Origin& origin) {
  const auto found = std::lower_bound(
      live.begin(), live.end(), origin,
      [](const auto& entry, const Origin& key) { return entry.first < key; });
  return found == live.end() || found->first != origin ? 0 : found->second;
}

// Growth that is sure, that goes on, and that matters.
bool grows(std::span<const TrendPoint> points, const Trend& trend) {
  if (trend.low <= 0) return false;
  const Trend lately = theil_sen(points.subspan(points.size() / 2));
  if (lately.low <= 0) return false;
  const double grown = trend.slope * (points.back().x - points.front().x);
  return grown >= static_cast<double>(LiveTrendAnalysis::kGrowthBlocks) &&
         grown >= LiveTrendAnalysis::kGrowthShare * points.front().y;
}

bool gone_at_half(std::span<const TrendPoint> points) {
  const auto gone =
      std::count_if(points.begin(), points.end(),
                    [](const TrendPoint& point) { return point.y == 0; });
  return 2 * static_cast<size_t>(gone) >= points.size();
}

int rank_of(LiveVerdict verdict) {
  switch (verdict) {
    case LiveVerdict::kGrows:
      return 0;
    case LiveVerdict::kHeld:
      return 1;
    case LiveVerdict::kUnknown:
      return 2;
    case LiveVerdict::kGarbage:
      break;
  }
  return 3;
}

}  // namespace

std::string_view name_of(LiveVerdict verdict) {
  switch (verdict) {
    case LiveVerdict::kGrows:
      return "grows";
    case LiveVerdict::kGarbage:
      return "garbage";
    case LiveVerdict::kHeld:
      return "held";
    case LiveVerdict::kUnknown:
      break;
  }
  return "unknown";
}

Origin origin_of(const LiveObject& object) {
  if (object.site != SiteTable::kUnknown) return {object.site, 0};
  return {SiteTable::kUnknown,
          std::min<uint64_t>(object.born_blocks, Origin::kLarge)};
}

Origin line_of(const Origin& site, const std::vector<SiteIndex>& lines) {
  return {lines[site.site], site.born_blocks};
}

// Sites of one line are added up only now that all are described.
std::vector<LiveTrendAnalysis::Look> LiveTrendAnalysis::looks_by_line() const {
  const std::vector<SiteIndex> lines = objects_.sites().lines();
  std::vector<Look> looks = looks_.items();
  for (Look& look : looks) {
    std::map<Origin, uint64_t> live;
    for (const auto& [site, blocks] : look.live) {
      live[line_of(site, lines)] += blocks;
    }
    look.live.assign(live.begin(), live.end());
  }
  return looks;
}

uint64_t LiveTrendAnalysis::allocated(const Origin& line) const {
  if (line.site == SiteTable::kUnknown) return by_size_[line.born_blocks];
  const std::vector<SiteIndex> lines = objects_.sites().lines();
  uint64_t blocks = 0;
  for (size_t site = 0; site < lines.size(); ++site) {
    if (lines[site] == line.site) blocks += by_site_[site];
  }
  return blocks;
}

void LiveTrendAnalysis::on_collect_end(const Moment& now,
                                       const SeenCollect& seen) {
  if (seen.sweep_all) return;
  if (!looks_.wants_next()) return looks_.skip();
  Look look;
  look.event = now.event;
  look.free_blocks = now.heap->total_blocks() - now.heap->used_blocks();
  // Nearly all objects of a trace without sites are of a few sizes.
  std::array<uint64_t, Origin::kLarge + 1> by_size{};
  std::map<Origin, uint64_t> live;
  for (const std::unique_ptr<Area>& area : now.heap->areas()) {
    const Bitmap& free = area->free_map();
    BlockIndex head = free.next_clear(0);
    while (head < area->blocks()) {
      const BlockIndex end = area->chain_end(head);
      const LiveObject* object = objects_.find({area->id(), head});
      if (object != nullptr) {
        const Origin origin = origin_of(*object);
        (origin.site == SiteTable::kUnknown ? by_size[origin.born_blocks]
                                            : live[origin]) += end - head;
      }
      head = free.next_clear(end);
    }
  }
  for (uint64_t size = 0; size < by_size.size(); ++size) {
    if (by_size[size] != 0) live[{SiteTable::kUnknown, size}] = by_size[size];
  }
  look.live.assign(live.begin(), live.end());
  looks_.offer(std::move(look));
}

LiveTrend LiveTrendAnalysis::trend_of(const Origin& line,
                                      const std::vector<Look>& looks) const {
  LiveTrend trend;
  trend.origin = line;
  trend.allocated_blocks = allocated(line);
  std::vector<TrendPoint> points;
  for (const Look& look : looks) {
    const uint64_t blocks = live_of(look.live, line);
    points.push_back(
        {static_cast<double>(look.event), static_cast<double>(blocks)});
    trend.most_blocks = std::max(trend.most_blocks, blocks);
  }
  trend.first_blocks = live_of(looks.front().live, line);
  trend.last_blocks = live_of(looks.back().live, line);
  if (points.size() < kFewest) return trend;
  trend.per_event = theil_sen(points);
  if (grows(points, trend.per_event)) {
    trend.verdict = LiveVerdict::kGrows;
    trend.events_until_full = static_cast<uint64_t>(
        static_cast<double>(looks.back().free_blocks) / trend.per_event.slope);
  } else if (gone_at_half(points) ||
             trend.allocated_blocks >= kGarbageShare * trend.most_blocks) {
    trend.verdict = LiveVerdict::kGarbage;
  } else {
    trend.verdict = LiveVerdict::kHeld;
  }
  return trend;
}

LiveTrendFindings LiveTrendAnalysis::findings() const {
  LiveTrendFindings findings;
  const std::vector<Look> looks = looks_by_line();
  findings.looks = looks.size();
  if (looks.empty()) return findings;
  findings.free_after_last = looks.back().free_blocks;
  // The largest holders at any look; slopes are worked out for those only.
  std::map<Origin, uint64_t> most;
  for (const Look& look : looks) {
    for (const auto& [origin, blocks] : look.live) {
      most[origin] = std::max(most[origin], blocks);
    }
  }
  std::vector<std::pair<uint64_t, Origin>> ranked;
  for (const auto& [origin, blocks] : most) ranked.emplace_back(blocks, origin);
  std::sort(ranked.begin(), ranked.end(),
            [](const auto& one, const auto& other) {
              return one.first != other.first ? one.first > other.first
                                              : one.second < other.second;
            });
  ranked.resize(std::min(ranked.size(), kOrigins));
  for (const auto& [blocks, origin] : ranked) {
    findings.origins.push_back(trend_of(origin, looks));
  }
  std::stable_sort(findings.origins.begin(), findings.origins.end(),
                   [](const LiveTrend& one, const LiveTrend& other) {
                     return rank_of(one.verdict) < rank_of(other.verdict);
                   });
  return findings;
}

}  // namespace libheap
