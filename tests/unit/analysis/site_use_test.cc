// What sites hold, at peaks above all, against copying everything each time.

#include "libheap/analysis/site_use.h"

#include <random>

#include <gtest/gtest.h>

#include "libheap/analysis/trace_clock.h"

namespace libheap {
namespace {

Moment at(uint64_t event) {
  Moment now;
  now.event = event;
  return now;
}

LiveObject object_of(SiteIndex site, uint32_t n_bytes, uint64_t born) {
  LiveObject object;
  object.site = site;
  object.n_bytes = n_bytes;
  object.born_event = born;
  return object;
}

TEST(SiteUse, RemembersThePeakByCopyingNothing) {
  std::mt19937 random(5);
  SiteUse use;
  std::vector<LiveObject> live;
  std::vector<uint64_t> now(8);
  std::vector<uint64_t> at_peak(8);
  uint64_t total = 0;
  uint64_t peak = 0;
  for (uint64_t event = 1; event < 5000; ++event) {
    if (event % 1000 == 0) {
      use.restart(event);
      peak = total;
      at_peak = now;
    }
    if (live.empty() || random() % 100 < 52) {
      const auto site = static_cast<SiteIndex>(random() % 8);
      const auto bytes = static_cast<uint32_t>(1 + random() % 100);
      use.on_birth(at(event), site, bytes, 1);
      live.push_back(object_of(site, bytes, event));
      now[site] += bytes;
      total += bytes;
    } else {
      const size_t which = random() % live.size();
      use.on_end(at(event), live[which], {}, 1, ObjectEnd::kFreed);
      now[live[which].site] -= live[which].n_bytes;
      total -= live[which].n_bytes;
      live.erase(live.begin() + static_cast<ptrdiff_t>(which));
    }
    if (total > peak) {
      peak = total;
      at_peak = now;
    }
    const UsePeak found = use.peak();
    ASSERT_EQ(found.total.bytes, peak) << event;
    for (size_t site = 0; site < found.by_site.size(); ++site) {
      ASSERT_EQ(found.by_site[site].bytes, at_peak[site]) << event;
    }
  }
}

TEST(SiteUse, LivesEndOnce) {
  SiteUse use;
  use.on_birth(at(1), 1, 10, 1);
  use.on_birth(at(2), 1, 20, 2);
  use.on_end(at(5), object_of(1, 10, 1), {}, 1, ObjectEnd::kSwept);
  use.on_end(at(9), object_of(1, 20, 2), {}, 2, ObjectEnd::kLive);
  const SiteUseRow& row = use.rows()[1];
  EXPECT_EQ(row.lifetimes, 4u + 7u);
  EXPECT_EQ(row.now.bytes, 20u);
  EXPECT_EQ(row.most_bytes, 30u);
  EXPECT_EQ(row.objects_at_most, 2u);
}

TEST(TraceClock, AMomentWithoutTimeIsWhenTheOneBeforeWas) {
  TraceClock clock;
  EXPECT_EQ(clock.at(at(3)), 3u);
  Moment timed = at(4);
  timed.time_us = 1000;
  EXPECT_EQ(clock.at(timed), 1000u);
  EXPECT_EQ(clock.at(at(5)), 1000u);
  EXPECT_TRUE(clock.timed());
}

}  // namespace
}  // namespace libheap
