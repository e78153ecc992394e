#include "libheap/analysis/site_stacks.h"

#include <gtest/gtest.h>

#include "tests/support/small_log.h"

namespace libheap {
namespace {

// "read:40 step:12 <module>:3", innermost first.
std::string text_of(const SiteStack& stack) {
  std::string text;
  for (const SiteRecord* place : stack) {
    text += (text.empty() ? "" : " ") + place->function + ":" +
            std::to_string(place->line);
  }
  return text;
}

SiteFindings sites_of(const testing::SmallLog& log) {
  return log.analyse().sites;
}

// read() is called by step(), which two lines of the module call, and by the
// module itself.
testing::SmallLog log_with_callers() {
  testing::SmallLog log;
  log.own_form()
      .line("SITE 1 3 main.py <module> -")
      .line("SITE 2 4 main.py <module> -")
      .line("SITE 3 12 main.py step - 1")
      .line("SITE 4 12 main.py step - 2")
      .line("SITE 5 40 sensor.py read mp_obj_new_float 3")
      .line("SITE 6 40 sensor.py read mp_obj_new_float 4")
      .line("SITE 7 40 sensor.py read mp_obj_new_float 1")
      .line("SITE 8 40 sensor.py read mp_obj_new_list 4")
      .line("A 16 0 0 s=5")
      .line("A 16 0 1 s=6")
      .line("A 16 0 2 s=7")
      .line("A 64 0 3 s=8")
      .end();
  return log;
}

TEST(SiteStacks, AreThoseOfTheCallersInnermostFirst) {
  const SiteFindings found = sites_of(log_with_callers());
  EXPECT_TRUE(found.has_callers);
  std::vector<std::string> stacks;
  for (const Site& site : found.sites) {
    if (site.tally.objects != 0) {
      stacks.push_back(text_of(stack_of(found, site)));
    }
  }
  EXPECT_EQ(stacks,
            (std::vector<std::string>{
                "read:40 step:12 <module>:3", "read:40 step:12 <module>:4",
                "read:40 <module>:3", "read:40 step:12 <module>:4"}));
}

TEST(SiteStacks, GroupsGoByTheInnermostLine) {
  const SiteFindings found = sites_of(log_with_callers());
  const std::vector<SiteGroup> lines =
      group_sites(found, SiteGrouping::kLine, SiteOrder::kBlocks);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].place.line, 40u);
  EXPECT_EQ(lines[0].tally.objects, 4u);
}

TEST(SiteStacks, WaysToALineAddUpToIt) {
  const SiteFindings found = sites_of(log_with_callers());
  const std::vector<SiteGroup> lines =
      group_sites(found, SiteGrouping::kLine, SiteOrder::kBlocks);
  const std::vector<SiteCallers> ways =
      callers_of(found, lines.at(0), SiteGrouping::kLine, SiteOrder::kBlocks);
  std::vector<std::string> stacks;
  uint64_t blocks = 0;
  for (const SiteCallers& way : ways) {
    stacks.push_back(text_of(way.stack));
    blocks += way.tally.blocks;
  }
  EXPECT_EQ(blocks, lines[0].tally.blocks);
  EXPECT_EQ(ways.at(0).tally.blocks, 5u) << "floats and lists of one way";
  EXPECT_EQ(stacks,
            (std::vector<std::string>{"step:12 <module>:4", "<module>:3",
                                      "step:12 <module>:3"}));
}

TEST(SiteStacks, ALineWithoutCallersHasOneWayOfNoFrames) {
  testing::SmallLog log;
  log.own_form();
  log.line("SITE 1 3 main.py <module> -").line("A 16 0 0 s=1").end();
  const SiteFindings found = sites_of(log);
  EXPECT_FALSE(found.has_callers);
  const std::vector<SiteGroup> lines =
      group_sites(found, SiteGrouping::kLine, SiteOrder::kBlocks);
  const std::vector<SiteCallers> ways =
      callers_of(found, lines.at(0), SiteGrouping::kLine, SiteOrder::kBlocks);
  ASSERT_EQ(ways.size(), 1u);
  EXPECT_TRUE(ways[0].stack.empty());
}

}  // namespace
}  // namespace libheap
