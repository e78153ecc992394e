// Who allocates, on logs small enough to count by hand.

#include "libheap/analysis/sites.h"

#include <string>

#include <gtest/gtest.h>

#include "libheap/analysis/findings.h"
#include "libheap/analysis/site_groups.h"
#include "libheap/trace/event_log_reader.h"
#include "tests/support/small_log.h"

namespace libheap {
namespace {

using testing::SmallLog;

// In the form that has sites: s=1 is main.py:12 in loop, a float; s=2
// main.py:13 in loop, a list; s=3 lib.py:7 in get, a float.
class SiteLog {
 public:
  SiteLog() {
    log_.line("SITE 1 12 main.py loop mp_obj_new_float");
    log_.line("SITE 2 13 main.py loop m_realloc");
    log_.line("SITE 3 7 lib.py get mp_obj_new_float");
  }
  SiteLog& line(const std::string& text) {
    log_.line(text);
    return *this;
  }
  [[nodiscard]] SiteFindings found() {
    log_.end();
    const std::string& text = log_.text();
    const std::string own = "MPHEAP-EVENTS 1" + text.substr(text.find('\n'));
    EventLogReader source(memory_byte_source(own, "small"));
    const Findings findings = analyse(source, "small");
    EXPECT_EQ(findings.proof.divergences, 0u);
    return findings.sites;
  }

 private:
  SmallLog log_;
};

// Nothing survives this collect.
std::string swept_all(uint64_t amount, uint64_t heads) {
  return "(C e " + std::to_string(amount) + "\n)C 0 0 0 0 " +
         std::to_string(heads) + " 0 0 0=.";
}

TEST(Sites, CountWhatEachLineAllocates) {
  const SiteFindings found = SiteLog()
                                 .line("A 16 0 0 s=1")
                                 .line("A 40 0 1 s=2")
                                 .line("A 16 0 4 s=1")
                                 .line("A 8 0 5")
                                 .found();
  EXPECT_TRUE(found.has_sites);
  ASSERT_EQ(found.sites.size(), 3u);
  EXPECT_EQ(found.sites[0].tally.objects, 1u);  // not known
  EXPECT_EQ(found.sites[1].place.line, 12u);
  EXPECT_EQ(found.sites[1].tally.objects, 2u);
  EXPECT_EQ(found.sites[1].tally.bytes, 32u);
  EXPECT_EQ(found.sites[1].tally.live_blocks, 2u);
  EXPECT_EQ(found.sites[2].tally.blocks, 3u);
  EXPECT_EQ(found.total.objects, 4u);
  EXPECT_EQ(found.total.live, 4u);
}

TEST(Sites, AFreeHasAnExactAge) {
  const SiteFindings found = SiteLog()
                                 .line("A 16 0 0 t=10 s=1")
                                 .line("A 48 0 1 t=20 s=2")
                                 .line("F 0 t=13000")
                                 .found();
  const SiteTally& tally = found.sites[1].tally;
  EXPECT_EQ(tally.freed, 1u);
  EXPECT_EQ(tally.freed_blocks, 1u);
  EXPECT_EQ(tally.in_blocks.at_least.median_at_least(), 3u);
  EXPECT_EQ(tally.in_blocks.at_most.median_at_most(), 3u);
  EXPECT_LE(tally.in_us.at_least.median_at_least(), 12'990u);
  EXPECT_GE(tally.in_us.at_most.median_at_most(), 12'990u);
}

TEST(Sites, GarbageDiedSinceTheCollectBefore) {
  // Allocated first, it survives one collect and is swept by the next: three
  // blocks came before the first, none after.
  SiteLog log;
  log.line("A 16 0 0 s=1").line("A 48 0 1 s=2").line("(C e 4");
  log.line(")C 0 3 0 0 2 2 4 0=a5");  // both live on
  log.line("A 32 0 4 s=2");
  const SiteFindings found = log.line(swept_all(2, 3)).found();
  const SiteTally& first = found.sites[1].tally;
  EXPECT_EQ(first.swept, 1u);
  EXPECT_EQ(first.in_blocks.at_least.median_at_least(), 3u);
  EXPECT_GE(first.in_blocks.at_most.median_at_most(), 5u);
  EXPECT_LE(first.in_blocks.at_most.median_at_least(), 5u);
  EXPECT_EQ(found.sites[2].tally.swept_blocks, 5u);
}

TEST(Sites, AResizeBelongsToWhoAsksAndTheObjectToWhoMadeIt) {
  const SiteFindings found = SiteLog()
                                 .line("A 16 0 0 s=1")
                                 .line("A 16 0 1 s=3")
                                 .line("R 0 64 1 2 s=2")  // moves
                                 .line("R 2 80 1 2 s=2")  // in place
                                 .line("R 2 20 1 2 s=2")  // shrinks
                                 .line("F 2")
                                 .found();
  const SiteTally& maker = found.sites[1].tally;
  const SiteTally& asker = found.sites[2].tally;
  EXPECT_EQ(maker.objects, 1u);
  EXPECT_EQ(maker.bytes, 16u);
  EXPECT_EQ(maker.freed, 1u);
  EXPECT_EQ(maker.freed_blocks, 2u);
  EXPECT_EQ(asker.objects, 0u);
  EXPECT_EQ(asker.resizes, 3u);
  EXPECT_EQ(asker.moved, 1u);
  EXPECT_EQ(asker.moved_blocks, 4u);
  EXPECT_EQ(asker.bytes, 48u + 16u);
  EXPECT_EQ(asker.grown_bytes, 64u);
  EXPECT_EQ(asker.blocks, 3u + 1u);
  EXPECT_EQ(asker.freed, 0u);
}

TEST(Sites, AResizeToNothingIsAFree) {
  const SiteFindings found =
      SiteLog().line("A 16 0 0 s=1").line("R 0 0 1 - s=2").found();
  EXPECT_EQ(found.sites[1].tally.freed, 1u);
  EXPECT_EQ(found.total.live, 0u);
}

TEST(Sites, WhatFailsIsCountedOnlyAsThat) {
  const SiteFindings found = SiteLog()
                                 .line("D")
                                 .line("A 5000 0 - s=2")
                                 .line("A 0 0 - s=1")
                                 .line("L 1")
                                 .line("A 16 0 - s=1")
                                 .line("U 0")
                                 .found();
  EXPECT_EQ(found.total.failed, 1u);
  EXPECT_EQ(found.sites[2].tally.failed, 1u);
  EXPECT_EQ(found.total.objects, 0u);
}

TEST(Sites, WhatASoftResetEndsIsNoGarbage) {
  const SiteFindings found = SiteLog()
                                 .line("A 16 0 0 s=1")
                                 .line("(S")
                                 .line(")S 0 0 1 0 1 0 0 0=.")
                                 .line("A 16 0 0 s=1")
                                 .found();
  EXPECT_EQ(found.sites[1].tally.reset, 1u);
  EXPECT_EQ(found.sites[1].tally.swept, 0u);
  EXPECT_EQ(found.sites[1].tally.live, 1u);
  EXPECT_EQ(found.sites[1].tally.in_blocks.at_least.count(), 0u);
}

TEST(Sites, WhatAGapHidesHasNoEndAndNoBirth) {
  const SiteFindings found =
      SiteLog().line("A 16 0 0 s=1").line("LOSS 3").line("F 0").found();
  EXPECT_EQ(found.sites[1].tally.unseen_ends, 1u);
  EXPECT_EQ(found.sites[1].tally.freed, 0u);
  EXPECT_EQ(found.unseen_births, 1u);
  EXPECT_EQ(found.unseen_birth_blocks, 1u);
}

TEST(Sites, SizesAreThereWithoutSites) {
  SmallLog log;
  log.line("A 16 0 0").line("A 130 0 1").line("A 250 0 10").end();
  const SiteFindings found = log.analyse().sites;
  EXPECT_FALSE(found.has_sites);
  ASSERT_EQ(found.sizes.size(), 2u);
  EXPECT_EQ(found.sizes[0].last_blocks, 1u);
  EXPECT_EQ(found.sizes[1].first_blocks, 9u);
  EXPECT_EQ(found.sizes[1].last_blocks, 16u);
  EXPECT_EQ(found.sizes[1].tally.objects, 2u);
  EXPECT_EQ(found.sizes[1].tally.blocks, 9u + 16u);
}

TEST(SiteGroups, PutTogetherWhatIsAsked) {
  const SiteFindings found = SiteLog()
                                 .line("A 16 0 0 s=1")
                                 .line("A 40 0 1 s=2")
                                 .line("A 16 0 4 s=3")
                                 .line("A 16 0 5 s=3")
                                 .found();
  const auto by = [&](SiteGrouping grouping) {
    return group_sites(found, grouping, SiteOrder::kObjects);
  };
  EXPECT_EQ(by(SiteGrouping::kLine).size(), 3u);
  const auto functions = by(SiteGrouping::kFunction);
  ASSERT_EQ(functions.size(), 2u);  // both have 2; lib.py before main.py
  EXPECT_EQ(functions[0].place.function, "get");
  EXPECT_EQ(functions[1].tally.blocks, 4u);
  const auto runtime = by(SiteGrouping::kRuntime);
  ASSERT_EQ(runtime.size(), 2u);
  EXPECT_EQ(runtime[0].place.runtime, "mp_obj_new_float");
  EXPECT_EQ(runtime[0].tally.objects, 3u);
  EXPECT_EQ(runtime[0].place.file, "");
}

TEST(SiteGroups, OrderByWhatIsAsked) {
  SiteLog log;
  log.line("A 16 0 0 s=1").line("A 16 0 1 s=1").line("A 320 0 2 s=2");
  log.line("F 0").line("F 1");
  const SiteFindings found = log.found();
  const auto first = [&](SiteOrder order) {
    return group_sites(found, SiteGrouping::kLine, order)[0].place.line;
  };
  EXPECT_EQ(first(SiteOrder::kBlocks), 13u);
  EXPECT_EQ(first(SiteOrder::kObjects), 12u);
  EXPECT_EQ(first(SiteOrder::kLive), 13u);
  EXPECT_EQ(first(SiteOrder::kLifetime), 12u);
}

TEST(SiteGroups, SayHowMuchIsGarbage) {
  SiteLog log;
  log.line("A 16 0 0 t=0 s=1").line("A 16 0 1 t=1 s=1");
  log.line("A 32 0 2 t=2 s=3").line("F 0 t=3");
  log.line("(C e 4 t=4").line(")C 0 0 0 0 2 0 0 0=. t=1000000");
  const SiteFindings found = log.found();
  const auto groups =
      group_sites(found, SiteGrouping::kLine, SiteOrder::kBlocks);
  ASSERT_EQ(groups.size(), 2u);
  const SiteGroup& main = groups[1];
  const SiteGroup& lib = groups[0];
  EXPECT_EQ(main.place.file, "main.py");
  EXPECT_DOUBLE_EQ(main.garbage_share, 0.5);
  EXPECT_DOUBLE_EQ(main.share_of_garbage, 1.0 / 3);
  EXPECT_EQ(lib.garbage_bytes_per_s, 32u);
  ASSERT_TRUE(lib.age_us);
  EXPECT_EQ(lib.age_us->low, 0u);
  EXPECT_EQ(lib.age_us->high, 2u);
}

}  // namespace
}  // namespace libheap
