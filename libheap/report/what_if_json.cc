#include "libheap/report/what_if_json.h"

#include <cmath>

#include "libheap/report/what_if_report.h"

namespace libheap {

namespace {

using Json = nlohmann::ordered_json;

// Counts and bytes are whole numbers, in JSON too.
Json number(double value, bool whole) {
  return whole ? Json(std::llround(value)) : Json(value);
}

Json bracket_json(const Bracket& bracket, bool whole = true) {
  return {{"low", number(bracket.low, whole)},
          {"estimate", number(bracket.estimate, whole)},
          {"high", number(bracket.high, whole)}};
}

Json bracket_json(const std::optional<Bracket>& bracket, bool whole = true) {
  if (bracket) return bracket_json(*bracket, whole);
  return {{"low", nullptr}, {"estimate", nullptr}, {"high", nullptr}};
}

}  // namespace

Json what_if_json(const WhatIf& answer) {
  Json json;
  json["threshold_bytes"] =
      answer.threshold_bytes ? Json(*answer.threshold_bytes) : Json(nullptr);
  json["heap_bytes"] = answer.heap_bytes;
  json["pool_bytes"] = answer.pool_bytes;
  json["exact"] = answer.exact;
  json["collects"] = bracket_json(answer.collects);
  json["peak_used_bytes"] = bracket_json(answer.peak_used_bytes);
  json["live_after_collect_bytes"] =
      bracket_json(answer.live_after_collect_bytes);
  json["min_largest_free_run_bytes"] =
      bracket_json(answer.min_largest_free_run_bytes);
  json["max_pause_us"] = bracket_json(answer.max_pause_us);
  json["gc_time_share"] = bracket_json(answer.gc_time_share, /*whole=*/false);
  json["failed_allocations"] = bracket_json(answer.failed_allocations);
  json["collects_by_cause"] = {
      {"threshold", answer.estimate.threshold_collects},
      {"exhausted", answer.estimate.exhausted_collects},
      {"explicit", answer.estimate.explicit_collects}};
  return json;
}

std::string simulate_json(const WhatIfReport& report) {
  Json json = {{"schema", "mpheap.simulate/1"},
               {"trace",
                {{"file", report.source},
                 {"workload", report.workload},
                 {"release", report.release},
                 {"snapshots", report.snapshots}}}};
  if (report.answers.size() == 1) {
    json.update(what_if_json(report.answers.front()));
  } else {
    Json results = Json::array();
    for (const WhatIf& answer : report.answers) {
      results.push_back(what_if_json(answer));
    }
    json["results"] = std::move(results);
  }
  json["recorded"] = what_if_json(report.recorded);
  json["limits"] = report.limits;
  return json.dump(2) + "\n";
}

}  // namespace libheap
