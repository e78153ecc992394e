// Told piece by piece, a map is the heap's.

#include "libheap/analysis/live_map.h"

#include <map>

#include <gtest/gtest.h>

#include "libheap/replay/replayer.h"
#include "libheap/trace/event_source.h"
#include "tests/support/golden_files.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

using testing::SmallLog;

// What a page makes of the parts: blocks of each object, by area and head.
using Page = std::map<std::pair<uint32_t, uint32_t>, uint32_t>;

void tell(Page& page, const LiveMapPart& part) {
  Page next;
  for (const LiveMapArea& area : part.areas) {
    if (!area.anew) {
      for (const auto& [place, blocks] : page) {
        if (place.first == area.area) next[place] = blocks;
      }
    }
    for (const uint32_t head : area.gone) {
      ASSERT_EQ(next.erase({area.area, head}), 1u) << "gone, but never came";
    }
    for (const LiveMapObject& object : area.came) {
      const bool fresh =
          next.emplace(std::pair{area.area, object.block}, object.blocks)
              .second;
      ASSERT_TRUE(fresh) << "two objects at block " << object.block;
    }
  }
  page = std::move(next);
}

Page page_of(const LiveMapPart& part) {
  Page page;
  tell(page, part);
  return page;
}

Page page_of(const GcHeap& heap) {
  Page page;
  for (const auto& area : heap.areas()) {
    for (uint32_t block = 0; block < area->blocks(); ++block) {
      const bool head =
          !area->free_map().test(block) && !area->tail_map().test(block);
      if (head) page[{area->id(), block}] = area->chain_end(block) - block;
    }
  }
  return page;
}

TEST(LiveMap, ToldInPartsIsTheHeap) {
  const auto logs = testing::golden_logs("events");
  ASSERT_GT(logs.size(), 5u);
  for (size_t i = 0; i < logs.size(); i += 1 + logs.size() / 12) {
    const std::string name = logs[i].filename().string();
    const std::unique_ptr<EventSource> source = open_trace(logs[i]);
    Replayer replayer(*source);
    LiveObjects objects;
    LiveMap map(objects);
    replayer.observe(&map);
    replayer.observe(&objects);
    Page page;
    for (int steps = 1; replayer.step(); ++steps) {
      if (steps % 997 != 0) continue;
      tell(page, map.changes(replayer.heap()));
      ASSERT_EQ(page, page_of(replayer.heap())) << name << " at " << steps;
    }
    EXPECT_EQ(page_of(map.whole()), page) << name;
  }
}

LiveMapPart changes_by(const std::string& line, LiveMapPart* before = nullptr) {
  SmallLog log;
  log.line("A 40 0 0").line("A 16 0 3").line(line);
  const std::unique_ptr<EventSource> source = log.end().open();
  Replayer replayer(*source);
  LiveObjects objects;
  LiveMap map(objects);
  replayer.observe(&map);
  replayer.observe(&objects);
  while (replayer.heap().used_blocks() < 4) replayer.step();
  const LiveMapPart first = map.changes(replayer.heap());
  if (before != nullptr) *before = first;
  replayer.run();
  return map.changes(replayer.heap());
}

TEST(LiveMap, SaysWhoAskedForHowMuchAndWhen) {
  LiveMapPart all;
  const LiveMapPart then = changes_by("A 5 0 4", &all);
  ASSERT_EQ(all.areas.size(), 1u);
  EXPECT_TRUE(all.areas[0].anew);
  EXPECT_EQ(all.areas[0].blocks, 64u);
  ASSERT_EQ(all.areas[0].came.size(), 2u);
  EXPECT_EQ(all.areas[0].came[0].blocks, 3u);
  EXPECT_EQ(all.areas[0].came[0].n_bytes, 40u);
  EXPECT_EQ(all.areas[0].came[1].birth, 2u);
  EXPECT_FALSE(then.areas[0].anew);
  EXPECT_TRUE(then.areas[0].gone.empty());
  ASSERT_EQ(then.areas[0].came.size(), 1u);
  EXPECT_EQ(then.areas[0].came[0].block, 4u);
}

TEST(LiveMap, TellsWhatWentAndNothingElse) {
  const LiveMapPart part = changes_by("F 0");
  EXPECT_EQ(part.areas[0].gone, std::vector<uint32_t>{0});
  EXPECT_TRUE(part.areas[0].came.empty());
  EXPECT_FALSE(part.empty());
}

TEST(LiveMap, HasNothingToTellWhenNothingHappened) {
  EXPECT_TRUE(changes_by("A 0 0 -").empty());
}

}  // namespace
}  // namespace libheap
