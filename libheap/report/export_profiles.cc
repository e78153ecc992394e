// Who allocates, as profiles: speedscope's JSON and pprof's protocol buffer.
//
// Both hold the same columns for each site: objects and bytes allocated,
// bytes of garbage, bytes live at the end. Bytes are whole blocks. The fields'
// numbers are those of profile.proto.

#include <array>
#include <map>

#include <nlohmann/json.hpp>
#include <protozero/pbf_builder.hpp>
#include <protozero/pbf_writer.hpp>

#include "libheap/report/export_writers.h"
#include "libheap/report/stack_frames.h"

namespace libheap {

namespace {

using Json = nlohmann::ordered_json;

struct ProfileColumn {
  const char* name;
  const char* unit;
  uint64_t (*of)(const SiteTally& tally, uint64_t block_bytes);
};

constexpr std::array<ProfileColumn, 4> kColumns = {{
    {"alloc_objects", "count",
     [](const SiteTally& tally, uint64_t) { return tally.objects; }},
    {"alloc_space", "bytes",
     [](const SiteTally& tally, uint64_t block) {
       return tally.blocks * block;
     }},
    {"garbage_space", "bytes",
     [](const SiteTally& tally, uint64_t block) {
       return tally.swept_blocks * block;
     }},
    {"inuse_space", "bytes",
     [](const SiteTally& tally, uint64_t block) {
       return tally.live_blocks * block;
     }},
}};
constexpr size_t kDefaultColumn = 1;

bool counts(const SiteTally& tally) {
  return tally.objects + tally.blocks + tally.live_blocks != 0;
}

// Frames once each, in the order they are met.
class SpeedscopeFrames {
 public:
  size_t number_of(const StackFrame& frame) {
    Json json = {{"name", frame.line ? line_frame(*frame.line) : frame.name}};
    if (frame.line && !frame.line->file.empty()) {
      json["file"] = frame.line->file;
      json["line"] = frame.line->line;
    }
    const auto [entry, is_new] = numbers_.try_emplace(
        json.dump(-1, ' ', false, Json::error_handler_t::replace),
        list_.size());
    if (is_new) list_.push_back(std::move(json));
    return entry->second;
  }
  [[nodiscard]] const Json& list() const { return list_; }

 private:
  std::map<std::string, size_t> numbers_;
  Json list_ = Json::array();
};

// What protozero needs to know of profile.proto.
enum class ProfileField : protozero::pbf_tag_type {
  kSampleType = 1,
  kSample = 2,
  kLocation = 4,
  kFunction = 5,
  kStringTable = 6,
  kDurationNanos = 10,
  kDefaultSampleType = 14,
};
enum class ValueTypeField : protozero::pbf_tag_type { kType = 1, kUnit = 2 };
enum class SampleField : protozero::pbf_tag_type {
  kLocationId = 1,
  kValue = 2,
};
enum class LocationField : protozero::pbf_tag_type { kId = 1, kLine = 4 };
enum class LineField : protozero::pbf_tag_type { kFunctionId = 1, kLine = 2 };
enum class FunctionField : protozero::pbf_tag_type {
  kId = 1,
  kName = 2,
  kFileName = 4,
};

class PprofWriter {
 public:
  std::string write(const SiteFindings& found, const std::string& trace) {
    text("");  // the string table begins with it
    for (const ProfileColumn& column : kColumns) {
      protozero::pbf_builder<ValueTypeField> type(profile_,
                                                  ProfileField::kSampleType);
      type.add_int64(ValueTypeField::kType, text(column.name));
      type.add_int64(ValueTypeField::kUnit, text(column.unit));
    }
    for (const Site& site : found.sites) {
      if (counts(site.tally)) add_sample(found, site);
    }
    profile_.add_int64(ProfileField::kDurationNanos,
                       static_cast<int64_t>(found.duration_us * 1000));
    profile_.add_int64(ProfileField::kDefaultSampleType,
                       text(kColumns[kDefaultColumn].name));
    static_cast<void>(text(trace));
    for (const std::string& one : strings_) {
      profile_.add_string(ProfileField::kStringTable, one);
    }
    return out_;
  }

 private:
  // A string's place in the table.
  int64_t text(const std::string& one) {
    const auto [entry, is_new] = numbers_.try_emplace(one, strings_.size());
    if (is_new) strings_.push_back(one);
    return static_cast<int64_t>(entry->second);
  }

  // Innermost first: the runtime function, then lines of Python.
  void add_sample(const SiteFindings& found, const Site& site) {
    std::vector<uint64_t> locations;
    if (!site.place.runtime.empty()) {
      locations.push_back(location(site.place.runtime, "", 0));
    }
    for (const SiteRecord* place : stack_of(found, site)) {
      const bool known = has_line(*place);
      if (!known && place == &site.place && !locations.empty()) continue;
      locations.push_back(location(known ? place->function : "(not known)",
                                   place->file, place->line));
    }
    std::vector<int64_t> values;
    for (const ProfileColumn& column : kColumns) {
      values.push_back(
          static_cast<int64_t>(column.of(site.tally, found.block_bytes)));
    }
    protozero::pbf_builder<SampleField> sample(profile_, ProfileField::kSample);
    sample.add_packed_uint64(SampleField::kLocationId, locations.begin(),
                             locations.end());
    sample.add_packed_int64(SampleField::kValue, values.begin(), values.end());
  }

  uint64_t location(const std::string& function, const std::string& file,
                    uint32_t line) {
    const std::string key =
        function + '\n' + file + '\n' + std::to_string(line);
    const auto [entry, is_new] =
        locations_.try_emplace(key, locations_.size() + 1);
    if (!is_new) return entry->second;
    const uint64_t function_id = function_of(function, file);
    protozero::pbf_builder<LocationField> location(profile_,
                                                   ProfileField::kLocation);
    location.add_uint64(LocationField::kId, entry->second);
    protozero::pbf_builder<LineField> at(location, LocationField::kLine);
    at.add_uint64(LineField::kFunctionId, function_id);
    at.add_int64(LineField::kLine, line);
    return entry->second;
  }

  uint64_t function_of(const std::string& function, const std::string& file) {
    const auto [entry, is_new] =
        functions_.try_emplace(function + '\n' + file, functions_.size() + 1);
    if (!is_new) return entry->second;
    protozero::pbf_builder<FunctionField> one(profile_,
                                              ProfileField::kFunction);
    one.add_uint64(FunctionField::kId, entry->second);
    one.add_int64(FunctionField::kName, text(function));
    one.add_int64(FunctionField::kFileName, text(file));
    return entry->second;
  }

  std::string out_;
  protozero::pbf_builder<ProfileField> profile_{out_};
  std::vector<std::string> strings_;
  std::map<std::string, size_t> numbers_;
  std::map<std::string, uint64_t> locations_;
  std::map<std::string, uint64_t> functions_;
};

}  // namespace

std::string speedscope_json(const SiteFindings& found,
                            const std::string& name) {
  SpeedscopeFrames frames;
  Json samples = Json::array();
  std::vector<const SiteTally*> tallies;
  for (const Site& site : found.sites) {
    if (!counts(site.tally)) continue;
    Json stack = Json::array();
    for (const StackFrame& frame :
         frames_of(stack_of(found, site), found.has_callers)) {
      stack.push_back(frames.number_of(frame));
    }
    samples.push_back(std::move(stack));
    tallies.push_back(&site.tally);
  }
  Json profiles = Json::array();
  for (const ProfileColumn& column : kColumns) {
    Json weights = Json::array();
    uint64_t sum = 0;
    for (const SiteTally* tally : tallies) {
      weights.push_back(column.of(*tally, found.block_bytes));
      sum += column.of(*tally, found.block_bytes);
    }
    const bool bytes = column.unit == std::string_view("bytes");
    profiles.push_back({{"type", "sampled"},
                        {"name", column.name},
                        {"unit", bytes ? "bytes" : "none"},
                        {"startValue", 0},
                        {"endValue", sum},
                        {"samples", samples},
                        {"weights", std::move(weights)}});
  }
  const Json json = {
      {"$schema", "https://www.speedscope.app/file-format-schema.json"},
      {"name", name},
      {"exporter", "mpheap"},
      {"activeProfileIndex", kDefaultColumn},
      {"shared", {{"frames", frames.list()}}},
      {"profiles", std::move(profiles)}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string pprof_bytes(const SiteFindings& found, const std::string& name) {
  return PprofWriter().write(found, name);
}

}  // namespace libheap
