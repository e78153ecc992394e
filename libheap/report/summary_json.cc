#include "libheap/report/summary_json.h"

#include <nlohmann/json.hpp>

#include "libheap/base/error.h"
#include "libheap/report/bounded_json.h"

namespace libheap {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema = "mpheap.summary/1";
// Buckets of 64-bit values; what is beyond was not written by us.
constexpr uint64_t kLastBucket = 2300;
// One of ours is a tenth of it, and has some tens of names.
constexpr size_t kMostBytes = size_t{1} << 20;
constexpr size_t kMostNames = 1000;

Json sketch_json(const QuantileSketch& sketch) {
  Json buckets = Json::array();
  for (const auto& [bucket, count] : sketch.buckets()) {
    buckets.push_back({bucket, count});
  }
  return {{"count", sketch.count()},      {"sum", sketch.sum()},
          {"min", sketch.min()},          {"p50", sketch.quantile(0.50)},
          {"p90", sketch.quantile(0.90)}, {"p99", sketch.quantile(0.99)},
          {"max", sketch.max()},          {"zeros", sketch.zeros()},
          {"buckets", std::move(buckets)}};
}

QuantileSketch read_sketch(const nlohmann::json& json) {
  std::map<int, uint64_t> buckets;
  for (const nlohmann::json& one : json.at("buckets")) {
    const uint64_t bucket = whole_number(one.at(0));
    if (bucket > kLastBucket) throw Error("no such bucket");
    buckets[static_cast<int>(bucket)] += whole_number(one.at(1));
  }
  const uint64_t min = whole_number(json.at("min"));
  const uint64_t max = whole_number(json.at("max"));
  if (min > max) throw Error("its min is above its max");
  return QuantileSketch::restored(whole_number(json.at("zeros")),
                                  std::move(buckets), min, max,
                                  whole_number(json.at("sum")));
}

FleetSummary read_summary(const nlohmann::json& json) {
  if (json.at("schema") != kSchema) {
    throw Error("its schema is not " + std::string(kSchema));
  }
  if (json.at("relative_error").get<double>() !=
      QuantileSketch::kRelativeError) {
    throw Error("its relative_error is another than ours");
  }
  FleetSummary summary;
  for (const auto& [name, count] : json.at("counts").items()) {
    summary.counts[name] = whole_number(count);
  }
  for (const auto& [name, count] : json.at("releases").items()) {
    summary.releases[name] = whole_number(count);
  }
  for (const auto& [name, spread] : json.at("spreads").items()) {
    summary.spreads[name] = read_sketch(spread);
  }
  for (const auto& [name, extreme] : json.at("extremes").items()) {
    summary.extremes[name] = {whole_number(extreme.at("value")),
                              extreme.at("trace").get<std::string>(),
                              extreme.at("smallest").get<bool>()};
  }
  return summary;
}

// A file of hostile ones must not take our memory.
void check_names(const FleetSummary& summary) {
  if (summary.counts.size() > kMostNames ||
      summary.spreads.size() > kMostNames ||
      summary.extremes.size() > kMostNames ||
      summary.releases.size() > kMostNames) {
    throw Error("more than " + std::to_string(kMostNames) + " names");
  }
}

}  // namespace

std::string summary_json(const FleetSummary& summary) {
  Json spreads = Json::object();
  for (const auto& [name, sketch] : summary.spreads) {
    spreads[name] = sketch_json(sketch);
  }
  Json extremes = Json::object();
  for (const auto& [name, extreme] : summary.extremes) {
    extremes[name] = {{"value", extreme.value},
                      {"trace", extreme.trace},
                      {"smallest", extreme.smallest}};
  }
  const Json json = {{"schema", kSchema},
                     {"relative_error", QuantileSketch::kRelativeError},
                     {"counts", summary.counts},
                     {"releases", summary.releases},
                     {"extremes", std::move(extremes)},
                     {"spreads", std::move(spreads)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

size_t merge_summaries(FleetSummary& into, std::string_view text,
                       const std::string& name) {
  size_t count = 0;
  size_t number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string at = name + ":" + std::to_string(number);
    try {
      merge(into, read_summary(parse_bounded_json(line, kMostBytes)));
      check_names(into);
    } catch (const Json::exception&) {
      throw Error(at + ": this is no summary; mpheap summary TRACE makes one");
    } catch (const Error& error) {
      throw Error(at + ": this is no summary: " + error.what());
    }
    ++count;
  }
  return count;
}

}  // namespace libheap
