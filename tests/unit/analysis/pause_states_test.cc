#include "libheap/analysis/pause_states.h"

#include <gtest/gtest.h>

#include "libheap/analysis/state_predictions.h"
#include "libheap/base/error.h"

namespace libheap {
namespace {

std::string error_of(const std::string& text) {
  try {
    static_cast<void>(read_pause_states(text, "t.csv", ""));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

constexpr const char* kHead =
    "version,live_objects,live_blocks,total_blocks,last_used_block";

TEST(PauseStates, FewColumnsAreEnough) {
  const auto rows = read_pause_states(
      std::string(kHead) + "\r\nv1.23.0,10,30,1000,99\r\n", "t.csv", "");
  ASSERT_EQ(rows.size(), 1U);
  const PauseState& state = rows[0].pause.state;
  EXPECT_EQ(state.live_objects, 10U);
  EXPECT_EQ(state.swept_blocks, 100U);
  EXPECT_EQ(state.flag_bytes, 0U);
  EXPECT_FALSE(state.rescan_passes);
  EXPECT_FALSE(state.visits);
  EXPECT_FALSE(rows[0].measured);
}

TEST(PauseStates, SpreadsheetsMayWriteThem) {
  const auto rows = read_pause_states(
      "\xEF\xBB\xBF\"version\", \"live_objects\",live_blocks ,total_blocks,"
      "last_used_block\n\"v1.23.0\", 10 ,\"30\",1000,99\n",
      "t.csv", "");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].pause.state.live_blocks, 30U);
}

TEST(PauseStates, EmptyFieldsAreNotKnown) {
  const auto rows = read_pause_states(
      std::string(kHead) +
          ",rescan_passes,scanned_objects,scanned_words,aligned_words,"
          "heap_ptrs,total_us,sweep_us\n"
          "v1.28.0,10,30,1000,99,,10,120,50,,,\n"
          "v1.28.0,10,30,1000,99,2,30,360,50,40,500.5,100\n",
      "t.csv", "");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_FALSE(rows[0].pause.state.visits);
  EXPECT_FALSE(rows[0].measured);
  EXPECT_EQ(rows[0].pause.state.flag_bytes, 13U);
  EXPECT_EQ(rows[1].pause.state.rescan_passes, 2U);
  EXPECT_TRUE(rows[1].pause.state.visits);
  EXPECT_DOUBLE_EQ(rows[1].pause.mark_us.value(), 400.5);
}

TEST(PauseStates, TheReleaseMayBeGiven) {
  const std::string text =
      "live_objects,live_blocks,total_blocks\n10,30,1000\n";
  const auto rows = read_pause_states(text, "t.csv", "v1.20.0");
  EXPECT_EQ(rows[0].pause.state.swept_blocks, 1000U);
  EXPECT_EQ(error_of(text),
            "t.csv:2: no release: a column version, or "
            "--release");
}

TEST(PauseStates, WhatCannotBeReadIsSaidWithItsLine) {
  EXPECT_EQ(error_of(""), "t.csv: the file is empty");
  EXPECT_EQ(error_of("a,a\n"), "t.csv:1: two columns are called \"a\"");
  EXPECT_EQ(error_of("a,b\n1,2\n"), "t.csv:1: there is no column live_objects");
  const std::string head = std::string(kHead) + "\n";
  EXPECT_EQ(error_of(head + "v1.23.0,1,2\n"),
            "t.csv:2: 3 fields, but 5 columns");
  EXPECT_EQ(error_of(head + "v1.23.0,x,30,1000,99\n"),
            "t.csv:2: live_objects is \"x\", not a number from 0 on");
  EXPECT_EQ(error_of(head + "v1.23.0,1.5,30,1000,99\n"),
            "t.csv:2: live_objects is \"1.5\", not a whole number");
  EXPECT_EQ(error_of(head + "v1.23.0,nan,30,1000,99\n"),
            "t.csv:2: live_objects is \"nan\", not a number from 0 on");
  EXPECT_EQ(error_of(head + "v1.23.0,,30,1000,99\n"),
            "t.csv:2: there is no live_objects");
  EXPECT_EQ(error_of(head + "v1.23.0,10,30,1000,\n"),
            "t.csv:2: there is neither last_used_block nor swept_blocks");
  EXPECT_EQ(error_of(head + "v1.23.0,31,30,1000,99\n"),
            "t.csv:2: more objects than blocks, or more blocks than the heap "
            "has");
}

TEST(StatePredictions, TheProfileOfTheSameCollectorIsTaken) {
  std::vector<PauseProfile> profiles(2);
  profiles[0].release = "v1.20.0";
  profiles[1].release = "v1.24.0";
  EXPECT_EQ(&profile_for(profiles, "v1.24.0"), &profiles[1]);
  EXPECT_EQ(&profile_for(profiles, "v1.21.0"), &profiles[1]);
  EXPECT_EQ(&profile_for(profiles, "v1.19.1"), &profiles[0]);
  EXPECT_EQ(&profile_for(profiles, "v1.28.0"), &profiles[0]);
}

}  // namespace
}  // namespace libheap
