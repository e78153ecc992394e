#include "libheap/report/json_report.h"

#include <nlohmann/json.hpp>

#include "libheap/model/release.h"
#include "libheap/report/fragmentation_json.h"
#include "libheap/report/graph_report.h"
#include "libheap/report/json_parts.h"
#include "libheap/report/json_pause_parts.h"
#include "libheap/report/sites_report.h"
#include "libheap/report/tune_report.h"
#include "libheap/report/verdict.h"

namespace libheap {

namespace {

Json final_json(const FinalState& final) {
  Json json = {{"used_blocks", final.census.used_blocks},
               {"free_blocks", final.census.free_blocks},
               {"one_block_objects", final.census.one_block_objects},
               {"two_block_objects", final.census.two_block_objects},
               {"max_block", final.census.max_block},
               {"max_free", final.census.max_free},
               {"last_free_index", final.last_free_index},
               {"alloc_amount", final.alloc_amount},
               {"last_used_block", nullptr},
               {"objects", final.census.objects}};
  if (final.has_last_used_block)
    json["last_used_block"] = final.last_used_block;
  return json;
}

Json damage_json(const DamageLog& damage) {
  Json list = Json::array();
  for (const Damage& one : damage.first()) {
    list.push_back({{"offset", one.offset},
                    {"length", one.length},
                    {"line", one.line},
                    {"reason", one.reason}});
  }
  return list;
}

Json divergences_json(const std::vector<Divergence>& divergences) {
  Json list = Json::array();
  for (const Divergence& one : divergences) {
    Json windows = Json::array();
    for (const TableWindow& window : one.windows) {
      windows.push_back({{"area", window.area},
                         {"first_block", window.first_block},
                         {"recorded", window.recorded},
                         {"model", window.modelled}});
    }
    list.push_back({{"kind", name_of(one.kind)},
                    {"event", one.event},
                    {"line", one.line},
                    {"offset", one.offset},
                    {"what", one.what},
                    {"events_before", one.events_before},
                    {"windows", std::move(windows)}});
  }
  return list;
}

Json by_kind_json(const std::array<uint64_t, kEventKinds>& counts) {
  Json json = Json::object();
  for (size_t kind = 0; kind < counts.size(); ++kind) {
    if (counts[kind] == 0) continue;
    json[std::string(name_of(static_cast<EventKind>(kind)))] = counts[kind];
  }
  return json;
}

Json collects_json(const CollectFindings& collects) {
  Json list = Json::array();
  for (const CollectSummary& one : collects.listed) {
    list.push_back(collect_json(one));
  }
  return {{"count", collects.count},
          {"threshold", collects.by_cause[0]},
          {"exhausted", collects.by_cause[1]},
          {"explicit", collects.by_cause[2]},
          {"resets", collects.sweeps_of_all},
          {"freed_blocks", collects.freed_blocks},
          {"freed_objects", collects.freed_objects},
          {"live_after_min_blocks", collects.live_after_min},
          {"live_after_max_blocks", collects.live_after_max},
          {"idle_explicit", collects.idle_explicit},
          {"listed_one_in", collects.list_stride},
          {"listed", std::move(list)}};
}

Json allocations_json(const AllocationFindings& found) {
  Json sizes = Json::array();
  for (const SizeCount& size : found.top_sizes) {
    sizes.push_back({{"bytes", size.n_bytes},
                     {"blocks", size.blocks},
                     {"count", size.count}});
  }
  return {{"requests", found.requests},
          {"requested_bytes", found.requested_bytes},
          {"blocks", found.blocks},
          {"largest_request_bytes", found.largest_request_bytes},
          {"resizes", found.resizes},
          {"resizes_in_place", found.resizes_in_place},
          {"resizes_moved", found.resizes_moved},
          {"frees", found.frees},
          {"freed_blocks", found.freed_blocks},
          {"peak_used_blocks", found.peak_used_blocks},
          {"peak_event", found.peak_event},
          {"distinct_sizes", found.distinct_sizes},
          {"top_sizes", std::move(sizes)}};
}

Json failures_json(const FailureFindings& failures) {
  constexpr size_t kListed = 200;
  Json list = Json::array();
  for (const FailedAllocation& one : failures.first) {
    if (list.size() == kListed) break;
    list.push_back(failure_json(one));
  }
  return {{"count", failures.count},
          {"exhausted", failures.exhausted},
          {"fragmented", failures.fragmented},
          {"too_large", failures.too_large},
          {"collect_off", failures.collect_off},
          {"locked", failures.locked},
          {"first", std::move(list)}};
}

Json over_time_json(const HeapOverTimeFindings& found) {
  return {
      {"total_blocks", found.total_blocks},
      {"one_kept_in", found.sample_stride},
      {"worst_fragmentation", found.worst_fragmentation},
      {"worst_event", found.most_fragmented.event},
      {"worst_free_blocks",
       found.most_fragmented.total_blocks - found.most_fragmented.used_blocks},
      {"worst_largest_free_run_blocks", found.most_fragmented.largest_free_run},
      {"samples", samples_json(found.samples)}};
}

Json labels_json(const LabelFindings& labels) {
  Json list = Json::array();
  for (const Label& one : labels.listed) {
    list.push_back(label_json(one));
  }
  return {{"count", labels.count}, {"listed", std::move(list)}};
}

// The first item is the verdict, the others what else is wrong.
Json verdict_json(const Findings& findings) {
  Json list = Json::array();
  for (const VerdictItem& item : verdict(findings)) {
    list.push_back({{"id", item.id},
                    {"headline", item.headline},
                    {"why", item.why},
                    {"code", item.code}});
  }
  return list;
}

Json smallest_json(const SmallestRunSeen& smallest) {
  return {{"blocks", smallest.blocks},
          {"free_blocks", smallest.free_blocks},
          {"event", smallest.event},
          {"time_us", time_or_null(smallest.time_us)}};
}

Json trace_json(const TraceHeader& header, const std::string& source) {
  return {{"file", source},
          {"format", header.format},
          {"release", header.release},
          {"workload", header.workload},
          {"word_bytes", header.word_bytes},
          {"finaliser", header.finaliser},
          {"weakref", header.weakref},
          {"split", header.split == SplitKind::kNone     ? "none"
                    : header.split == SplitKind::kManual ? "manual"
                                                         : "auto"}};
}

// The proof a replay gives, in `replay` and `report` alike.
Json proof_json(const Findings& findings) {
  const ReplayResult& proof = findings.proof;
  return {{"events", proof.events},
          {"collects", proof.collects},
          {"divergences", proof.divergences},
          {"checkpoints_checked", proof.checkpoints_checked},
          {"checkpoints_failed", proof.checkpoints_failed},
          {"results_checked", proof.results_checked},
          {"tables_checked", proof.tables_checked},
          {"damage", damage_json(findings.damage)},
          {"damage_count", findings.damage.count()},
          {"gaps", gaps_json(proof.gaps.kept())},
          {"gap_count", proof.gaps.size()},
          {"lost_events", proof.gaps.lost()},
          {"ended", proof.ended},
          {"complete", proof.complete},
          {"first_us", time_or_null(proof.first_us)},
          {"last_us", time_or_null(proof.last_us)}};
}

// Text in a trace is the device's and may be any bytes; what is not UTF-8 is
// shown as the replacement character rather than refused.
std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string replay_json(const Findings& findings) {
  Json json = {{"schema", "mpheap.replay/1"}};
  json.update(proof_json(findings));
  json["heap"] = heap_json(findings.heap);
  json["final"] = final_json(findings.final);
  json["first_divergences"] =
      divergences_json(findings.proof.first_divergences);
  return dump(json);
}

std::string report_json(const Findings& findings) {
  Json json = {{"schema", "mpheap.report/1"}};
  json["trace"] = trace_json(findings.header, findings.source);
  json["heap"] = heap_json(findings.heap);
  json["final"] = final_json(findings.final);
  json["proof"] = proof_json(findings);
  json["proof"]["first_divergences"] =
      divergences_json(findings.proof.first_divergences);
  json["verdict"] = verdict_json(findings);
  if (findings.tune) json["tune"] = tune_json_body(*findings.tune);
  json["allocations"] = allocations_json(findings.allocations);
  json["collects"] = collects_json(findings.collects);
  json["pauses"] = pauses_json_body(findings.pauses);
  json["failures"] = failures_json(findings.failures);
  json["sites"] = sites_part_json(findings.sites);
  json["sites"]["lifetimes"] = lifetimes_json(findings.sites);
  if (findings.sites.has_callers) {
    json["sites"]["stacks"] = stacks_json(findings.sites);
  }
  if (findings.graph) json["graph"] = graph_json_body(*findings.graph);
  json["fragmentation"] =
      fragmentation_json(findings.fragmentation, /*full=*/false);
  json["smallest_largest_free_run"] =
      smallest_json(findings.smallest_largest_run);
  json["over_time"] = over_time_json(findings.over_time);
  json["labels"] = labels_json(findings.labels);
  return dump(json);
}

std::string info_json(const TraceContents& contents) {
  Json json = {{"schema", "mpheap.info/1"}};
  json["trace"] = trace_json(contents.header, contents.source);
  json["heap"] = {{"pool_bytes", contents.pool_bytes},
                  {"blocks", contents.blocks},
                  {"block_bytes", contents.header.block_bytes},
                  {"areas_added", contents.areas_added}};
  json["events"] = contents.events;
  json["events_by_kind"] = by_kind_json(contents.by_kind);
  json["collects"] = {{"threshold", contents.collects_by_cause[0]},
                      {"exhausted", contents.collects_by_cause[1]},
                      {"explicit", contents.collects_by_cause[2]}};
  json["failed"] = contents.failed;
  json["first_us"] = time_or_null(contents.first_us);
  json["last_us"] = time_or_null(contents.last_us);
  json["gaps"] = gaps_json(contents.gaps.kept());
  json["lost_events"] = contents.gaps.lost();
  json["damage"] = damage_json(contents.damage);
  json["damage_count"] = contents.damage.count();
  json["ended"] = contents.ended;
  json["complete"] = contents.complete;
  return dump(json);
}

double bytes_per_event(const Conversion& conversion) {
  if (conversion.events == 0) return 0;
  return static_cast<double>(conversion.bytes) /
         static_cast<double>(conversion.events);
}

std::string convert_json(const Conversion& conversion) {
  return dump({{"schema", "mpheap.convert/1"},
               {"events", conversion.events},
               {"bytes", conversion.bytes},
               {"bytes_per_event", bytes_per_event(conversion)}});
}

}  // namespace libheap
