#include "libheap/report/fragmentation_json.h"

#include "libheap/report/json_parts.h"
#include "libheap/report/origin_text.h"

namespace libheap {

namespace {

// One object that is in the way, as of `moment`.
Json object_json(const PlacedObject& object,
                 const std::optional<LiveObject>& born,
                 const FragmentationMoment& moment, const SiteTable& sites) {
  Json json = {{"area", object.head.area}, {"block", object.head.block},
               {"blocks", object.blocks},  {"bytes", nullptr},
               {"site", nullptr},          {"born_event", nullptr},
               {"age_events", nullptr},    {"age_us", nullptr}};
  if (!born) return json;
  json["bytes"] = born->n_bytes;
  if (born->site != SiteTable::kUnknown) {
    json["site"] = site_text(sites[born->site]);
  }
  json["born_event"] = born->born_event;
  json["age_events"] = moment.event - born->born_event;
  if (born->born_us != Event::kNoTime && moment.time_us != Event::kNoTime) {
    json["age_us"] = moment.time_us - born->born_us;
  }
  return json;
}

Json runs_json(const FreeRuns& runs) {
  return {{"total_blocks", runs.total_blocks},
          {"free_blocks", runs.free_blocks},
          {"largest_free_run_blocks", runs.largest},
          {"fragmentation", runs.fragmentation()},
          {"free_runs", runs.runs},
          {"runs_of_power", runs.runs_of_power},
          {"fitting", runs.fitting}};
}

Json moment_json(const FragmentationMoment& moment) {
  Json json = {{"event", moment.event},
               {"time_us", time_or_null(moment.time_us)}};
  json.update(runs_json(moment.runs));
  return json;
}

Json heap_json(const SplitHeap& heap, const SiteTable& sites) {
  Json json = moment_json(heap.moment);
  json["splitters_in_all"] = heap.splitter_count;
  json["splitters"] = Json::array();
  for (const KnownSplitter& one : heap.splitters) {
    Json splitter =
        object_json(one.splitter.object, one.born, heap.moment, sites);
    splitter["free_before_blocks"] = one.splitter.free_before;
    splitter["free_after_blocks"] = one.splitter.free_after;
    splitter["joined_blocks"] = one.splitter.joined();
    json["splitters"].push_back(std::move(splitter));
  }
  return json;
}

Json group_json(const KnownGroup& group, const FragmentationMoment& moment,
                const SiteTable& sites) {
  Json objects = Json::array();
  for (const KnownObject& one : group.objects) {
    objects.push_back(object_json(one.object, one.born, moment, sites));
  }
  return {{"joined_blocks", group.joined}, {"objects", std::move(objects)}};
}

Json long_run_json(const std::optional<LongRun>& run) {
  if (!run) return nullptr;
  return {{"event", run->event},
          {"time_us", time_or_null(run->time_us)},
          {"collect", run->collect},
          {"largest_free_run_blocks", run->blocks}};
}

Json failed_json(const FailedAllocation& failed) {
  return {{"event", failed.event},
          {"time_us", time_or_null(failed.time_us)},
          {"verdict", name_of(failed.verdict)},
          {"bytes", failed.n_bytes},
          {"blocks", failed.blocks},
          {"free_blocks", failed.free_blocks},
          {"largest_free_run_blocks", failed.largest_free_run},
          {"resize", failed.resize},
          {"collect_off", failed.collect_off}};
}

Json card_json(const FailureCard& card, const SiteTable& sites) {
  const FailedAllocation& failed = card.failed;
  Json json = failed_json(failed);
  json["site"] = card.site == SiteTable::kUnknown
                     ? Json(nullptr)
                     : Json(site_text(sites[card.site]));
  json["heap"] = heap_json(card.heap, sites);
  if (failed.verdict != FailureVerdict::kFragmented) return json;
  json["pairs"] = Json::array();
  for (const KnownGroup& pair : card.pairs) {
    json["pairs"].push_back(group_json(pair, card.heap.moment, sites));
  }
  json["in_the_way"] =
      card.in_the_way ? group_json(*card.in_the_way, card.heap.moment, sites)
                      : Json(nullptr);
  json["last_room"] = long_run_json(card.last_room);
  json["collects_since"] = card.collects_since;
  return json;
}

Json failures_json(const FragmentationFindings& found, bool full) {
  const FailureFindings& failures = found.failures;
  Json json = {
      {"count", failures.count},         {"fragmented", failures.fragmented},
      {"exhausted", failures.exhausted}, {"too_large", failures.too_large},
      {"locked", failures.locked},       {"collect_off", failures.collect_off}};
  json["cards"] = Json::array();
  for (const FailureCard& card : found.cards) {
    json["cards"].push_back(card_json(card, found.sites));
  }
  if (!full) return json;
  json["list"] = Json::array();
  for (const FailedAllocation& one : failures.first) {
    json["list"].push_back(failed_json(one));
  }
  return json;
}

Json origins_json(const FragmentationFindings& found) {
  Json list = Json::array();
  for (const SplittingOrigin& one : found.origins) {
    list.push_back({{"origin", origin_text(one.origin, found.sites)},
                    {"times", one.times},
                    {"first_times", one.first_times},
                    {"joined_blocks", one.joined_blocks}});
  }
  return list;
}

Json peak_json(const PeakFragmentation::Peak& peak) {
  return {{"event", peak.event},
          {"live_blocks", peak.live},
          {"extent_blocks", peak.extent}};
}

Json peaks_json(const PeakFragmentation::Measures& peaks) {
  if (peaks.collects == 0) return nullptr;
  return {{"average", peaks.average},
          {"at_most_live", peaks.at_most_live},
          {"at_most_used", peaks.at_most_used},
          {"of_peaks", peaks.of_peaks},
          {"most_live", peak_json(peaks.most_live)},
          {"most_used", peak_json(peaks.most_used)}};
}

Json trends_json(const FragmentationFindings& found) {
  Json list = Json::array();
  for (const LiveTrend& trend : found.trends.origins) {
    list.push_back({{"origin", origin_text(trend.origin, found.sites)},
                    {"verdict", name_of(trend.verdict)},
                    {"allocated_blocks", trend.allocated_blocks},
                    {"live_first_blocks", trend.first_blocks},
                    {"live_last_blocks", trend.last_blocks},
                    {"live_most_blocks", trend.most_blocks},
                    {"blocks_per_1000_events", 1000 * trend.per_event.slope},
                    {"low", 1000 * trend.per_event.low},
                    {"high", 1000 * trend.per_event.high},
                    {"events_until_full", trend.events_until_full
                                              ? Json(*trend.events_until_full)
                                              : Json(nullptr)}});
  }
  return list;
}

}  // namespace

nlohmann::ordered_json fragmentation_json(const FragmentationFindings& found,
                                          bool full) {
  Json json = {{"verdict", name_of(found.verdict)},
               {"collects", found.collects},
               {"largest_request_blocks", found.largest_request_blocks},
               {"last_room", long_run_json(found.last_room)},
               {"failures", failures_json(found, full)},
               {"worst", found.worst ? heap_json(*found.worst, found.sites)
                                     : Json(nullptr)},
               {"splitting_origins", origins_json(found)},
               {"peaks", peaks_json(found.peaks)},
               {"trends", trends_json(found)}};
  if (!full) return json;
  json["moments_one_in"] = found.moment_stride;
  json["moments"] = Json::array();
  for (const FragmentationMoment& moment : found.moments) {
    json["moments"].push_back(moment_json(moment));
  }
  return json;
}

}  // namespace libheap
