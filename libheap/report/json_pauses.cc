#include "libheap/report/json_pauses.h"

#include <cmath>

#include "libheap/analysis/collects.h"
#include "libheap/report/graph_report.h"
#include "libheap/report/json_parts.h"
#include "libheap/report/json_pause_parts.h"
#include "libheap/report/pause_words.h"

namespace libheap {
namespace {

Json or_null(const std::optional<double>& us) {
  return us ? Json(rounded_us(*us)) : Json(nullptr);
}

Json parts_json(const PauseParts& parts) {
  return {{"roots", rounded_us(parts.roots)},
          {"objects", rounded_us(parts.objects)},
          {"words", rounded_us(parts.words)},
          {"rescans", rounded_us(parts.rescans)},
          {"sweep", rounded_us(parts.sweep)},
          {"finalisers", rounded_us(parts.finalisers)}};
}

Json pause_json(const PauseFindings& findings, const JudgedTracePause& one) {
  const Pause& pause = one.pause;
  const PauseState& state = pause.state;
  Json json = {{"event", pause.event},
               {"at_us", time_or_null(pause.begin_us)},
               {"cause", name_of(pause.cause)},
               {"core", pause.core},
               {"mark_us", or_null(one.mark_us)},
               {"rescan_us", or_null(one.rescan_us)},
               {"sweep_us", or_null(one.sweep_us)},
               {"total_us", nullptr},
               {"objects_before", pause.objects_before},
               {"blocks_before", pause.used_before},
               {"live_objects", state.live_objects},
               {"live_blocks", state.live_blocks},
               {"freed_objects", state.freed_objects},
               {"freed_blocks", state.freed_blocks},
               {"swept_blocks", state.swept_blocks},
               {"finalisers", state.finalisers},
               {"rescan_passes", nullptr},
               {"iteration", nullptr},
               {"label", nullptr},
               {"predicted_us", rounded_us(one.predicted.us)},
               {"low_us", rounded_us(one.predicted.low_us)},
               {"high_us", rounded_us(one.predicted.high_us)},
               {"predicted_from", name_of(one.from)},
               {"snapshot", nullptr},
               {"changed_share", nullptr},
               {"parts_us", parts_json(one.predicted.parts)},
               {"freed_next_to_nothing", one.freed_next_to_nothing},
               {"other_core_waited_us", nullptr}};
  if (pause.timed()) json["total_us"] = pause.total_us();
  if (state.rescan_passes) json["rescan_passes"] = *state.rescan_passes;
  if (pause.replayed) {
    json["snapshot"] = pause.replayed->snapshot;
    json["changed_share"] = pause.replayed->changed_share;
  }
  if (pause.tick != 0) json["iteration"] = pause.tick;
  if (pause.label != 0) {
    json["label"] = findings.trace.labels[pause.label - 1];
  }
  if (findings.trace.cores > 1) {
    json["other_core_waited_us"] = pause.other_core_waited_us;
  }
  return json;
}

Json figures_json(const PauseFigures& figures) {
  if (figures.timed == 0) return nullptr;
  Json histogram = Json::array();
  for (const PauseBin& bin : figures.histogram) {
    histogram.push_back(
        {{"from_us", bin.from_us}, {"to_us", bin.to_us}, {"count", bin.count}});
  }
  Json utilisation = Json::array();
  for (const UtilisationPoint& point : figures.utilisation) {
    utilisation.push_back({{"window_us", point.window_us},
                           {"minimum_utilisation", point.utilisation}});
  }
  const PausePercentiles& lengths = figures.pause_us;
  Json json = {{"pauses", figures.timed},
               {"total_us", figures.total_us},
               {"duration_us", figures.duration_us},
               {"share_of_time", figures.share_of_time()},
               {"percentiles_us",
                {{"min", lengths.min},
                 {"p50", lengths.p50},
                 {"p90", lengths.p90},
                 {"p99", lengths.p99},
                 {"max", lengths.max}}},
               {"histogram", histogram},
               {"minimum_mutator_utilisation", utilisation},
               {"period", nullptr},
               {"iterations_hit", figures.ticks_hit}};
  if (figures.period) {
    json["period"] = {{"median_us", figures.period->median_us},
                      {"quarter_us", figures.period->quarter_us},
                      {"three_quarters_us", figures.period->three_quarters_us},
                      {"regular", figures.period->regular}};
  }
  return json;
}

Json profile_json(const PauseFindings& findings) {
  const ChosenProfile& chosen = findings.chosen;
  Json warnings = Json::array();
  for (const std::string& warning : profile_warnings(findings)) {
    warnings.push_back(warning);
  }
  Json suits = nullptr;
  if (findings.verdict != ProfileVerdict::kUntested) {
    suits = findings.verdict == ProfileVerdict::kSuits;
  }
  return {{"name", chosen.profile.name},
          {"origin", name_of(chosen.origin)},
          {"release", chosen.profile.release},
          {"clock_hz", chosen.profile.clock_hz},
          {"clock_known", chosen.clock_known},
          {"content_from", content_from(chosen.snapshots)},
          {"suits", suits},
          {"warnings", warnings}};
}

Json curve_json(const PauseCurve& curve) {
  Json points = Json::array();
  for (const PauseCurvePoint& point : curve.points) {
    Json one = {{"live_objects", point.live_objects},
                {"predicted_us", rounded_us(point.one_round.us)},
                {"low_us", rounded_us(point.one_round.low_us)},
                {"high_us", rounded_us(point.one_round.high_us)},
                {"with_rescan_us", rounded_us(point.with_rescan.us)},
                {"pauses", point.measured},
                {"measured_us", nullptr}};
    if (point.measured != 0) {
      one["measured_us"] = rounded_us(point.measured_us);
    }
    points.push_back(std::move(one));
  }
  return points;
}

Json sources_json(const PauseFindings& findings) {
  const std::array<uint64_t, kPredictedFromKinds> counts =
      count_sources(findings);
  Json json = Json::object();
  for (size_t i = 0; i < counts.size(); ++i) {
    json[std::string(name_of(static_cast<PredictedFrom>(i)))] = counts[i];
  }
  return json;
}

Json longest_snapshot_json(const std::optional<GraphFindings>& longest) {
  if (!longest) return nullptr;
  return {{"number", longest->place->number},
          {"event", longest->place->event},
          {"at_us", time_or_null(longest->place->time_us)},
          {"predicted_us", longest->priced
                               ? Json(rounded_us(longest->pause.total_us()))
                               : Json(nullptr)},
          {"mark_stack", mark_stack_json(*longest)}};
}

}  // namespace

double rounded_us(double us) { return std::round(us * 1000) / 1000; }

Json fit_json(const std::optional<PauseScore>& score) {
  if (!score || score->count == 0) {
    return {{"rows", 0},
            {"mean_abs_error_share", nullptr},
            {"worst_error_share", nullptr},
            {"coverage", nullptr}};
  }
  return {{"rows", score->count},
          {"mean_abs_error_share", score->mean_abs_error_share},
          {"worst_error_share", score->worst_error_share},
          {"coverage", score->coverage}};
}

Json pauses_json_body(const PauseFindings& findings) {
  return {
      {"release", findings.trace.release},
      {"profile", profile_json(findings)},
      {"fit", fit_json(findings.fit)},
      {"figures", figures_json(findings.figures)},
      {"collects", findings.all.count},
      {"listed_one_in", findings.trace.pause_stride},
      {"resets", findings.trace.resets},
      {"overflowed", findings.overflowed},
      {"idle_explicit", findings.all.idle_explicit},
      {"cores", findings.trace.cores},
      {"predicted_from", sources_json(findings)},
      {"longest_snapshot", longest_snapshot_json(findings.longest_snapshot)}};
}

std::string pauses_json(const PauseFindings& findings,
                        const PauseCurve& curve) {
  Json json = {{"schema", "mpheap.pauses/1"}, {"source", findings.source}};
  json.update(pauses_json_body(findings));
  Json measured = Json::array();
  for (const JudgedTracePause& one : findings.pauses) {
    measured.push_back(pause_json(findings, one));
  }
  json["measured"] = std::move(measured);
  if (!curve.points.empty()) json["curve"] = curve_json(curve);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string states_json(const StatePredictions& predictions) {
  Json rows = Json::array();
  for (const StatePrediction& one : predictions.rows) {
    Json row = {{"line", one.row.line},
                {"predicted_us", rounded_us(one.predicted.us)},
                {"low_us", rounded_us(one.predicted.low_us)},
                {"high_us", rounded_us(one.predicted.high_us)},
                {"measured_us", nullptr},
                {"parts_us", parts_json(one.predicted.parts)},
                {"profile", one.profile}};
    if (one.row.measured) row["measured_us"] = one.row.pause.total_us;
    rows.push_back(std::move(row));
  }
  const Json score = fit_json(predictions.all);
  Json json = {{"schema", "mpheap.pauses-states/1"},
               {"mean_abs_error_share", score["mean_abs_error_share"]},
               {"worst_error_share", score["worst_error_share"]},
               {"coverage", score["coverage"]},
               {"without_rescans", fit_json(predictions.one_round)},
               {"worst_sweep_us", or_null(predictions.worst_sweep_us)},
               {"rows", rows}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string pause_fit_json(const PauseFit& fit) {
  Json groups = Json::array();
  for (const LeftOutScore& one : left_out_scores(fit)) {
    groups.push_back(
        {{"group", one.group.empty() ? Json(nullptr) : Json(one.group)},
         {"counted", fit_json(one.counted)},
         {"estimated", fit_json(one.estimated)},
         {"without_rescans_counted", fit_json(one.one_round_counted)},
         {"without_rescans_estimated", fit_json(one.one_round_estimated)}});
  }
  Json names = Json::array();
  for (const PauseProfile& profile : fit.profiles) {
    names.push_back(profile.name);
  }
  const Json json = {{"schema", "mpheap.pauses-calibration/1"},
                     {"profiles", names},
                     {"left_out", groups}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace libheap
