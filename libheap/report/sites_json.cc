// Who allocates, as JSON.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "libheap/analysis/site_stacks.h"
#include "libheap/report/sites_report.h"
#include "libheap/report/stack_frames.h"

namespace libheap {

namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kRowsInReport = 20;
constexpr size_t kStacksInReport = 200;

void add_place(Json& row, const SiteGroup& group, SiteGrouping by) {
  const SiteRecord& place = group.place;
  if (by == SiteGrouping::kSize) {
    row["first_blocks"] = group.first_blocks;
    row["last_blocks"] = group.last_blocks == UINT64_MAX
                             ? Json(nullptr)
                             : Json(group.last_blocks);
    return;
  }
  row["known"] = group.is_known();
  if (by == SiteGrouping::kRuntime) {
    row["runtime"] = place.runtime;
    return;
  }
  row["file"] = place.file;
  if (by == SiteGrouping::kFile) return;
  row["function"] = place.function;
  if (by == SiteGrouping::kLine) row["line"] = place.line;
}

Json age_json(const std::optional<MedianAge>& age, uint64_t unit) {
  if (!age) return nullptr;
  return {{"low", age->low * unit}, {"high", age->high * unit}};
}

void add_numbers(Json& row, const SiteGroup& group, uint64_t block_bytes) {
  const SiteTally& tally = group.tally;
  row["objects"] = tally.objects;
  row["bytes"] = tally.bytes;
  row["blocks"] = tally.blocks;
  row["resizes"] = tally.resizes;
  row["moved"] = tally.moved;
  row["grown_bytes"] = tally.grown_bytes;
  row["failed"] = tally.failed;
  row["freed"] = tally.freed;
  row["swept"] = tally.swept;
  row["swept_blocks"] = tally.swept_blocks;
  row["reset"] = tally.reset;
  row["unseen_ends"] = tally.unseen_ends;
  row["live"] = tally.live;
  row["live_blocks"] = tally.live_blocks;
  row["live_bytes"] = tally.live_bytes;
  row["garbage_share"] = group.garbage_share;
  row["share_of_garbage"] = group.share_of_garbage;
  row["garbage_bytes_per_s"] = group.garbage_bytes_per_s
                                   ? Json(*group.garbage_bytes_per_s)
                                   : Json(nullptr);
  row["median_life_bytes"] = age_json(group.age_blocks, block_bytes);
  row["median_life_us"] = age_json(group.age_us, 1);
}

Json stack_json(const SiteStack& stack) {
  Json frames = Json::array();
  for (const SiteRecord* place : stack) {
    frames.push_back({{"file", place->file},
                      {"function", place->function},
                      {"line", place->line}});
  }
  return frames;
}

// Ways to a row's lines, where callers were told.
Json callers_json(const SiteFindings& found, const SiteGroup& group,
                  const SiteView& view) {
  Json list = Json::array();
  for (const SiteCallers& way : callers_of(found, group, view.by, view.order)) {
    list.push_back({{"stack", stack_json(way.stack)},
                    {"objects", way.tally.objects},
                    {"blocks", way.tally.blocks},
                    {"swept_blocks", way.tally.swept_blocks},
                    {"live_blocks", way.tally.live_blocks}});
  }
  return list;
}

bool is_by_place(SiteGrouping by) {
  return by != SiteGrouping::kRuntime && by != SiteGrouping::kSize;
}

Json rows_json(const SiteFindings& found, const SiteView& view) {
  Json rows = Json::array();
  for (const SiteGroup& group : group_sites(found, view.by, view.order)) {
    if (view.top != 0 && rows.size() == view.top) break;
    Json row = Json::object();
    add_place(row, group, view.by);
    add_numbers(row, group, found.block_bytes);
    if (view.callers && found.has_callers && is_by_place(view.by)) {
      row["callers"] = callers_json(found, group, view);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Json total_json(const SiteFindings& found) {
  Json total = Json::object();
  add_numbers(total, all_sites(found), found.block_bytes);
  return total;
}

Json functions_json(const std::vector<RuntimeFunction>& functions) {
  const auto text = [](const std::string& value) {
    return value.empty() ? Json(nullptr) : Json(value);
  };
  Json list = Json::array();
  for (const RuntimeFunction& one : functions) {
    list.push_back({{"address", one.address},
                    {"name", text(one.name)},
                    {"source", text(one.source)}});
  }
  return list;
}

// How many of those that died were dead by an age: at least, where each died
// as late as it can have, and at most, where as early.
Json dead_by_age(const Lifetimes& ages, uint64_t unit) {
  Json list = Json::array();
  const uint64_t oldest = ages.at_most.oldest_at_most();
  uint64_t age = 0;
  while (ages.at_most.count() != 0) {
    list.push_back({age * unit, ages.at_most.count_up_to(age),
                    ages.at_least.count_up_to(age)});
    if (age >= oldest) break;
    age = AgeSpread::end_of(age + 1);
  }
  return list;
}

}  // namespace

Json stacks_json(const SiteFindings& found) {
  std::vector<std::pair<uint64_t, const Site*>> largest;
  for (const Site& site : found.sites) {
    if (has_line(site.place) && site.tally.blocks != 0) {
      largest.emplace_back(site.tally.blocks, &site);
    }
  }
  std::stable_sort(
      largest.begin(), largest.end(),
      [](const auto& a, const auto& b) { return a.first > b.first; });
  if (largest.size() > kStacksInReport) largest.resize(kStacksInReport);
  Json list = Json::array();
  for (const auto& [blocks, site] : largest) {
    list.push_back({{"stack", stack_json(stack_of(found, *site))},
                    {"runtime", site->place.runtime},
                    {"blocks", blocks}});
  }
  return list;
}

Json lifetimes_json(const SiteFindings& found) {
  const SiteTally& all = found.total;
  return {{"died", all.freed + all.swept},
          {"live", all.live},
          {"dead_by_bytes", dead_by_age(all.in_blocks, found.block_bytes)},
          {"dead_by_us",
           found.duration_us != 0 ? dead_by_age(all.in_us, 1) : Json(nullptr)}};
}

std::string sites_json(const SiteFindings& found, const SiteView& asked,
                       const std::vector<RuntimeFunction>& functions) {
  SiteView view = possible_view(found, asked);
  view.callers = true;
  const Json json = {
      {"schema", "mpheap.sites/1"},
      {"has_sites", found.has_sites},
      {"has_callers", found.has_callers},
      {"by", name_of(view.by)},
      {"sort", name_of(view.order)},
      {"block_bytes", found.block_bytes},
      {"duration_us",
       found.duration_us != 0 ? Json(found.duration_us) : Json(nullptr)},
      {"total", total_json(found)},
      {"unseen_births", found.unseen_births},
      {"groups", group_sites(found, view.by, view.order).size()},
      {"rows", rows_json(found, view)},
      {"runtime_functions", functions_json(functions)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json sites_part_json(const SiteFindings& found) {
  const auto rows = [&](SiteGrouping by) {
    return rows_json(found, {.by = by, .top = kRowsInReport});
  };
  Json json = {{"has_sites", found.has_sites},
               {"total", total_json(found)},
               {"unseen_births", found.unseen_births},
               {"by_size", rows(SiteGrouping::kSize)}};
  if (found.has_sites) {
    json["by_line"] = rows(SiteGrouping::kLine);
    json["by_runtime"] = rows(SiteGrouping::kRuntime);
  }
  return json;
}

}  // namespace libheap
