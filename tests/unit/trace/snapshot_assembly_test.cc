#include "libheap/trace/snapshot_assembly.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/log_reading.h"

namespace libheap {
namespace {

using ::testing::ElementsAre;

std::vector<uint8_t> slice(uint8_t number, uint16_t index, bool last,
                           const std::vector<uint8_t>& bytes) {
  std::vector<uint8_t> body;
  body.push_back(number);
  body.push_back(static_cast<uint8_t>(index));
  body.push_back(static_cast<uint8_t>(index >> 8 | (last ? 0x80 : 0)));
  for (const uint8_t byte : bytes) body.push_back(byte);
  return body;
}

TEST(SnapshotAssembly, JoinsSlices) {
  SnapshotAssembly assembly;
  EXPECT_EQ(assembly.add(slice(1, 0, false, {1, 2})), nullptr);
  EXPECT_EQ(assembly.add(slice(1, 1, false, {3})), nullptr);
  const SnapshotRecord* whole = assembly.add(slice(1, 2, true, {4, 5}));
  ASSERT_NE(whole, nullptr);
  EXPECT_EQ(whole->bytes, (std::vector<uint8_t>{1, 2, 3, 4, 5}));
}

TEST(SnapshotAssembly, OfOneSliceIsWhole) {
  SnapshotAssembly assembly;
  const SnapshotRecord* whole = assembly.add(slice(7, 0, true, {9}));
  ASSERT_NE(whole, nullptr);
  EXPECT_EQ(whole->bytes, (std::vector<uint8_t>{9}));
}

TEST(SnapshotAssembly, BelievesNothingWhereASliceIsMissing) {
  SnapshotAssembly assembly;
  EXPECT_EQ(assembly.add(slice(1, 1, true, {2})), nullptr);  // no first
  EXPECT_EQ(assembly.add(slice(1, 0, false, {1})), nullptr);
  EXPECT_EQ(assembly.add(slice(1, 2, false, {3})), nullptr);  // no second
  EXPECT_EQ(assembly.add(slice(1, 3, true, {4})), nullptr);
}

TEST(SnapshotAssembly, DoesNotMixTwoSnapshots) {
  SnapshotAssembly assembly;
  EXPECT_EQ(assembly.add(slice(1, 0, false, {1})), nullptr);
  EXPECT_EQ(assembly.add(slice(2, 1, true, {2})), nullptr);
  EXPECT_EQ(assembly.add(slice(1, 0, false, {1})), nullptr);
  EXPECT_EQ(assembly.add(slice(2, 0, false, {5})), nullptr);
  EXPECT_EQ(assembly.add(slice(1, 1, true, {2})), nullptr);
}

TEST(SnapshotAssembly, PassesOverWhatIsTooShort) {
  SnapshotAssembly assembly;
  EXPECT_EQ(assembly.add(slice(1, 0, false, {1})), nullptr);
  EXPECT_EQ(assembly.add(std::vector<uint8_t>{1, 1}), nullptr);
  EXPECT_EQ(assembly.add(slice(1, 1, true, {2})), nullptr);
}

TEST(SnapshotRecords, AreReadAsTheyAreWritten) {
  const testing::ReadLog log = testing::read_log(testing::own_log(
      "(C e 0\nSNAPSHOT 00ff10 t=7\nSNAPSHOT .\n)C ?\nEND 1 complete\n"));
  EXPECT_THAT(log.events, ElementsAre("(C e 0", "SNAPSHOT 00ff10 t=7",
                                      "SNAPSHOT .", ")C ?", "END 1 complete"));
  EXPECT_EQ(log.damage_count, 0U);
}

TEST(SnapshotRecords, ThatCannotBeAreDamage) {
  EXPECT_THAT(
      testing::read_log(testing::own_log("SNAPSHOT 0g\nEND 0 complete\n"))
          .reasons(),
      ElementsAre("\"SNAPSHOT\" record: snapshot \"0g\" is not hexadecimal "
                  "bytes"));
  EXPECT_THAT(testing::read_log(testing::golden_log("SNAPSHOT 00\n"
                                                    "END 0 complete\n"))
                  .reasons(),
              ElementsAre("unknown record \"SNAPSHOT\""));
}

}  // namespace
}  // namespace libheap
