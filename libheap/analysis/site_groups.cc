#include "libheap/analysis/site_groups.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace libheap {

namespace {

constexpr std::pair<SiteGrouping, std::string_view> kGroupings[] = {
    {SiteGrouping::kLine, "line"},
    {SiteGrouping::kFunction, "function"},
    {SiteGrouping::kFile, "file"},
    {SiteGrouping::kRuntime, "runtime"},
    {SiteGrouping::kSize, "size"}};

constexpr std::pair<SiteOrder, std::string_view> kOrders[] = {
    {SiteOrder::kBlocks, "blocks"},
    {SiteOrder::kObjects, "objects"},
    {SiteOrder::kGarbage, "garbage"},
    {SiteOrder::kLive, "live"},
    {SiteOrder::kLifetime, "lifetime"}};

// What of a place its group has in common.
SiteRecord common_part(const SiteRecord& place, SiteGrouping grouping) {
  SiteRecord common;
  if (grouping == SiteGrouping::kRuntime) {
    common.runtime = place.runtime;
    return common;
  }
  common.file = place.file;
  if (grouping == SiteGrouping::kFile) return common;
  common.function = place.function;
  if (grouping == SiteGrouping::kLine) common.line = place.line;
  return common;
}

auto name_order(const SiteGroup& group) {
  const SiteRecord& place = group.place;
  return std::tie(group.first_blocks, place.file, place.line, place.function,
                  place.runtime);
}

bool anything_happened(const SiteTally& tally) {
  return tally.objects + tally.resizes + tally.failed != 0;
}

std::optional<MedianAge> median_of(const Lifetimes& ages) {
  if (ages.at_least.count() == 0) return std::nullopt;
  return MedianAge{ages.at_least.median_at_least(),
                   ages.at_most.median_at_most()};
}

double share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0
                    : static_cast<double>(part) / static_cast<double>(whole);
}

// What follows from the tally.
void complete(SiteGroup& group, const SiteFindings& found) {
  const SiteTally& tally = group.tally;
  group.garbage_share = share(tally.swept, tally.swept + tally.freed);
  group.share_of_garbage = share(tally.swept_blocks, found.total.swept_blocks);
  if (found.duration_us != 0) {
    group.garbage_bytes_per_s = static_cast<uint64_t>(
        static_cast<double>(tally.swept_blocks * found.block_bytes) * 1e6 /
        static_cast<double>(found.duration_us));
  }
  group.age_blocks = median_of(tally.in_blocks);
  group.age_us = median_of(tally.in_us);
}

std::vector<SiteGroup> groups_by_size(const SiteFindings& found) {
  std::vector<SiteGroup> groups;
  for (const SizeClass& size : found.sizes) {
    SiteGroup group;
    group.first_blocks = size.first_blocks;
    group.last_blocks = size.last_blocks;
    group.tally = size.tally;
    groups.push_back(std::move(group));
  }
  return groups;
}

std::vector<SiteGroup> groups_by_place(const SiteFindings& found,
                                       SiteGrouping grouping) {
  using Key = std::tuple<std::string, uint32_t, std::string, std::string>;
  std::map<Key, SiteGroup> groups;
  for (const Site& site : found.sites) {
    if (!anything_happened(site.tally)) continue;
    const SiteRecord place = common_part(site.place, grouping);
    SiteGroup& group =
        groups[{place.file, place.line, place.function, place.runtime}];
    group.place = place;
    group.tally.add(site.tally);
  }
  std::vector<SiteGroup> list;
  for (auto& [key, group] : groups) list.push_back(std::move(group));
  return list;
}

template <typename Value, size_t N>
std::string_view name_in(const std::pair<Value, std::string_view> (&names)[N],
                         Value value) {
  for (const auto& [one, name] : names) {
    if (one == value) return name;
  }
  return {};
}

template <typename Value, size_t N>
std::optional<Value> value_in(
    const std::pair<Value, std::string_view> (&names)[N],
    std::string_view wanted) {
  for (const auto& [value, name] : names) {
    if (name == wanted) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(SiteGrouping grouping) {
  return name_in(kGroupings, grouping);
}

std::optional<SiteGrouping> site_grouping(std::string_view name) {
  return value_in(kGroupings, name);
}

std::string_view name_of(SiteOrder order) { return name_in(kOrders, order); }

std::optional<SiteOrder> site_order(std::string_view name) {
  return value_in(kOrders, name);
}

uint64_t weight_of(const SiteTally& tally, SiteOrder order) {
  switch (order) {
    case SiteOrder::kObjects:
      return tally.objects;
    case SiteOrder::kGarbage:
      return tally.swept_blocks;
    case SiteOrder::kLive:
      return tally.live_blocks;
    case SiteOrder::kBlocks:
    case SiteOrder::kLifetime:
      break;
  }
  return tally.blocks;
}

uint64_t weight_of(const SiteGroup& group, SiteOrder order) {
  if (order != SiteOrder::kLifetime) return weight_of(group.tally, order);
  return group.age_blocks ? group.age_blocks->high : 0;
}

std::vector<SiteGroup> group_sites(const SiteFindings& found,
                                   SiteGrouping grouping, SiteOrder order) {
  std::vector<SiteGroup> groups = grouping == SiteGrouping::kSize
                                      ? groups_by_size(found)
                                      : groups_by_place(found, grouping);
  for (SiteGroup& group : groups) complete(group, found);
  std::sort(groups.begin(), groups.end(),
            [&](const SiteGroup& a, const SiteGroup& b) {
              const uint64_t weight_a = weight_of(a, order);
              const uint64_t weight_b = weight_of(b, order);
              if (weight_a != weight_b) return weight_a > weight_b;
              return name_order(a) < name_order(b);
            });
  return groups;
}

bool is_of(const Site& site, const SiteGroup& group, SiteGrouping grouping) {
  const SiteRecord place = common_part(site.place, grouping);
  const auto key = [](const SiteRecord& one) {
    return std::tie(one.file, one.line, one.function, one.runtime);
  };
  return key(place) == key(group.place);
}

SiteGroup all_sites(const SiteFindings& found) {
  SiteGroup all;
  all.tally = found.total;
  complete(all, found);
  return all;
}

}  // namespace libheap
