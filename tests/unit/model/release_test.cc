#include "libheap/model/release.h"

#include <gtest/gtest.h>

namespace libheap {
namespace {

TEST(Release, ReadsVersionsAsReleasesAreTagged) {
  EXPECT_EQ(parse_release("v1.22.2"), (Release{1, 22, 2, true}));
  EXPECT_EQ(parse_release("1.22.2"), (Release{1, 22, 2, true}));
  EXPECT_EQ(parse_release("v1.12"), (Release{1, 12, 0, true}));
  EXPECT_EQ(parse_release("v2.0.0"), (Release{2, 0, 0, true}));
}

TEST(Release, ReadsPreviewsAndWhatFollowsThem) {
  const Release preview{1, 29, 0, false};
  EXPECT_EQ(parse_release("v1.29.0-preview"), preview);
  EXPECT_EQ(parse_release("v1.29.0-preview.123.gabcdef"), preview);
  EXPECT_EQ(parse_release("1.29-dirty"), preview);
}

TEST(Release, RefusesWhatIsNoVersion) {
  for (const char* text :
       {"", "v", "1", "v1", "1.", "1.x", "v1.22.", "v1.22.2.3", "v1.22 ",
        " v1.22", "vv1.22", "v-1.22", "v1.-2", "v1.22x", "HEAD",
        "v1.99999999999999999999"}) {
    EXPECT_EQ(parse_release(text), std::nullopt) << text;
  }
}

TEST(Release, WritesWhatItReads) {
  for (const char* text : {"v1.12.0", "v1.19.1", "v1.29.0-preview"}) {
    EXPECT_EQ(to_string(parse_release(text).value()), text);
  }
  EXPECT_EQ(to_string(parse_release("1.20").value()), "v1.20.0");
}

TEST(Release, SortsAPreviewBeforeItsRelease) {
  const auto release = [](const char* text) {
    return parse_release(text).value();
  };
  EXPECT_LT(release("v1.9"), release("v1.12"));
  EXPECT_LT(release("v1.19.1"), release("v1.20.0"));
  EXPECT_LT(release("v1.20.0-preview"), release("v1.20.0"));
  EXPECT_LT(release("v1.19.1"), release("v1.20.0-preview"));
  EXPECT_LT(release("v1.28.0"), release("v2.0"));
}

struct TraitsRow {
  const char* release;
  bool gap_byte;
  bool last_used_block;
  bool grow_adds_up_areas;
  bool free_in_collect;
  bool collect_flag;
  bool finalisers_first;
};

// The first and last release of every stretch that behaves alike.
constexpr TraitsRow kTraits[] = {
    {"v1.12", false, false, false, false, false, false},
    {"v1.19.1", false, false, false, false, false, false},
    {"v1.20.0", true, false, false, false, false, false},
    {"v1.20.0-preview", true, false, false, false, false, false},
    {"v1.21.0", true, true, true, false, false, false},
    {"v1.22.0", true, true, false, false, false, false},
    {"v1.24.1", true, true, false, false, false, false},
    {"v1.25.0", true, true, false, true, true, true},
    {"v1.28.0", true, true, false, true, true, true},
    {"v1.29.0-preview", true, true, false, true, true, true},
    {"v2.0.0", true, true, false, true, true, true},
};

TEST(Release, HasTheTraitsOfItsPlaceInTheTable) {
  for (const TraitsRow& row : kTraits) {
    SCOPED_TRACE(row.release);
    const ReleaseTraits traits = traits_of(parse_release(row.release).value());
    EXPECT_EQ(traits.gap_byte, row.gap_byte);
    EXPECT_EQ(traits.last_used_block, row.last_used_block);
    EXPECT_EQ(traits.grow_adds_up_areas, row.grow_adds_up_areas);
    EXPECT_EQ(traits.free_in_collect, row.free_in_collect);
    EXPECT_EQ(traits.collect_flag, row.collect_flag);
    EXPECT_EQ(traits.finalisers_first, row.finalisers_first);
  }
}

}  // namespace
}  // namespace libheap
