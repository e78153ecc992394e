#include "libheap/analysis/heap_history.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "libheap/replay/replayer.h"
#include "libheap/trace/event_source.h"
#include "tests/support/golden_files.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

using testing::SmallLog;
using What = HistoryPicture::What;

HeapHistoryFindings history_of(EventSource& source) {
  Replayer replayer(source);
  LiveObjects objects;
  HeapHistory history(objects);
  replayer.observe(&objects);
  replayer.observe(&history);
  replayer.run();
  return history.take_findings();
}

HeapHistoryFindings history_of(SmallLog& log) {
  const std::unique_ptr<EventSource> source = log.end().open();
  return history_of(*source);
}

// The objects on a picture: {block, blocks, birth}.
using Shown = std::vector<std::array<uint64_t, 3>>;
Shown shown(const HeapHistoryFindings& history, size_t picture) {
  Shown objects;
  for (const HistoryStay& stay : history.stays) {
    if (stay.from > picture || picture >= stay.to) continue;
    objects.push_back({stay.block, stay.blocks, stay.birth});
  }
  std::sort(objects.begin(), objects.end());
  return objects;
}

// Whether what is on a picture adds up to the figures the heap gave then; of
// fifty pictures.
void expect_whole(const HeapHistoryFindings& history, const std::string& name) {
  const size_t step = 1 + history.pictures.size() / 50;
  for (size_t p = 0; p < history.pictures.size(); p += step) {
    std::map<uint32_t, Bitmap> free;
    for (const HistoryArea& area : history.areas) {
      if (area.from > p || p >= area.to) continue;
      ASSERT_TRUE(free.emplace(area.area, area.blocks).second) << name;
      free[area.area].set_all();
    }
    uint64_t objects = 0;
    uint64_t used = 0;
    uint64_t unknown = 0;
    for (const HistoryStay& stay : history.stays) {
      if (stay.from > p || p >= stay.to) continue;
      ++objects;
      used += stay.blocks;
      Bitmap& map = free.at(stay.area);
      ASSERT_GE(map.next_clear(stay.block), stay.block + stay.blocks)
          << name << ": two objects in one place on picture " << p;
      map.clear_range(stay.block, stay.block + stay.blocks);
      ASSERT_LE(stay.birth, history.pictures[stay.from].event) << name;
      unknown += stay.birth == 0 ? 1 : 0;
    }
    ASSERT_EQ(unknown, 0u) << name;  // the recordings begin with the heap
    uint64_t run = 0;
    for (const auto& [area, map] : free) {
      run = std::max<uint64_t>(run, map.longest_run());
    }
    ASSERT_EQ(objects, history.pictures[p].objects) << name << " picture " << p;
    ASSERT_EQ(used, history.pictures[p].used_blocks)
        << name << " picture " << p;
    ASSERT_EQ(run, history.pictures[p].largest_free_run) << name << " at " << p;
  }
}

TEST(HeapHistory, ShowsShortTracesEventByEvent) {
  SmallLog log;
  log.line("A 16 0 0").line("A 40 0 1").line("F 0");
  const HeapHistoryFindings history = history_of(log);
  ASSERT_EQ(history.pictures.size(), 5u);
  EXPECT_EQ(history.pictures[0].what, What::kStart);
  EXPECT_EQ(history.pictures[4].what, What::kEnd);
  EXPECT_EQ(shown(history, 0), Shown());
  EXPECT_EQ(shown(history, 1), (Shown{{0, 1, 1}}));
  EXPECT_EQ(shown(history, 2), (Shown{{0, 1, 1}, {1, 3, 2}}));
  EXPECT_EQ(shown(history, 3), (Shown{{1, 3, 2}}));
  ASSERT_EQ(history.areas.size(), 1u);
  EXPECT_EQ(history.areas[0].to, 5u);
}

TEST(HeapHistory, TellsAnObjectFromTheOneThatTookItsPlace) {
  SmallLog log;
  log.line("A 16 0 0").line("F 0").line("A 16 0 0");
  const HeapHistoryFindings history = history_of(log);
  EXPECT_EQ(shown(history, 1), (Shown{{0, 1, 1}}));
  EXPECT_EQ(shown(history, 3), (Shown{{0, 1, 3}}));
}

TEST(HeapHistory, KeepsTheBirthOfWhatIsResizedOrMoved) {
  SmallLog log;
  log.line("A 16 0 0").line("R 0 60 1 0").line("R 0 20 1 0").line("A 16 0 2");
  log.line("R 0 60 1 3");
  const HeapHistoryFindings history = history_of(log);
  EXPECT_EQ(shown(history, 2), (Shown{{0, 4, 1}}));
  EXPECT_EQ(shown(history, 3), (Shown{{0, 2, 1}}));
  EXPECT_EQ(shown(history, 5), (Shown{{2, 1, 4}, {3, 4, 1}}));
}

TEST(HeapHistory, LooksBeforeAndAfterACollectAndAtFailures) {
  SmallLog log("v1.22.2", 8);
  log.line("D").line("A 32 0 0").line("A 16 0 2").line("(C e 3");
  log.line(")C 0 1 0 0 2 1 2 0=09").line("A 200 0 -");
  const HeapHistoryFindings history = history_of(log);
  std::vector<What> seen;
  for (const HistoryPicture& picture : history.pictures)
    seen.push_back(picture.what);
  EXPECT_EQ(seen, (std::vector<What>{What::kStart, What::kSteady, What::kSteady,
                                     What::kBeforeCollect, What::kAfterCollect,
                                     What::kFailure, What::kEnd}));
  EXPECT_EQ(shown(history, 3), (Shown{{0, 2, 1}, {2, 1, 2}}));
  EXPECT_EQ(shown(history, 4), (Shown{{0, 2, 1}}));
}

TEST(HeapHistory, StartsAfreshWithASoftReset) {
  SmallLog log("v1.22.2", 64);
  log.line("A 16 0 0");
  const std::string text = log.text();
  const size_t area = text.find("AREA ") + 5;
  log.line("I " + text.substr(area, text.find('\n', area) - area));
  log.line("A 48 0 0");
  const HeapHistoryFindings history = history_of(log);
  EXPECT_EQ(shown(history, 1), (Shown{{0, 1, 1}}));
  EXPECT_EQ(shown(history, 2), (Shown{{0, 3, 2}}));
}

TEST(HeapHistory, StaysWithinItsBounds) {
  SmallLog log("v1.22.2", 4000);
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 1000; ++i) log.line("A 16 0 " + std::to_string(i));
    for (int i = 0; i < 1000; ++i) log.line("F " + std::to_string(i));
  }
  const HeapHistoryFindings history = history_of(log);
  EXPECT_LE(history.pictures.size(), HeapHistory::kPictures + 1);
  EXPECT_GE(history.pictures.size(), HeapHistory::kPictures / 2);
  EXPECT_EQ(history.pictures.front().event, 0u);
  EXPECT_EQ(history.pictures.back().event, 8000u);
  for (size_t p = 1; p < history.pictures.size(); ++p) {
    EXPECT_LE(history.pictures[p].event - history.pictures[p - 1].event,
              history.stride);
  }
  expect_whole(history, "made");
}

TEST(HeapHistory, IsWholeOnEveryRecording) {
  for (const std::filesystem::path& log : testing::golden_logs("events")) {
    const std::unique_ptr<EventSource> source = open_trace(log.string());
    const HeapHistoryFindings history = history_of(*source);
    EXPECT_GE(history.pictures.size(), 2u) << log;
    expect_whole(history, log.filename().string());
  }
}

}  // namespace
}  // namespace libheap
