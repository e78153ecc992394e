#include <cmath>

#include <nlohmann/json.hpp>

#include "libheap/analysis/tune_facts.h"
#include "libheap/report/pause_words.h"
#include "libheap/report/tune_report.h"
#include "libheap/report/what_if_json.h"

namespace libheap {

namespace {

using Json = nlohmann::ordered_json;

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json text_or_null(std::string_view text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json evidence_json(const std::vector<Evidence>& evidence) {
  Json list = Json::array();
  for (const Evidence& one : evidence) {
    Json value =
        one.unit == EvidenceUnit::kText ? Json(one.text) : Json(one.value);
    list.push_back({{"what", one.what}, {"value", std::move(value)}});
  }
  return list;
}

Json inputs_json(const TuneInputs& inputs) {
  return {
      {"pause_budget_us", or_null(inputs.pause_budget_us)},
      {"pause_budget_from", name_of(inputs.budget_origin)},
      {"alloc_bytes_per_iteration", or_null(inputs.alloc_bytes_per_iteration)},
      {"requested_bytes_per_iteration",
       or_null(inputs.requested_bytes_per_iteration)},
      {"iterations_per_second", or_null(inputs.iterations_per_second)},
      {"iterations_from", name_of(inputs.rate_origin)},
      {"alloc_bytes_per_second", or_null(inputs.alloc_bytes_per_second)},
      {"largest_request_bytes", inputs.largest_request_bytes},
      {"largest_request_from", inputs.largest_given ? "given" : "trace"},
      {"margin", inputs.margin}};
}

Json candidate_json(const Candidate& one) {
  Json json = what_if_json(one.answer);
  json["names"] = one.names;
  json["iterations_apart"] = or_null(one.iterations_apart);
  json["seconds_apart"] = or_null(one.seconds_apart);
  json["serves"] = one.serves;
  json["leaves_room"] = one.leaves_room;
  json["in_budget"] = one.in_budget;
  json["above_need"] = one.above_need;
  json["tried"] = one.tried;
  json["fits"] = one.fits();
  return json;
}

Json manual_json(const ManualCandidate& one) {
  Json json = {{"every_iterations", one.every}, {"serves", one.serves}};
  json.update(what_if_json(one.answer));
  return json;
}

Json rules_json(const std::vector<StrategyRule>& rules) {
  Json list = Json::array();
  for (const StrategyRule& rule : rules) {
    list.push_back({{"strategy", name_of(rule.strategy)},
                    {"verdict", name_of(rule.verdict)},
                    {"says", rule.says},
                    {"evidence", evidence_json(rule.evidence)},
                    {"would_change", rule.would_change},
                    {"code", text_or_null(rule.code)}});
  }
  return list;
}

Json warnings_json(const std::vector<AdviceWarning>& warnings) {
  Json list = Json::array();
  for (const AdviceWarning& one : warnings) {
    list.push_back({{"id", one.id},
                    {"says", one.says},
                    {"evidence", evidence_json(one.evidence)},
                    {"instead", one.instead}});
  }
  return list;
}

Json seams_json(const QuietSeamFindings& found) {
  Json list = Json::array();
  for (const QuietSeam& seam : found.seams) {
    list.push_back({{"after", place_text(seam.before)},
                    {"before", place_text(seam.after)},
                    {"count", seam.count},
                    {"gap_p01_us", seam.gap_p01_us},
                    {"gap_p50_us", seam.gap_p50_us},
                    {"gap_p99_us", seam.gap_p99_us}});
  }
  return {{"timed", found.timed},
          {"gap_p99_us", found.gap_p99_us},
          {"seams", std::move(list)}};
}

Json hot_path_json(const TuneFindings& found) {
  Json list = Json::array();
  for (const HotLine& line : found.hot.lines) {
    const ObjectRemedy& remedy = remedy_for(line.kind);
    list.push_back(
        {{"file", text_or_null(line.place.file)},
         {"line", line.place.line},
         {"function", text_or_null(line.place.function)},
         {"runtime", text_or_null(line.place.runtime)},
         {"objects", line.objects},
         {"blocks", line.blocks},
         {"n_bytes", line.n_bytes},
         {"share", line.share},
         {"kind", remedy.name},
         {"saves_bytes_per_iteration", or_null(line.bytes_per_iteration)},
         {"remedy", remedy.remedy},
         {"code", remedy.code}});
  }
  return list;
}

Json meanwhile_json(const TuneFindings& found) {
  if (!found.meanwhile) return nullptr;
  const WhatIf& answer = found.candidates[*found.meanwhile].answer;
  return {{"threshold_bytes", *answer.threshold_bytes},
          {"code", meanwhile_code(found)},
          {"why", meanwhile_why(found)}};
}

Json recommended_json(const TuneFindings& found) {
  const Advice& advice = found.advice;
  return {{"strategy",
           advice.strategy ? Json(name_of(*advice.strategy)) : Json(nullptr)},
          {"threshold_bytes", or_null(advice.threshold_bytes)},
          {"code", text_or_null(advice.code)},
          {"why", why_text(found)},
          {"confidence", name_of(advice.confidence)},
          {"tie_breaker", text_or_null(advice.tie_breaker)},
          {"meanwhile", meanwhile_json(found)}};
}

}  // namespace

Json tune_json_body(const TuneFindings& found) {
  Json candidates = Json::array();
  for (const Candidate& one : found.candidates) {
    candidates.push_back(candidate_json(one));
  }
  Json manual = Json::array();
  for (const ManualCandidate& one : found.manual) {
    manual.push_back(manual_json(one));
  }
  return {{"recommended", recommended_json(found)},
          {"inputs", inputs_json(found.inputs)},
          {"candidates", std::move(candidates)},
          {"manual", std::move(manual)},
          {"strategies", rules_json(found.advice.rules)},
          {"warnings", warnings_json(found.advice.warnings)},
          {"quiet", seams_json(found.seams)},
          {"hot_path", hot_path_json(found)},
          {"profile", found.profile},
          {"content_from", content_from(found.snapshots)},
          {"limits", found.limits}};
}

std::string tune_json(const TuneFindings& found) {
  Json json = {{"schema", "mpheap.tune/1"},
               {"trace",
                {{"file", found.source},
                 {"workload", found.workload},
                 {"release", found.release}}}};
  json.update(tune_json_body(found));
  return json.dump(2) + "\n";
}

}  // namespace libheap
