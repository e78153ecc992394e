// Nothing an object does is counted twice or not at all: over every recording
// the sites add up to what the other analyses count in their own ways.

#include <gtest/gtest.h>

#include "libheap/analysis/findings.h"
#include "tests/support/golden_files.h"

namespace libheap {
namespace {

void expect_same(const SiteTally& a, const SiteTally& b) {
  EXPECT_EQ(a.objects, b.objects);
  EXPECT_EQ(a.bytes, b.bytes);
  EXPECT_EQ(a.blocks, b.blocks);
  EXPECT_EQ(a.resizes, b.resizes);
  EXPECT_EQ(a.swept_blocks, b.swept_blocks);
  EXPECT_EQ(a.live_blocks, b.live_blocks);
  EXPECT_EQ(a.in_blocks.at_most.count(), b.in_blocks.at_most.count());
}

class SitesOfRecording
    : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(SitesOfRecording, AddUp) {
  const std::unique_ptr<EventSource> source = open_trace(GetParam().string());
  const Findings findings = analyse(*source, "");
  const SiteTally& all = findings.sites.total;
  const AllocationFindings& asked = findings.allocations;
  EXPECT_EQ(all.objects + all.moved, asked.requests);
  EXPECT_EQ(all.blocks - all.grown_blocks + all.moved_blocks, asked.blocks);
  EXPECT_EQ(all.failed, findings.failures.count);
  // Finalisers may free, too, while a collect runs.
  const uint64_t swept = all.swept + all.reset;
  EXPECT_LE(swept, findings.collects.freed_objects);
  EXPECT_GE(swept + all.freed, findings.collects.freed_objects);
  EXPECT_EQ(all.live_blocks, findings.final.census.used_blocks);
  EXPECT_EQ(all.live, findings.final.census.objects);
  EXPECT_EQ(all.objects, all.freed + all.swept + all.live + all.reset);
  EXPECT_EQ(all.unseen_ends, 0u);
  EXPECT_EQ(findings.sites.unseen_births, 0u);
  EXPECT_EQ(all.in_blocks.at_least.count(), all.freed + all.swept);

  SiteTally by_site;
  for (const Site& site : findings.sites.sites) by_site.add(site.tally);
  expect_same(by_site, all);
}

std::string test_name(
    const ::testing::TestParamInfo<std::filesystem::path>& info) {
  return testing::test_name_of(info.param);
}

INSTANTIATE_TEST_SUITE_P(Events, SitesOfRecording,
                         ::testing::ValuesIn(testing::golden_logs("events")),
                         test_name);

}  // namespace
}  // namespace libheap
