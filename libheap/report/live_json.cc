#include "libheap/report/live_json.h"

#include <algorithm>

#include "libheap/report/json_parts.h"
#include "libheap/report/sites_report.h"

namespace libheap {

namespace {

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json status_json(const LiveStatus& status) {
  return {{"port", status.port},
          {"file", status.file},
          {"link", status.link},
          {"reason", text_or_null(status.reason)},
          {"elapsed_us", status.elapsed_us},
          {"bytes", status.bytes},
          {"packets", status.packets},
          {"events", status.events},
          {"lost_events", status.lost_events},
          {"damage_bytes", status.damage_bytes},
          {"restarts", status.restarts},
          {"reconnects", status.reconnects},
          {"events_per_s", status.events_per_s},
          {"allocated_bytes_per_s", status.allocated_bytes_per_s},
          {"state", status.state},
          {"problem", text_or_null(status.problem)},
          {"event", status.event},
          {"time_us", time_or_null(status.time_us)},
          {"used_blocks", status.used_blocks},
          {"largest_free_run_blocks", status.largest_free_run},
          {"total_blocks", status.total_blocks},
          {"collects", status.collects},
          {"divergences", status.divergences},
          {"failures", status.failures}};
}

// A list from its first new item on; null where there is none.
template <typename Item, typename Write>
Json part_json(const LiveList<Item>& list, bool whole, const Write& write) {
  const size_t from = whole ? 0 : list.first_new();
  if (!whole && from == list.items().size()) return nullptr;
  const std::vector<Item> fresh(
      list.items().begin() + static_cast<std::ptrdiff_t>(from),
      list.items().end());
  return {{"from", from}, {"listed", write(fresh)}};
}

template <typename Item>
auto each(Json (*write)(const Item&)) {
  return [write](const std::vector<Item>& items) {
    Json list = Json::array();
    for (const Item& item : items) list.push_back(write(item));
    return list;
  };
}

Json came_json(const std::vector<LiveMapObject>& came) {
  Json json = {{"block", Json::array()},
               {"blocks", Json::array()},
               {"bytes", Json::array()},
               {"birth", Json::array()},
               {"site", Json::array()}};
  for (const LiveMapObject& object : came) {
    json["block"].push_back(object.block);
    json["blocks"].push_back(object.blocks);
    json["bytes"].push_back(object.n_bytes);
    json["birth"].push_back(object.birth);
    json["site"].push_back(object.site);
  }
  return json;
}

Json map_json(const LiveMapPart& part) {
  Json areas = Json::array();
  for (const LiveMapArea& area : part.areas) {
    areas.push_back({{"area", area.area},
                     {"blocks", area.blocks},
                     {"anew", area.anew},
                     {"gone", area.gone},
                     {"came", came_json(area.came)}});
  }
  return areas;
}

Json site_names_json(const LiveSiteNames& names) {
  Json list = Json::array();
  for (const SiteRecord& site : names.listed) {
    list.push_back({{"file", site.file},
                    {"line", site.line},
                    {"function", site.function},
                    {"runtime", site.runtime}});
  }
  return {{"from", names.from}, {"listed", std::move(list)}};
}

void add_view(Json& json, const LiveView& view, bool whole) {
  const auto add = [&](const char* name, Json part) {
    if (!part.is_null()) json[name] = std::move(part);
  };
  add("samples", part_json(view.samples(), whole, samples_json));
  add("collects", part_json(view.collects(), whole, each(collect_json)));
  add("failures", part_json(view.failures(), whole, each(failure_json)));
  add("labels", part_json(view.labels(), whole, each(label_json)));
}

}  // namespace

std::string live_frame_json(const LiveFrame& frame) {
  Json json = {{"schema", "mpheap.live/1"},
               {"whole", frame.whole},
               {"stream", frame.stream},
               {"status", status_json(frame.status)}};
  if (frame.heap) json["heap"] = heap_json(*frame.heap);
  if (frame.view != nullptr) add_view(json, *frame.view, frame.whole);
  if (frame.gaps) json["gaps"] = gaps_json(*frame.gaps);
  if (frame.map) json["map"] = map_json(*frame.map);
  if (frame.site_names) json["site_names"] = site_names_json(*frame.site_names);
  if (frame.sites) json["sites"] = sites_part_json(*frame.sites);
  if (!frame.console.empty() || frame.whole) json["console"] = frame.console;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace libheap
