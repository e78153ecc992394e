#include "libheap/analysis/site_table.h"

#include <string>

#include <gtest/gtest.h>

#include "libheap/analysis/site_stacks.h"

namespace libheap {
namespace {

SiteRecord site(uint32_t id, const std::string& file) {
  SiteRecord record;
  record.id = id;
  record.line = 1;
  record.file = file;
  return record;
}

TEST(SiteTable, GivesAPlaceOneIndexWhateverItsNumber) {
  SiteTable table;
  table.describe(site(7, "main.py"));
  const SiteIndex main = table.index_of(7);
  table.describe(site(7, "boot.py"));  // the device began anew
  EXPECT_NE(table.index_of(7), main);
  table.describe(site(7, "main.py"));
  EXPECT_EQ(table.index_of(7), main);
}

TEST(SiteTable, KnowsTheSitesOfOneLine) {
  SiteTable table;
  SiteRecord other = site(2, "main.py");
  other.runtime = "mp_obj_new_list";
  SiteRecord elsewhere = site(4, "");
  elsewhere.line = 0;
  elsewhere.runtime = "mp_obj_new_list";
  table.describe(site(1, "main.py"));
  table.describe(other);
  table.describe(site(3, "boot.py"));
  table.describe(elsewhere);
  EXPECT_EQ(table.lines(), (std::vector<SiteIndex>{0, 1, 1, 3, 4}));
}

TEST(SiteTable, KeepsNoMoreTextThanItHasRoomFor) {
  SiteTable table;
  const std::string name(100'000, 'x');
  for (uint32_t id = 1; id <= 200; ++id) {
    table.describe(site(id, name + std::to_string(id)));
  }
  size_t bytes = 0;
  for (size_t i = 0; i < table.size(); ++i) {
    bytes += table[static_cast<SiteIndex>(i)].file.size();
  }
  EXPECT_GT(bytes, SiteTable::kMostText / 2);
  EXPECT_LE(bytes, SiteTable::kMostText);
  // The others are told apart by their numbers still.
  EXPECT_NE(table.index_of(150), table.index_of(151));
}

SiteRecord called(SiteRecord record, uint32_t caller) {
  record.caller = caller;
  return record;
}

// The ids of a site's callers, nearest first.
std::vector<uint32_t> callers_of(SiteTable& table, uint32_t id) {
  std::vector<uint32_t> ids;
  const SiteStack stack = stack_of(table, table.index_of(id));
  for (size_t i = 1; i < stack.size(); ++i) ids.push_back(stack[i]->id);
  return ids;
}

TEST(SiteTable, ALineCalledFromElsewhereIsAnotherPlace) {
  SiteTable table;
  table.describe(site(1, "main.py"));
  table.describe(site(2, "boot.py"));
  table.describe(called(site(3, "sensor.py"), 1));
  table.describe(called(site(4, "sensor.py"), 2));
  EXPECT_NE(table.index_of(3), table.index_of(4));
  EXPECT_EQ(table.caller_of(table.index_of(4)), table.index_of(2));
  EXPECT_EQ(table.lines(), (std::vector<SiteIndex>{0, 1, 2, 3, 3}));
}

TEST(SiteTable, ACallerMayBeDescribedLater) {
  SiteTable table;
  table.describe(called(site(2, "sensor.py"), 1));
  EXPECT_EQ(callers_of(table, 2), std::vector<uint32_t>{1});
  table.describe(site(1, "main.py"));
  EXPECT_EQ(table[table.caller_of(table.index_of(2))].file, "main.py");
}

TEST(SiteTable, APlaceThatGetsAnotherNumberIsTheSameWithItsCallers) {
  SiteTable table;
  table.describe(site(1, "main.py"));
  table.describe(called(site(2, "sensor.py"), 1));
  const SiteIndex sensor = table.index_of(2);
  table.describe(site(3, "main.py"));
  table.describe(called(site(4, "sensor.py"), 3));
  EXPECT_EQ(table.index_of(4), sensor);
  EXPECT_EQ(table.size(), 3u);
}

TEST(SiteTable, ARingOfCallersIsLeftOpen) {
  SiteTable table;
  table.describe(called(site(9, "alone.py"), 9));
  EXPECT_EQ(callers_of(table, 9), std::vector<uint32_t>{});
  for (int again = 0; again < 3; ++again) {
    table.describe(called(site(1, "a.py"), 2));
    table.describe(called(site(2, "b.py"), 3));
    table.describe(called(site(3, "c.py"), 1));
  }
  EXPECT_EQ(callers_of(table, 1), (std::vector<uint32_t>{2, 3}));
  EXPECT_EQ(callers_of(table, 3), std::vector<uint32_t>{});
  EXPECT_EQ(table.size(), 5u) << "nothing is added by saying it again";
}

TEST(SiteTable, AChainOfCallersHasAnEnd) {
  SiteTable forwards;
  SiteTable backwards;
  constexpr uint32_t kSites = 200;
  for (uint32_t id = 1; id <= kSites; ++id) {
    forwards.describe(called(site(id, "x.py"), id - 1));
    backwards.describe(called(site(kSites - id + 1, "x.py"), kSites - id));
  }
  for (uint32_t id = 1; id <= kSites; ++id) {
    EXPECT_LE(callers_of(forwards, id).size(), SiteTable::kMostCallers);
    EXPECT_LE(callers_of(backwards, id).size(), SiteTable::kMostCallers);
  }
  EXPECT_EQ(callers_of(forwards, 8).size(), 7u);
  EXPECT_EQ(callers_of(backwards, 8).size(), 7u);
}

}  // namespace
}  // namespace libheap
