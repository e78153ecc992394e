#include "libheap/report/pause_profile_json.h"

#include <gtest/gtest.h>

#include "libheap/base/error.h"
#include "libheap/model/pause_profiles.h"

namespace libheap {
namespace {

TEST(PauseProfileJson, WhatIsWrittenIsRead) {
  const auto builtin = builtin_pause_profiles();
  const std::string text = pause_profiles_json(builtin);
  const std::vector<PauseProfile> read = read_pause_profiles(text, "p.json");
  ASSERT_EQ(read.size(), builtin.size());
  for (size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].name, builtin[i].name);
    EXPECT_EQ(read[i].release, builtin[i].release);
    EXPECT_EQ(read[i].clock_hz, builtin[i].clock_hz);
    EXPECT_EQ(read[i].cost, builtin[i].cost);
    EXPECT_EQ(read[i].content, builtin[i].content);
    EXPECT_EQ(read[i].bars, builtin[i].bars);
  }
  EXPECT_EQ(pause_profiles_json(read), text);
}

std::string error_of(const std::string& text) {
  try {
    static_cast<void>(read_pause_profiles(text, "p.json"));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(PauseProfileJson, AnythingElseIsSaidToBeNone) {
  const std::string good = pause_profiles_json(builtin_pause_profiles());
  EXPECT_EQ(error_of("{\"schema\": \"other\"}"),
            "p.json: this is no pause profile: its schema is not "
            "mpheap.pause-profile/1");
  EXPECT_NE(error_of(good.substr(0, 100)).find("this is no pause profile"),
            std::string::npos);
  std::string negative = good;
  const std::string field = "\"pointer\": ";
  negative.insert(negative.find(field) + field.size(), "-");
  EXPECT_EQ(error_of(negative),
            "p.json: this is no pause profile: pointer is not a number from 0 "
            "on");
  EXPECT_EQ(error_of("{\"schema\": \"mpheap.pause-profile/1\", "
                     "\"profiles\": []}"),
            "p.json: this is no pause profile: it has no profiles");
}

}  // namespace
}  // namespace libheap
