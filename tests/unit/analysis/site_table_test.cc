#include "libheap/analysis/site_table.h"

#include <string>

#include <gtest/gtest.h>

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
  for (uint32_t id = 1; id <= 200; ++id) table.describe(site(id, name));
  size_t bytes = 0;
  for (size_t i = 0; i < table.size(); ++i) {
    bytes += table[static_cast<SiteIndex>(i)].file.size();
  }
  EXPECT_GT(bytes, SiteTable::kMostText / 2);
  EXPECT_LE(bytes, SiteTable::kMostText);
  // The others are told apart by their numbers still.
  EXPECT_NE(table.index_of(150), table.index_of(151));
}

}  // namespace
}  // namespace libheap
