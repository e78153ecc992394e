#include "libheap/report/pause_profile_json.h"

#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

#include "libheap/base/error.h"
#include "libheap/report/bounded_json.h"

namespace libheap {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema = "mpheap.pause-profile/1";

template <typename Struct>
struct Field {
  const char* name;
  double Struct::*member;
};

constexpr std::array<Field<MarkVisits>, 4> kVisits{{
    {"objects", &MarkVisits::objects},
    {"words", &MarkVisits::words},
    {"aligned_words", &MarkVisits::aligned_words},
    {"pointers", &MarkVisits::pointers},
}};

constexpr std::array<Field<HeapContent>, 8> kContent{{
    {"root_words", &HeapContent::root_words},
    {"root_pointers", &HeapContent::root_pointers},
    {"aligned_share", &HeapContent::aligned_share},
    {"pointers_per_object", &HeapContent::pointers_per_object},
    {"first_round_objects", &HeapContent::first_round_objects},
    {"first_round_words", &HeapContent::first_round_words},
    {"overflow_chance", &HeapContent::overflow_chance},
    {"second_pass_chance", &HeapContent::second_pass_chance},
}};

constexpr std::array<Field<PauseBars>, 4> kBars{{
    {"counted_share", &PauseBars::counted_share},
    {"estimated_share", &PauseBars::estimated_share},
    {"rescans_share", &PauseBars::rescans_share},
    {"at_least_us", &PauseBars::at_least_us},
}};

// Six digits say more than any board repeats, and files stay readable.
double rounded(double value) { return std::round(value * 1e6) / 1e6; }

template <typename Struct, size_t n>
Json fields_json(const Struct& values,
                 const std::array<Field<Struct>, n>& fields) {
  Json json = Json::object();
  for (const Field<Struct>& field : fields) {
    json[field.name] = rounded(values.*field.member);
  }
  return json;
}

Json cost_json(const PauseTerms& cost) {
  Json json = Json::object();
  for (const PauseTermName& one : pause_terms()) {
    json[std::string(one.name)] = rounded(cost.*one.term);
  }
  return json;
}

double number_at(const Json& json, const std::string& field) {
  const double value = json.at(field).get<double>();
  if (!std::isfinite(value) || value < 0) {
    throw Error(field + " is not a number from 0 on");
  }
  return value;
}

template <typename Struct, size_t n>
void read_fields(const Json& json, const std::array<Field<Struct>, n>& fields,
                 Struct& values) {
  for (const Field<Struct>& field : fields) {
    values.*field.member = number_at(json, field.name);
  }
}

PauseProfile read_profile(const Json& json) {
  PauseProfile profile;
  profile.name = json.at("name").get<std::string>();
  profile.release = json.at("release").get<std::string>();
  profile.clock_hz = whole_number(json.at("clock_hz"));
  for (const PauseTermName& one : pause_terms()) {
    profile.cost.*one.term =
        number_at(json.at("cost_us"), std::string(one.name));
  }
  const Json& content = json.at("content");
  read_fields(content, kContent, profile.content);
  read_fields(content.at("booted"), kVisits, profile.content.booted);
  read_fields(json.at("bars"), kBars, profile.bars);
  return profile;
}

}  // namespace

std::string pause_profiles_json(std::span<const PauseProfile> profiles) {
  Json list = Json::array();
  for (const PauseProfile& profile : profiles) {
    Json content = fields_json(profile.content, kContent);
    content["booted"] = fields_json(profile.content.booted, kVisits);
    list.push_back({{"name", profile.name},
                    {"release", profile.release},
                    {"clock_hz", profile.clock_hz},
                    {"cost_us", cost_json(profile.cost)},
                    {"content", content},
                    {"bars", fields_json(profile.bars, kBars)}});
  }
  const Json json = {{"schema", kSchema}, {"profiles", list}};
  return json.dump(2) + "\n";
}

std::vector<PauseProfile> read_pause_profiles(std::string_view text,
                                              const std::string& name) {
  constexpr size_t kMostBytes = size_t{256} << 10;
  try {
    const Json json = parse_bounded_json(text, kMostBytes);
    if (json.at("schema").get<std::string>() != kSchema) {
      throw Error("its schema is not " + std::string(kSchema));
    }
    std::vector<PauseProfile> profiles;
    for (const Json& one : json.at("profiles")) {
      profiles.push_back(read_profile(one));
    }
    if (profiles.empty()) throw Error("it has no profiles");
    return profiles;
  } catch (const Json::exception&) {
    throw Error(name +
                ": this is no pause profile; mpheap pauses --calibrate makes "
                "one");
  } catch (const Error& error) {
    throw Error(name + ": this is no pause profile: " + error.what());
  }
}

}  // namespace libheap
