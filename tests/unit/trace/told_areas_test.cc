// Areas that ABOUT tells of, and no record did.

#include "libheap/trace/told_areas.h"

#include <gtest/gtest.h>

namespace libheap {
namespace {

constexpr const char* kAbout =
    "gcstack 64\narea_bits 4\nareahdr 64\nAREA 0 100 200 100 9 - - - - 120 "
    "200\n"
    "area1 20080000 200a0000\narea2 7f7f07aae010 7f7f07b88c00\n";

TEST(ToldAreas, AreThoseThatNoRecordToldOf) {
  ToldAreas areas;
  areas.added(1);
  areas.read(kAbout);
  ASSERT_TRUE(areas.waits());
  const AreaRecord area = areas.take();
  EXPECT_EQ(area.id, 2U);
  EXPECT_EQ(area.start, 0x7f7f07aae010U);
  EXPECT_EQ(area.end, 0x7f7f07b88c00U);
  EXPECT_FALSE(area.layout_known);
  EXPECT_FALSE(areas.waits());
}

TEST(ToldAreas, AreToldOnceUntilTheyGo) {
  ToldAreas areas;
  areas.read(kAbout);
  areas.read(kAbout);
  EXPECT_EQ(areas.take().id, 1U);
  EXPECT_EQ(areas.take().id, 2U);
  EXPECT_FALSE(areas.waits());
  areas.dropped(1);
  areas.read(kAbout);
  EXPECT_EQ(areas.take().id, 1U);
  EXPECT_FALSE(areas.waits());
}

TEST(ToldAreas, AreForgottenWhereTheHeapBeginsAfresh) {
  ToldAreas areas;
  areas.read(kAbout);
  areas.init();
  EXPECT_FALSE(areas.waits());
}

TEST(ToldAreas, ThatCannotBeArePassedOver) {
  ToldAreas areas;
  areas.read(
      "area1 200a0000 20080000\narea2 x y\narea3 10\narea4 10 20z\n"
      "area99999999999999 10 20\narea5");
  EXPECT_FALSE(areas.waits());
}

}  // namespace
}  // namespace libheap
