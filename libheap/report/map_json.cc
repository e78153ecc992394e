#include <nlohmann/json.hpp>

#include "libheap/report/map_report.h"

namespace libheap {

namespace {

using Json = nlohmann::ordered_json;

Json runs_json(const FreeRuns& runs) {
  return {{"runs", runs.runs},
          {"runs_of_power", runs.runs_of_power},
          {"fitting", runs.fitting}};
}

Json printed_json(const MemInfoFindings& found) {
  if (!found.printed) return nullptr;
  const MemInfoFigures& printed = *found.printed;
  Json json = {{"total_bytes", printed.total_bytes},
               {"used_bytes", printed.used_bytes},
               {"free_bytes", printed.free_bytes}};
  if (printed.max_new_split_bytes) {
    json["max_new_split_bytes"] = *printed.max_new_split_bytes;
  }
  if (printed.has_sizes) {
    json["one_block_objects"] = printed.one_block_objects;
    json["two_block_objects"] = printed.two_block_objects;
    json["max_block"] = printed.max_block;
    json["max_free"] = printed.max_free;
  }
  return json;
}

template <typename Count>
Json kinds_json(const std::map<char, Count>& kinds) {
  Json json = Json::object();
  for (const auto& [kind, count] : kinds) json[std::string(1, kind)] = count;
  return json;
}

Json change_json(const std::optional<MemInfoChange>& change) {
  if (!change) return nullptr;
  Json json = {{"used_blocks", change->used_blocks},
               {"objects", change->objects},
               {"max_free", change->max_free},
               {"by_kind", kinds_json(change->by_kind)},
               {"taken_blocks", nullptr},
               {"freed_blocks", nullptr}};
  if (change->compared_blocks) {
    json["taken_blocks"] = change->taken_blocks;
    json["freed_blocks"] = change->freed_blocks;
  }
  return json;
}

Json census_json(const Census& census) {
  return {{"total_blocks", census.total_blocks},
          {"used_blocks", census.used_blocks},
          {"free_blocks", census.free_blocks},
          {"max_free", census.max_free},
          {"objects", census.objects},
          {"one_block_objects", census.one_block_objects},
          {"two_block_objects", census.two_block_objects},
          {"max_block", census.max_block}};
}

Json splitters_json(const std::vector<DumpSplitter>& splitters) {
  Json list = Json::array();
  for (const DumpSplitter& one : splitters) {
    list.push_back({{"area", one.splitter.object.head.area},
                    {"block", one.splitter.object.head.block},
                    {"kind", std::string(1, one.kind)},
                    {"blocks", one.splitter.object.blocks},
                    {"free_before_blocks", one.splitter.free_before},
                    {"free_after_blocks", one.splitter.free_after},
                    {"joined_blocks", one.splitter.joined()}});
  }
  return list;
}

Json dump_json(const MemInfoFindings& found) {
  Json json = census_json(found.census);
  json["by_kind"] = kinds_json(found.by_kind);
  if (!found.has_map) json["objects"] = nullptr;
  json["line"] = found.line;
  json["block_bytes"] = found.block_bytes;
  json["block_bytes_known"] = found.block_bytes_known;
  json["fragmentation"] = found.fragmentation;
  json["verdict"] = name_of(found.health);
  json["map"] = found.has_map;
  json["whole"] = found.whole;
  json["lost_blocks"] = found.lost_blocks;
  if (found.has_map) json["free_runs"] = runs_json(found.runs);
  json["splitters"] = splitters_json(found.splitters);
  json["stack_bytes"] = found.stack_bytes ? Json(*found.stack_bytes) : nullptr;
  json["printed"] = printed_json(found);
  json["agrees"] = found.checked ? Json(found.differences.empty()) : nullptr;
  json["differences"] = Json::array();
  for (const FigureDifference& one : found.differences) {
    json["differences"].push_back({{"figure", one.name},
                                   {"printed", one.printed},
                                   {"counted", one.counted}});
  }
  json["damage"] = Json::array();
  for (const Damage& one : found.damage) {
    json["damage"].push_back({{"line", one.line}, {"reason", one.reason}});
  }
  json["change"] = change_json(found.change);
  return json;
}

Json categories_json(const HeapPicture& picture) {
  Json list = Json::array();
  for (const PictureCategory& category : picture.categories) {
    if (category.objects == 0) continue;
    list.push_back({{"letter", std::string(1, category.letter)},
                    {"name", category.name},
                    {"objects", category.objects},
                    {"blocks", category.blocks}});
  }
  return list;
}

std::string document(const std::string& source, std::string_view kind,
                     Json dumps) {
  const Json json = {{"schema", "mpheap.map/1"},
                     {"source", source},
                     {"kind", kind},
                     {"dumps", std::move(dumps)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string map_json(const std::string& source,
                     const std::vector<MemInfoFindings>& dumps) {
  Json list = Json::array();
  for (const MemInfoFindings& dump : dumps) list.push_back(dump_json(dump));
  return document(source, "mem_info", std::move(list));
}

std::string map_json(const std::string& source, const TraceMoment& moment,
                     const HeapPicture& picture, const FreeRuns& runs) {
  Json json = census_json(picture.census);
  // A trace knows requests, not types: all objects are of one kind.
  json["by_kind"] = {{"h", picture.census.objects}};
  json["event"] = moment.event;
  json["time_us"] =
      moment.time_us == Event::kNoTime ? Json(nullptr) : Json(moment.time_us);
  json["block_bytes"] = picture.block_bytes;
  json["fragmentation"] = runs.fragmentation();
  json["verdict"] =
      name_of(health_of(picture.census.total_blocks, picture.census.free_blocks,
                        picture.census.max_free));
  json["free_runs"] = runs_json(runs);
  json["categories"] = categories_json(picture);
  return document(source, "trace", Json::array({std::move(json)}));
}

}  // namespace libheap
