#include "libheap/replay/replayer.h"

#include <gtest/gtest.h>

#include "tests/support/small_log.h"

namespace libheap {
namespace {

using testing::SmallLog;

// The one divergence a log must have.
Divergence only(const ReplayResult& result) {
  EXPECT_EQ(result.divergences, 1u);
  if (result.first_divergences.size() != 1) return {};
  return result.first_divergences.front();
}

TEST(Replayer, ProvesALogThatFirstFitExplains) {
  SmallLog log;
  log.line("A 16 0 0").line("A 40 0 1").line("F 0").line("A 8 1 0");
  log.line("R 1 64 1 1").line("R 0 17 1 5").end();
  const ReplayResult result = log.replay();
  EXPECT_EQ(result.divergences, 0u);
  EXPECT_EQ(result.events, 6u);
  EXPECT_EQ(result.results_checked, 5u);
  EXPECT_TRUE(result.ended && result.complete);
}

TEST(Replayer, NotesAnAllocationAtAnotherBlock) {
  SmallLog log;
  log.line("A 16 0 0").line("A 40 0 2").end();
  const Divergence divergence = only(log.replay());
  EXPECT_EQ(divergence.kind, DivergenceKind::kResult);
  EXPECT_EQ(divergence.event, 2u);
  EXPECT_EQ(divergence.what,
            "alloc of 40 bytes: recorded block 2, the model answers block 1");
  ASSERT_EQ(divergence.windows.size(), 1u);
  EXPECT_EQ(divergence.windows[0].modelled.substr(0, 8), "hh==....");
  EXPECT_EQ(divergence.windows[0].recorded.substr(0, 8), "h.h==...");
}

TEST(Replayer, BelievesTheRecordingAfterADivergence) {
  SmallLog log;
  log.line("A 16 0 0").line("A 16 0 9").line("A 16 0 1").line("F 9").end();
  EXPECT_EQ(log.replay().divergences, 1u);
}

TEST(Replayer, ShowsTheEventsBeforeADivergence) {
  SmallLog log;
  log.line("A 16 0 0").line("A 16 0 1").line("F 5").end();
  const Divergence divergence = only(log.replay());
  EXPECT_EQ(divergence.kind, DivergenceKind::kBlock);
  ASSERT_GE(divergence.events_before.size(), 3u);
  EXPECT_NE(divergence.events_before.back().find("F 5"), std::string::npos);
}

TEST(Replayer, NotesAnAllocationThatShouldHaveFailed) {
  SmallLog log("v1.22.2", 8);
  log.line("D").line("A 112 0 0").line("A 32 0 0").end();
  EXPECT_EQ(only(log.replay()).kind, DivergenceKind::kResult);
}

TEST(Replayer, NotesACollectTheModelNeedsAndTheRecordingLacks) {
  SmallLog log("v1.22.2", 8);
  log.line("A 112 0 0").line("A 32 0 -").end();
  EXPECT_EQ(only(log.replay()).kind, DivergenceKind::kCollect);
}

TEST(Replayer, NotesACollectTheModelDoesNotNeed) {
  SmallLog log("v1.22.2", 8);
  log.line("A 16 0 0").line("(A 16 0").line("(C x 1");
  log.line(")C 0 0 0 0 1 1 1 0=01").line(")A 1").end();
  EXPECT_EQ(only(log.replay()).kind, DivergenceKind::kCollect);
}

TEST(Replayer, TakesAnExplicitCollectAnywhere) {
  SmallLog log("v1.22.2", 8);
  log.line("A 16 0 0").line("A 16 0 1").line("(C e 2");
  log.line(")C 0 1 0 0 2 1 1 0=04").line("A 16 0 0").end();
  const ReplayResult result = log.replay();
  EXPECT_EQ(result.divergences, 0u);
  EXPECT_EQ(result.collects, 1u);
  EXPECT_EQ(result.tables_checked, 1u);
}

TEST(Replayer, NotesAnotherCause) {
  SmallLog log("v1.22.2", 8);
  log.line("T 1").line("A 16 0 0").line("(A 16 0").line("(C x 1");
  log.line(")C 0 0 0 0 1 1 1 0=01").line(")A 1").end();
  const Divergence divergence = only(log.replay());
  EXPECT_EQ(divergence.kind, DivergenceKind::kCollect);
  EXPECT_NE(divergence.what.find("threshold"), std::string::npos);
}

TEST(Replayer, NotesAnotherAllocationCounter) {
  SmallLog log("v1.22.2", 8);
  log.line("A 16 0 0").line("(C e 5").line(")C 0 0 0 0 1 1 1 0=01").end();
  EXPECT_EQ(only(log.replay()).kind, DivergenceKind::kAmount);
}

TEST(Replayer, NotesATailThatLostItsHead) {
  SmallLog log("v1.22.2", 8);
  log.line("A 32 0 0").line("(C e 2").line(")C 0 0 0 0 1 1 1 0=08").end();
  EXPECT_EQ(only(log.replay()).kind, DivergenceKind::kSurvivors);
}

TEST(Replayer, NotesASurvivorThatWasNeverThere) {
  SmallLog log("v1.22.2", 8);
  log.line("A 16 0 0").line("(C e 1").line(")C 0 1 0 0 1 2 2 0=05").end();
  EXPECT_EQ(only(log.replay()).kind, DivergenceKind::kSurvivors);
}

TEST(Replayer, NotesAWrongLockField) {
  SmallLog log("v1.25.0");
  log.line("L 2").line("U 0").line("L 1").end();
  EXPECT_EQ(only(log.replay()).kind, DivergenceKind::kLock);
}

// Core 0 holds its lock; core 1, which has one of its own, allocates.
TEST(Replayer, FollowsTheLockOfTheThreadWhoseRequestComesNext) {
  SmallLog log("v1.24.1");
  log.line("L 1").line("A 16 0 -").line("X 0").line("A 16 0 0");
  log.line("X 1").line("A 16 0 -").line("U 0").line("A 16 0 1").end();
  EXPECT_EQ(log.replay().divergences, 0u);
}

TEST(Replayer, NotesARequestServedUnderTheLock) {
  SmallLog log("v1.24.1");
  log.line("L 1").line("A 16 0 0").end();
  EXPECT_EQ(only(log.replay()).kind, DivergenceKind::kResult);
}

TEST(Replayer, CountsGapsWithoutEndAndKeepsTheFirst) {
  GapLog gaps;
  for (uint64_t i = 0; i < GapLog::kKept + 5; ++i) gaps.add({.lost = 2});
  gaps.end_last(7);
  EXPECT_EQ(gaps.size(), GapLog::kKept + 5);
  EXPECT_EQ(gaps.lost(), 2 * (GapLog::kKept + 5));
  EXPECT_EQ(gaps.end() - gaps.begin(), int64_t{GapLog::kKept});
  EXPECT_EQ(gaps[GapLog::kKept - 1].exact_again, 0u);  // not that one
}

// Every answer is recorded one block too high, and no table ever settles it.
TEST(Replayer, KeepsFewOfDisputesThatNeverEnd) {
  SmallLog log("v1.22.2", 8192);
  for (int i = 0; i < 3000; ++i) {
    log.line("A 16 0 " + std::to_string(2 * i + 1));
  }
  const ReplayResult result = log.end().replay();
  EXPECT_GT(result.divergences, 1000u);
  EXPECT_EQ(result.first_divergences.size(), 10u);
}

TEST(Replayer, NotesAnEndWithoutABegin) {
  SmallLog log;
  log.line(")A 0").end();
  EXPECT_EQ(only(log.replay()).kind, DivergenceKind::kNesting);
}

TEST(Replayer, NotesABeginWithoutAnEnd) {
  SmallLog log;
  log.line("(A 16 0").end();
  EXPECT_EQ(only(log.replay()).kind, DivergenceKind::kNesting);
}

TEST(Replayer, NotesAMissingEvent) {
  SmallLog log;
  log.line("A 16 0 0").line("F -");
  const ReplayResult result = SmallLog(log).line("END 3 complete").replay();
  EXPECT_EQ(only(result).kind, DivergenceKind::kCount);
}

TEST(Replayer, SurvivesCollectsInsideCollects) {
  SmallLog log("v1.22.2", 8);
  log.line("(C e 0").line("(C e 0").line(")C 0 0 0 0 0 0 0 0=.");
  log.line(")C 0 0 0 0 0 0 0 0=.").end();
  EXPECT_GE(log.replay().divergences, 1u);
}

TEST(Replayer, SurvivesEndlessNesting) {
  SmallLog log;
  for (int i = 0; i < 3000; ++i) log.line("(A 16 0");
  EXPECT_GE(log.end().replay().divergences, 1u);
}

TEST(Replayer, AFreeInAFinaliserWorksFromV125On) {
  for (const char* release : {"v1.24.1", "v1.25.0"}) {
    SmallLog log(release, 8);
    const bool frees = std::string(release) == "v1.25.0";
    log.line("A 16 1 0").line("A 16 0 1").line("(C e 2").line("F 1");
    log.line(frees ? ")C 0 0 0 0 2 1 1 0=01" : ")C 0 1 0 0 2 2 2 0=05").end();
    EXPECT_EQ(log.replay().divergences, 0u) << release;
  }
}

TEST(Replayer, ChecksEveryFigureOfACheckpoint) {
  SmallLog log("v1.22.2", 8);
  log.line("A 16 0 0").line("A 24 0 1");
  const GcHeap* heap = nullptr;
  const std::unique_ptr<EventSource> source = log.open();
  Replayer replayer(*source);
  replayer.run();
  heap = &replayer.heap();
  const TableDigest digest = heap->digest();
  char crcs[32];
  std::snprintf(crcs, sizeof crcs, "%08x %08x -", digest.table,
                digest.finalisers);
  const std::vector<std::string> right = {"2",  crcs, "0", "2", "3", "0", "128",
                                          "48", "80", "1", "1", "2", "5"};
  const auto replay_with = [&](const std::vector<std::string>& figures) {
    std::string line = "K";
    for (const std::string& figure : figures) line += " " + figure;
    return SmallLog(log).line(line).end().replay();
  };
  EXPECT_EQ(replay_with(right).divergences, 0u);
  EXPECT_EQ(replay_with(right).checkpoints_checked, 1u);
  for (size_t i = 0; i < right.size(); ++i) {
    std::vector<std::string> wrong = right;
    wrong[i] = i == 1 ? "00000000 00000000 -" : std::to_string(999 + i);
    const ReplayResult result = replay_with(wrong);
    EXPECT_EQ(result.checkpoints_failed, 1u) << i;
    EXPECT_EQ(result.divergences, 1u) << i;
  }
}

TEST(Replayer, CountsAllDivergencesAndKeepsTheFirst) {
  SmallLog log;
  for (int i = 0; i < 30; ++i) log.line("F 60");
  const ReplayResult result = log.end().replay();
  EXPECT_EQ(result.divergences, 30u);
  EXPECT_EQ(result.first_divergences.size(), 10u);
}

TEST(Replayer, AddsAndDropsAreas) {
  HeapConfig config;
  config.split = SplitMode::kAuto;
  config.area_record_bytes = 32;
  SmallLog log("v1.22.2", 64, "auto");
  // Fills the first area, then asks for more than a quarter of it.
  log.line("A 1024 0 0").line("(A 480 0").line("(C x 64");
  log.line(
      ")C 0 63 0 0 1 1 64 0="
      "a9" +
      [] {
        std::string rest;
        for (int i = 0; i < 15; ++i) rest += "aa";
        return rest;
      }());
  log.line("G 100000");
  const uint64_t start = 0x20010000;
  const AreaLayout layout = layout_area(config, start, start + 2528, true);
  log.line("M 2528 20010000").line("N " + testing::area_fields(1, layout));
  log.line(")A 1:0").line("(C e 30").line("V 1");
  log.line(
         ")C 0 63 0 0 2 1 64 0="
         "a9" +
         [] {
           std::string rest;
           for (int i = 0; i < 15; ++i) rest += "aa";
           return rest;
         }())
      .end();
  const ReplayResult result = log.replay();
  EXPECT_EQ(result.divergences, 0u)
      << (result.first_divergences.empty()
              ? ""
              : result.first_divergences.front().what);
}

TEST(Replayer, ChecksItsInvariantsAfterEachEventWhenParanoid) {
  SmallLog log;
  log.line("A 16 0 0").line("A 40 0 1").line("F 0").end();
  const std::unique_ptr<EventSource> source = log.open();
  ReplayOptions options;
  options.paranoid = true;
  Replayer replayer(*source, options);
  EXPECT_NO_THROW(replayer.run());
}

}  // namespace
}  // namespace libheap
