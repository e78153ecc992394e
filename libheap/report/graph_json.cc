#include <nlohmann/json.hpp>

#include "libheap/model/release.h"
#include "libheap/report/graph_report.h"
#include "libheap/report/graph_words.h"

namespace libheap {

namespace {

using Json = nlohmann::ordered_json;

const char* name_of(RootKind kind) {
  switch (kind) {
    case RootKind::kStatic:
      return "static";
    case RootKind::kStack:
      return "stack";
    case RootKind::kOtherCore:
      break;
  }
  return "other_core";
}

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json place_json(const GraphFindings& findings, uint64_t SnapshotPlace::*what) {
  return findings.place ? Json((*findings.place).*what) : Json(nullptr);
}

// Null where the clock is not known.
Json predicted_json(const GraphFindings& findings, double us) {
  return findings.priced ? Json(us) : Json(nullptr);
}

Json site_json(const std::optional<SiteRecord>& site) {
  if (!site) return nullptr;
  return {{"file", site->file},
          {"line", site->line},
          {"function", site->function},
          {"runtime", site->runtime}};
}

Json areas_json(const SnapshotFacts& facts) {
  Json list = Json::array();
  for (const SnapshotPool& pool : facts.pools) {
    list.push_back({{"area", pool.area},
                    {"pool_start", pool.start},
                    {"blocks", pool.blocks},
                    {"last_used_block", or_null(pool.last_used_block)}});
  }
  return list;
}

Json snapshot_json(const GraphFindings& findings) {
  const SnapshotFacts& facts = findings.facts;
  const bool timed =
      findings.place && findings.place->time_us != Event::kNoTime;
  return {{"file", findings.source},
          {"number", place_json(findings, &SnapshotPlace::number)},
          {"of", place_json(findings, &SnapshotPlace::of)},
          {"event", place_json(findings, &SnapshotPlace::event)},
          {"at_us", timed ? Json(findings.place->time_us) : Json(nullptr)},
          {"program",
           findings.program.empty() ? Json(nullptr) : Json(findings.program)},
          {"release", to_string(facts.release)},
          {"clock_hz", facts.clock_hz},
          {"pool_start", facts.pools.front().start},
          {"blocks", facts.blocks()},
          {"block_bytes", facts.block_bytes},
          {"last_used_block", or_null(facts.pools.front().last_used_block)},
          {"areas", areas_json(facts)},
          {"mark_stack_entries", facts.mark_stack_entries}};
}

Json words_json(const WordCounts& words) {
  return {{"unaligned", words.unaligned},
          {"below_pool", words.below},
          {"above_pool", words.above},
          {"in_pool", words.in_pool}};
}

// What the prices of collect_cycles.h are multiplied with.
Json counts_json(const GraphFindings& findings) {
  const MarkCounts& mark = findings.counts;
  const SweepCounts& sweep = findings.sweep;
  return {{"root_words", words_json(mark.root_words)},
          {"root_heads", mark.root_heads},
          {"words", words_json(mark.words)},
          {"pushed", mark.pushed},
          {"overflowed", mark.overflowed},
          {"deepest", mark.deepest},
          {"rescan_passes", mark.rescan_passes},
          {"rescan_blocks", mark.rescan_blocks},
          {"rescan_objects", mark.rescan_objects},
          {"swept_blocks", sweep.swept_blocks},
          {"live_objects", sweep.live_objects},
          {"live_tails", sweep.live_tails},
          {"freed_objects", sweep.freed_objects},
          {"freed_tails", sweep.freed_tails},
          {"finaliser_bytes", sweep.finaliser_bytes}};
}

Json contents_json(const ObjectContents& contents) {
  const std::string words = contents_words(contents);
  return words.empty() ? Json(nullptr) : Json(words);
}

Json way_json(const ObjectRow& row) {
  Json way = Json::array();
  for (const WayStep& step : row.way) {
    way.push_back({{"area", step.block.area},
                   {"block", step.block.block},
                   {"type", step.type},
                   {"contents", contents_json(step.contents)},
                   {"word", step.word}});
  }
  if (!way.empty()) way.back()["word"] = nullptr;
  return way;
}

Json object_json(const ObjectRow& row) {
  const auto dominator = [&](auto part) {
    return row.dominator ? Json((*row.dominator).*part) : Json(nullptr);
  };
  Json json = {{"area", row.block.area},
               {"block", row.block.block},
               {"address", row.address},
               {"bytes", row.bytes},
               {"type", row.type},
               {"contents", contents_json(row.contents)},
               {"site", site_json(row.site)},
               {"held_by", name_of(row.held)},
               {"retained_bytes", row.retained_bytes},
               {"retained_objects", row.retained_objects},
               {"dominator_area", dominator(&BlockRef::area)},
               {"dominator_block", dominator(&BlockRef::block)},
               {"dominating_root", row.dominating_root
                                       ? Json(name_of(*row.dominating_root))
                                       : Json(nullptr)},
               {"root", nullptr},
               {"way", way_json(row)},
               {"way_left_out", row.way_left_out},
               {"way_words", way_words(row)}};
  if (!row.way.empty()) {
    json["root"] = {{"kind", name_of(row.root)}, {"word", row.root_word}};
  }
  return json;
}

Json seen_json(const GraphFindings& findings) {
  if (!findings.seen) return nullptr;
  const GraphFindings::Seen& seen = *findings.seen;
  return {{"survivors_equal", seen.survivors_equal},
          {"passes_equal", seen.passes_equal},
          {"live_objects", seen.collect.live_objects},
          {"overflowed", seen.collect.overflowed},
          {"rescan_passes", or_null(seen.collect.rescan_passes)},
          {"mark_us", or_null(seen.collect.mark_us)},
          {"sweep_us", or_null(seen.collect.sweep_us)},
          {"total_us", or_null(seen.collect.total_us)},
          {"predicted_error_share", or_null(seen.error_share)}};
}

Json overflow_groups_json(const GraphFindings& findings) {
  Json list = Json::array();
  for (const OverflowGroup& group : findings.overflow_groups) {
    list.push_back({{"site", site_json(group.site)},
                    {"type", group.site ? Json(nullptr) : Json(group.type)},
                    {"objects", group.objects},
                    {"overflows", group.overflows}});
  }
  return list;
}

}  // namespace

Json mark_stack_json(const GraphFindings& findings) {
  Json tried = Json::array();
  for (const MarkStackRow& row : findings.mark_stacks) {
    tried.push_back(
        {{"entries", row.entries},
         {"extra_bytes", row.extra_bytes},
         {"rescan_passes", row.rescan_passes},
         {"predicted_us", predicted_json(findings, row.predicted_us)}});
  }
  Json overflowing = Json::array();
  for (const OverflowRow& row : findings.overflowing) {
    Json one = object_json(row.object);
    one["overflows"] = row.overflows;
    overflowing.push_back(std::move(one));
  }
  return {{"entries", findings.facts.mark_stack_entries},
          {"entry_bytes", findings.mark_stack_entry_bytes},
          {"smallest_without_rescan", findings.smallest_mark_stack},
          {"tried", std::move(tried)},
          {"overflowing_objects", findings.overflowing_objects},
          {"overflowing", std::move(overflowing)},
          {"overflowing_by_site", overflow_groups_json(findings)},
          {"words", mark_stack_words(findings)}};
}

namespace {

Json held_json(const GraphFindings& findings) {
  Json json = Json::object();
  for (size_t i = 0; i < kHeldByKinds; ++i) {
    json[std::string(name_of(static_cast<HeldBy>(i)))] = {
        {"objects", findings.held[i].objects},
        {"bytes", findings.held[i].bytes}};
  }
  return json;
}

Json types_json(const GraphFindings& findings) {
  Json list = Json::array();
  for (const TypeRow& row : findings.types) {
    list.push_back({{"type", row.type},
                    {"objects", row.objects},
                    {"bytes", row.bytes},
                    {"retained_bytes", row.retained_bytes}});
  }
  return list;
}

Json sites_json(const GraphFindings& findings) {
  Json list = Json::array();
  for (const SiteRow& row : findings.sites) {
    Json json = site_json(row.site);
    json["objects"] = row.objects;
    json["bytes"] = row.bytes;
    json["retained_bytes"] = row.retained_bytes;
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace

Json growth_json(const GraphFindings& findings) {
  if (!findings.growth) return nullptr;
  const GraphGrowth& growth = *findings.growth;
  Json rows = Json::array();
  for (const GrowthRow& row : growth.rows) {
    const GrownGroup& grown = row.grown;
    const bool by_type = !grown.type.empty();
    rows.push_back(
        {{"site", by_type ? Json(nullptr) : site_json(grown.site)},
         {"type", by_type ? Json(grown.type) : Json(nullptr)},
         {"objects_before", grown.objects_before},
         {"objects", grown.objects_after},
         {"bytes_before", grown.bytes_before},
         {"bytes", grown.bytes_after},
         {"new_objects", grown.new_objects},
         {"held_objects", grown.held_objects},
         {"holder", row.holder ? object_json(*row.holder) : Json(nullptr)},
         {"holder_words", holder_words(row)}});
  }
  return {{"since_snapshot", growth.since.number},
          {"since_event", growth.since.event},
          {"live_bytes", growth.live_bytes},
          {"rows_in_all", growth.rows_in_all},
          {"rows", std::move(rows)}};
}

Json graph_json_body(const GraphFindings& findings) {
  Json json = {
      {"snapshot", snapshot_json(findings)},
      {"live_objects", findings.sweep.live_objects},
      {"live_blocks", findings.sweep.live_blocks()},
      {"garbage_objects", findings.sweep.freed_objects},
      {"rescan_passes", findings.counts.rescan_passes},
      {"scanned_objects", findings.counts.scanned_objects},
      {"scanned_words", findings.counts.scanned_words()},
      {"predicted_us", predicted_json(findings, findings.pause.total_us())},
      {"predicted_mark_us", predicted_json(findings, findings.pause.mark_us)},
      {"predicted_rescan_us",
       predicted_json(findings, findings.pause.rescan_us)},
      {"predicted_sweep_us", predicted_json(findings, findings.pause.sweep_us)},
      {"priced_as", to_string(findings.priced_as)}};
  json["seen_on_chip"] = seen_json(findings);
  json["counts"] = counts_json(findings);
  json["mark_stack"] = mark_stack_json(findings);
  json["held_by"] = held_json(findings);
  json["types_known"] = findings.types_known;
  json["types_in_all"] = findings.types_in_all;
  json["types"] = types_json(findings);
  json["sites_in_all"] = findings.sites_in_all;
  json["sites"] = sites_json(findings);
  json["objects"] = Json::array();
  for (const ObjectRow& row : findings.objects) {
    json["objects"].push_back(object_json(row));
  }
  json["growth"] = growth_json(findings);
  json["asked"] = findings.asked ? object_json(*findings.asked) : Json(nullptr);
  return json;
}

std::string graph_json(const GraphFindings& findings) {
  Json json = {{"schema", "mpheap.graph/1"}};
  json.update(graph_json_body(findings));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace libheap
