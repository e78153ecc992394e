#include "libheap/analysis/live_objects.h"

#include <string>

#include <gtest/gtest.h>

#include "libheap/replay/replayer.h"
#include "libheap/trace/event_log_reader.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

using testing::SmallLog;

// Replays a log in the form that has sites and times.
class Replayed {
 public:
  explicit Replayed(const SmallLog& log)
      : text_("MPHEAP-EVENTS 1" + log.text().substr(log.text().find('\n'))),
        source_(memory_byte_source(text_, "small")),
        replayer_(source_) {
    replayer_.observe(&objects);
    replayer_.run();
  }
  // The line of the site that allocated the object at this block; 0: no
  // object, or nobody knows.
  [[nodiscard]] uint32_t line_of(uint32_t block) const {
    const LiveObject* object = objects.find({0, block});
    return object == nullptr ? 0 : objects.sites()[object->site].line;
  }

  LiveObjects objects;

 private:
  std::string text_;
  EventLogReader source_;
  Replayer replayer_;
};

SmallLog log_with_sites() {
  SmallLog log;
  log.line("SITE 1 12 main.py loop mp_obj_new_float");
  log.line("SITE 2 13 main.py loop m_realloc");
  return log;
}

TEST(LiveObjects, KnowsWhoAllocatedAndWhen) {
  SmallLog log = log_with_sites();
  log.line("A 16 0 0 t=5 s=1").line("A 40 0 1 t=9 s=2").end();
  const Replayed replayed(log);
  const LiveObject* object = replayed.objects.find({0, 1});
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(object->born_event, 2u);
  EXPECT_EQ(object->born_clock, 4u);
  EXPECT_EQ(object->born_us, 9u);
  EXPECT_EQ(object->n_bytes, 40u);
  EXPECT_EQ(object->born_blocks, 3u);
  EXPECT_EQ(replayed.line_of(1), 13u);
  EXPECT_EQ(replayed.line_of(0), 12u);
  EXPECT_EQ(replayed.objects.clock(), 4u);
  EXPECT_EQ(replayed.objects.find({0, 2}), nullptr);  // a tail
  EXPECT_EQ(replayed.objects.find({7, 0}), nullptr);
  EXPECT_EQ(replayed.objects.find(kNullBlock), nullptr);
}

TEST(LiveObjects, AResizeIsTheSameLife) {
  SmallLog log = log_with_sites();
  log.line("A 16 0 0 s=1").line("A 16 0 1 s=1").line("R 0 64 1 2 s=2").end();
  const Replayed replayed(log);
  EXPECT_EQ(replayed.objects.find({0, 0}), nullptr);
  const LiveObject* object = replayed.objects.find({0, 2});
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(object->born_event, 1u);
  EXPECT_EQ(object->n_bytes, 64u);
  EXPECT_EQ(object->born_blocks, 1u);
  EXPECT_EQ(replayed.line_of(2), 12u);
  EXPECT_EQ(replayed.objects.clock(), 1u + 1u + 4u);
}

TEST(LiveObjects, ForgetsWhatDied) {
  SmallLog log = log_with_sites();
  log.line("A 16 0 0").line("A 16 0 1").line("A 16 0 2").line("A 16 0 3");
  log.line("F 0").line("R 1 0 1 -");
  log.line("(C e 4").line(")C 0 3 0 0 2 1 1 0=40");  // 3 survives, 2 dies
  log.end();
  const Replayed replayed(log);
  for (const uint32_t gone : {0u, 1u, 2u}) {
    EXPECT_EQ(replayed.objects.find({0, gone}), nullptr) << gone;
  }
  EXPECT_NE(replayed.objects.find({0, 3}), nullptr);
}

TEST(LiveObjects, KnowsNothingOfWhatLivedBeforeALoss) {
  SmallLog log = log_with_sites();
  log.line("A 16 0 0 s=1").line("LOSS 5").line("A 16 0 1 s=2").end();
  const Replayed replayed(log);
  EXPECT_EQ(replayed.line_of(0), 0u);
  EXPECT_EQ(replayed.line_of(1), 13u);
}

TEST(SiteTable, KeepsOneIndexPerPlace) {
  SiteTable sites;
  EXPECT_EQ(sites.index_of(0), SiteTable::kUnknown);
  const SiteIndex early = sites.index_of(9);  // not yet described
  sites.describe({9, 3, "a.py", "f", "list"});
  EXPECT_EQ(sites.index_of(9), early);
  EXPECT_EQ(sites[early].file, "a.py");
  sites.describe({9, 3, "a.py", "f", "list"});  // again
  EXPECT_EQ(sites.size(), 2u);
  // The device began anew: its numbers mean other places, then the old ones.
  sites.describe({9, 4, "b.py", "g", "list"});
  EXPECT_NE(sites.index_of(9), early);
  sites.describe({9, 3, "a.py", "f", "list"});
  EXPECT_EQ(sites.index_of(9), early);
  EXPECT_EQ(sites.size(), 3u);
}

TEST(SiteTable, TakesAnyNumberButNotAnyMany) {
  SiteTable sites;
  const SiteIndex large = sites.index_of(UINT32_MAX);
  EXPECT_NE(large, SiteTable::kUnknown);
  EXPECT_EQ(sites.index_of(UINT32_MAX), large);
  for (uint32_t id = 1; id < 10'000; ++id) {
    static_cast<void>(sites.index_of(id));
  }
  EXPECT_EQ(sites.index_of(10'000), SiteTable::kUnknown);
  EXPECT_EQ(sites.size(), SiteTable::kMostSites + 1);
}

}  // namespace
}  // namespace libheap
