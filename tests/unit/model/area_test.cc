#include "libheap/model/area.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "libheap/base/check.h"
#include "tests/oracle/choices.h"

namespace libheap {
namespace {

constexpr uint64_t kStart = 0x20000000;

HeapConfig config_of(const Release& release, bool weakref = false) {
  HeapConfig config;
  config.release = release;
  config.traits = traits_of(release);
  config.weakref = weakref;
  return config;
}

// An area of exactly so many blocks, a multiple of 4.
Area area_of(uint32_t blocks, const HeapConfig& config = HeapConfig()) {
  uint64_t bytes = blocks * 16 + 64;
  AreaLayout layout = layout_area(config, kStart, kStart + bytes, false);
  while (layout.blocks() < blocks) {
    bytes += 16;
    layout = layout_area(config, kStart, kStart + bytes, false);
  }
  EXPECT_EQ(layout.blocks(), blocks);
  return Area(config, 0, layout);
}

// Blocks as mem_info would print them: '.' free, 'h' head, '=' tail.
std::string picture(const Area& area) {
  std::string picture;
  for (BlockIndex block = 0; block < area.blocks(); ++block) {
    picture += ".h="[static_cast<int>(area.kind(block))];
  }
  return picture;
}

// Fills an empty area so that it looks like the picture.
void draw(Area& area, std::string_view picture) {
  for (size_t begin = 0; begin < picture.size();) {
    size_t end = begin + 1;
    while (end < picture.size() && picture[end] == '=') ++end;
    if (picture[begin] == 'h') {
      area.place(static_cast<BlockIndex>(begin),
                 static_cast<uint32_t>(end - begin), false);
    }
    begin = end;
  }
  area.check_invariants();
}

std::string random_picture(SeededChoices& choices, size_t blocks) {
  std::string picture;
  while (picture.size() < blocks) {
    const uint64_t length =
        choices.one_in(10) ? choices.below(150) : choices.below(4);
    if (choices.percent(40)) {
      picture += std::string(length + 1, '.');
    } else {
      picture += 'h' + std::string(length, '=');
    }
  }
  picture.resize(blocks);
  return picture;
}

std::vector<uint8_t> table_of(const Area& area) {
  std::vector<uint8_t> bytes;
  area.append_table(bytes);
  return bytes;
}

// The table as the device keeps it: two bits a block, lowest block lowest.
std::vector<uint8_t> table_of(std::string_view picture) {
  std::vector<uint8_t> bytes((picture.size() + 3) / 4);
  for (size_t block = 0; block < picture.size(); ++block) {
    const size_t kind = std::string_view(".h=").find(picture[block]);
    bytes[block / 4] =
        static_cast<uint8_t>(bytes[block / 4] | kind << (2 * (block % 4)));
  }
  return bytes;
}

TEST(Area, IsFreeWhenMade) {
  const Area area = area_of(100);
  EXPECT_EQ(picture(area), std::string(100, '.'));
  EXPECT_EQ(area.used_blocks(), 0U);
  EXPECT_EQ(area.last_free_byte, 0U);
  EXPECT_EQ(area.last_used_block, 0U);
  area.check_invariants();
}

TEST(Area, PlacesAHeadAndItsTails) {
  Area area = area_of(8);
  area.place(1, 3, false);
  area.place(4, 1, true);
  EXPECT_EQ(picture(area), ".h==h...");
  EXPECT_EQ(area.used_blocks(), 4U);
  EXPECT_EQ(area.chain_end(1), 4U);
  EXPECT_EQ(area.chain_end(4), 5U);
  EXPECT_FALSE(area.has_finaliser(1));
  EXPECT_TRUE(area.has_finaliser(4));
}

TEST(Area, KnowsTheHeadOfEveryBlockOfAChain) {
  Area area = area_of(200);
  area.place(3, 150, false);
  area.place(153, 1, false);
  for (BlockIndex block = 3; block < 153; ++block) {
    ASSERT_EQ(area.head_of(block), 3U);
  }
  EXPECT_EQ(area.head_of(153), 153U);
  EXPECT_TRUE(area.is_head(3));
  EXPECT_FALSE(area.is_head(4));
  EXPECT_FALSE(area.is_head(154));
  EXPECT_FALSE(area.is_head(200));
  EXPECT_FALSE(area.is_head(UINT32_MAX));
}

TEST(Area, FreesAChainAndItsFinaliserFlag) {
  Area area = area_of(200);
  area.place(0, 2, false);
  area.place(2, 130, true);
  area.place(132, 1, true);
  EXPECT_EQ(area.free_chain(2), 130U);
  EXPECT_EQ(area.used_blocks(), 3U);
  EXPECT_FALSE(area.has_finaliser(2));
  EXPECT_TRUE(area.has_finaliser(132));
  EXPECT_EQ(area.take(130, false), 2U);
  area.check_invariants();
}

TEST(Area, KnowsFromWhereOnNothingIsUsed) {
  Area area = area_of(400);
  EXPECT_EQ(area.used_end(), 0U);
  EXPECT_EQ(area.longest_free_run(), 400U);
  area.place(10, 60, false);
  EXPECT_EQ(area.used_end(), 128U);
  EXPECT_EQ(area.longest_free_run(), 330U);
  ASSERT_TRUE(area.grow(70, 400));
  EXPECT_EQ(area.used_end(), 400U);
  EXPECT_EQ(area.longest_free_run(), 10U);
  area.place(3, 1, false);
  SurvivorMap survivors(400);
  survivors.set(3);
  area.sweep(survivors);
  EXPECT_EQ(area.used_end(), 64U);
  EXPECT_EQ(area.used_blocks(), 1U);
  EXPECT_EQ(area.longest_free_run(), 396U);
  area.check_invariants();
}

TEST(Area, LowersItsSearchStartToWhatIsFreed) {
  Area area = area_of(40);
  area.place(0, 10, false);
  area.place(10, 30, false);
  area.last_free_byte = 10;
  area.free_chain(10);
  EXPECT_EQ(area.last_free_byte, 2U);
  area.shrink(9, 10);
  EXPECT_EQ(area.last_free_byte, 2U);
  area.shrink(3, 9);
  EXPECT_EQ(area.last_free_byte, 0U);
}

TEST(Area, ShrinksFromTheEnd) {
  Area area = area_of(12);
  draw(area, "h====h......");
  area.shrink(2, 5);
  EXPECT_EQ(picture(area), "h=...h......");
  EXPECT_EQ(area.used_blocks(), 3U);
  EXPECT_EQ(area.take(3, false), 2U);
  area.check_invariants();
}

TEST(Area, ShrunkToNothingKeepsTheFinaliserFlag) {
  Area area = area_of(12);
  area.place(0, 3, true);
  area.shrink(0, 3);
  EXPECT_EQ(area.used_blocks(), 0U);
  EXPECT_TRUE(area.finaliser_map().test(0));
  // So the next object there has a finaliser nobody asked for.
  area.place(0, 1, false);
  EXPECT_TRUE(area.has_finaliser(0));
}

TEST(Area, GrowsOnlyIntoFreeBlocks) {
  Area area = area_of(12);
  draw(area, "h=..h.......");
  EXPECT_FALSE(area.grow(2, 5));
  EXPECT_EQ(picture(area), "h=..h.......");
  EXPECT_TRUE(area.grow(2, 4));
  EXPECT_EQ(picture(area), "h===h.......");
  EXPECT_EQ(area.used_blocks(), 5U);
  area.check_invariants();
}

TEST(Area, GrowsUpToItsLastBlockAndNoFurther) {
  Area area = area_of(12);
  draw(area, "........h...");
  EXPECT_FALSE(area.grow(9, 13));
  EXPECT_TRUE(area.grow(9, 12));
  EXPECT_EQ(picture(area), "........h===");
}

TEST(Area, SweepsAllButTheSurvivors) {
  Area area = area_of(16);
  draw(area, "hh=..h==hhh=....");
  SurvivorMap survivors(16);
  survivors.set(1);
  survivors.set(9);
  EXPECT_EQ(area.sweep(survivors), 4U);
  EXPECT_EQ(picture(area), ".h=......h......");
  EXPECT_EQ(area.used_blocks(), 3U);
  EXPECT_EQ(area.last_free_byte, 0U);
  EXPECT_EQ(area.last_used_block, 9U);
}

TEST(Area, SweepsEverythingWhenNothingSurvives) {
  Area area = area_of(16);
  draw(area, "hh=..h==hhh=...h");
  EXPECT_EQ(area.sweep(), 7U);
  EXPECT_EQ(picture(area), std::string(16, '.'));
  EXPECT_EQ(area.last_used_block, 0U);
}

TEST(Area, IgnoresSurvivorsThatAreNoHeads) {
  Area area = area_of(16);
  draw(area, "h===............");
  SurvivorMap survivors(16);
  survivors.set(1);
  survivors.set(12);
  EXPECT_EQ(area.sweep(survivors), 1U);
  EXPECT_EQ(area.used_blocks(), 0U);
}

TEST(Area, SweepsChainsAcrossWordBoundaries) {
  for (BlockIndex begin = 60; begin < 68; ++begin) {
    for (const uint32_t length : {1U, 2U, 4U, 5U, 60U, 64U, 65U, 128U, 130U}) {
      Area area = area_of(260);
      area.place(begin - 1, 1, false);
      area.place(begin, length, true);
      area.place(begin + length, 2, false);
      SurvivorMap survivors(260);
      survivors.set(begin - 1);
      survivors.set(begin + length);
      ASSERT_EQ(area.sweep(survivors), 1U);
      ASSERT_EQ(area.used_blocks(), 3U) << begin << " + " << length;
      ASSERT_EQ(area.kind(begin - 1), BlockKind::kHead);
      ASSERT_EQ(area.kind(begin + length), BlockKind::kHead);
      ASSERT_EQ(area.kind(begin + length + 1), BlockKind::kTail);
      ASSERT_FALSE(area.finaliser_map().test(begin));
      ASSERT_EQ(area.last_used_block, begin + length + 1);
      area.check_invariants();
    }
  }
}

TEST(Area, SweepsAsBlockByBlockWould) {
  SeededChoices choices(1);
  for (int round = 0; round < 3000; ++round) {
    const uint32_t blocks = static_cast<uint32_t>(4 * choices.between(1, 100));
    std::string expected = random_picture(choices, blocks);
    Area area = area_of(blocks);
    draw(area, expected);
    SurvivorMap survivors(blocks);
    uint32_t freed = 0;
    uint32_t last_used = 0;
    bool dying = false;
    for (uint32_t block = 0; block < blocks; ++block) {
      char& kind = expected[block];
      if (kind == 'h') {
        dying = choices.one_in(2);
        if (dying) ++freed;
        if (!dying) survivors.set(block);
      }
      if (kind != '.' && dying) kind = '.';
      if (kind != '.') last_used = block;
    }
    ASSERT_EQ(area.sweep(survivors), freed);
    ASSERT_EQ(picture(area), expected);
    ASSERT_EQ(area.last_used_block, last_used);
    area.check_invariants();
  }
}

TEST(Area, SweepsTheFlagsOfTheDead) {
  Area area = area_of(72, config_of({1, 28, 0, true}, /*weakref=*/true));
  for (const BlockIndex head : {0U, 1U, 63U, 64U, 71U}) {
    area.place(head, 1, true);
    area.mark_weakref(head);
  }
  SurvivorMap survivors(72);
  survivors.set(1);
  survivors.set(64);
  area.sweep(survivors);
  EXPECT_EQ(area.finaliser_map().count(), 2U);
  EXPECT_EQ(area.weakref_map().count(), 2U);
  EXPECT_TRUE(area.has_finaliser(64));
  EXPECT_TRUE(area.weakref_map().test(64));
}

// --- The end of the pool ----------------------------------------------------

// A chain that ends with the pool, and a finaliser on block 1 but not 0: what
// lies behind the table then looks like one more tail.
Area area_with_full_end(const Release& release) {
  Area area = area_of(16, config_of(release));
  area.place(0, 1, false);
  area.place(1, 1, true);
  area.place(2, 1, false);
  area.place(3, 1, true);
  area.place(4, 1, true);
  area.place(5, 11, false);
  return area;
}

TEST(Area, LosesFlagsToAChainAtItsEndWithoutTheGapByte) {
  Area area = area_with_full_end({1, 19, 1, true});
  area.free_chain(5);
  EXPECT_FALSE(area.has_finaliser(1));
  EXPECT_FALSE(area.has_finaliser(3));
  EXPECT_TRUE(area.has_finaliser(4)) << "blocks 4 and 5 do not look like TAIL";
}

TEST(Area, KeepsFlagsFromAChainAtItsEndWithTheGapByte) {
  Area area = area_with_full_end({1, 20, 0, true});
  area.free_chain(5);
  EXPECT_TRUE(area.has_finaliser(1));
  EXPECT_TRUE(area.has_finaliser(3));
}

TEST(Area, SweepsAndShrinksAtItsEndWithoutLosingFlags) {
  Area area = area_with_full_end({1, 19, 1, true});
  area.shrink(10, 16);
  EXPECT_TRUE(area.has_finaliser(1));
  SurvivorMap survivors(16);
  survivors.set(1);
  area.sweep(survivors);
  EXPECT_TRUE(area.has_finaliser(1));
}

// --- Tables -----------------------------------------------------------------

TEST(Area, WritesItsTableAsTheDeviceDoes) {
  Area area = area_of(8);
  draw(area, "h==.hh..");
  EXPECT_EQ(table_of(area), (std::vector<uint8_t>{0x29, 0x05}));
}

TEST(Area, WritesItsFlagsAsTheDeviceDoes) {
  Area area = area_of(12, config_of({1, 28, 0, true}, /*weakref=*/true));
  area.place(0, 1, true);
  area.place(9, 1, true);
  area.mark_weakref(9);
  std::vector<uint8_t> bytes;
  area.append_finalisers(bytes);
  EXPECT_EQ(bytes, (std::vector<uint8_t>{0x01, 0x02}));
  area.append_weakrefs(bytes);
  EXPECT_EQ(bytes, (std::vector<uint8_t>{0x01, 0x02, 0x00, 0x02}));
}

TEST(Area, WritesNothingForATableItDoesNotHave) {
  HeapConfig config;
  config.finaliser = false;
  const Area area = area_of(12, config);
  std::vector<uint8_t> bytes;
  area.append_finalisers(bytes);
  area.append_weakrefs(bytes);
  EXPECT_TRUE(bytes.empty());
  EXPECT_FALSE(area.has_finaliser(0));
}

TEST(Area, GetsBackFromATableWhatWasWrittenToIt) {
  SeededChoices choices(2);
  for (int round = 0; round < 500; ++round) {
    const uint32_t blocks = static_cast<uint32_t>(4 * choices.between(1, 80));
    const std::string drawn = random_picture(choices, blocks);
    Area area = area_of(blocks);
    draw(area, drawn);
    std::vector<uint8_t> table = table_of(area);
    ASSERT_EQ(table, table_of(drawn));
    // Recordings leave zero bytes at the end out.
    while (!table.empty() && table.back() == 0) table.pop_back();
    Bitmap free;
    Bitmap tail;
    ASSERT_TRUE(split_table(table, blocks, free, tail));
    Area copy = area_of(blocks);
    copy.adopt(free, tail);
    ASSERT_EQ(picture(copy), drawn);
    ASSERT_EQ(copy.used_blocks(), area.used_blocks());
    copy.check_invariants();
  }
}

TEST(Area, TellsATableThatCannotBe) {
  Bitmap free;
  Bitmap tail;
  const auto sound = [&](std::vector<uint8_t> table, uint32_t blocks) {
    return split_table(table, blocks, free, tail);
  };
  EXPECT_TRUE(sound({}, 8));
  EXPECT_TRUE(sound({0x29}, 8));
  EXPECT_FALSE(sound({0x02}, 8)) << "a tail in block 0";
  EXPECT_FALSE(sound({0x21}, 8)) << "a tail behind a free block";
  EXPECT_FALSE(sound({0x03}, 8)) << "a marked head";
  EXPECT_FALSE(sound({0x01, 0x02}, 8)) << "a tail behind a free byte";
  EXPECT_TRUE(sound({0xA9, 0x02}, 8)) << "a tail in the next byte";
  EXPECT_FALSE(sound({0x01, 0x01, 0x01}, 8)) << "more than there are blocks";
  EXPECT_FALSE(sound(table_of(std::string(64, '.') + "=..."), 68))
      << "a tail behind a free word";
  EXPECT_TRUE(sound(table_of("h" + std::string(127, '=')), 128));
  EXPECT_FALSE(sound({0x01, 0x10}, 6)) << "a used block past the last";
}

TEST(Area, AdoptsATableWithTheFlagsOfItsHeads) {
  Area area = area_of(8);
  area.place(0, 1, true);
  area.place(1, 1, true);
  area.place(2, 1, true);
  Bitmap free;
  Bitmap tail;
  ASSERT_TRUE(split_table(table_of("h=h....."), 8, free, tail));
  area.adopt(free, tail);
  EXPECT_EQ(picture(area), "h=h.....");
  EXPECT_TRUE(area.has_finaliser(0));
  EXPECT_FALSE(area.finaliser_map().test(1));
  EXPECT_TRUE(area.has_finaliser(2));
  EXPECT_EQ(area.used_blocks(), 3U);
  EXPECT_EQ(area.last_used_block, 2U);
  EXPECT_EQ(area.take(1, false), 3U);
}

TEST(Area, AdoptsOnlyATableOfItsSize) {
  Area area = area_of(8);
  EXPECT_THROW(area.adopt(Bitmap(12), Bitmap(12)), InternalError);
  EXPECT_THROW(area.sweep(SurvivorMap(4)), InternalError);
}

// --- Counting ---------------------------------------------------------------

TEST(Area, CountsWhatIsInIt) {
  Area area = area_of(20);
  draw(area, "h.hh=h==.h=...h=...h");
  const Census census = area.census();
  EXPECT_EQ(census.total_blocks, 20U);
  EXPECT_EQ(census.used_blocks, 12U);
  EXPECT_EQ(census.free_blocks, 8U);
  EXPECT_EQ(census.objects, 7U);
  EXPECT_EQ(census.one_block_objects, 3U);
  EXPECT_EQ(census.two_block_objects, 3U);
  EXPECT_EQ(census.max_block, 3U);
  EXPECT_EQ(census.max_free, 3U);
}

TEST(Area, CountsNothingInAnEmptyOne) {
  const Census census = area_of(20).census();
  EXPECT_EQ(census.objects, 0U);
  EXPECT_EQ(census.max_block, 0U);
  EXPECT_EQ(census.max_free, 20U);
}

TEST(Area, CountsAcrossWordBoundaries) {
  Area area = area_of(132);
  area.place(62, 1, false);
  area.place(63, 2, false);
  area.place(65, 62, false);
  area.place(127, 3, false);
  const Census census = area.census();
  EXPECT_EQ(census.objects, 4U);
  EXPECT_EQ(census.one_block_objects, 1U);
  EXPECT_EQ(census.two_block_objects, 1U);
  EXPECT_EQ(census.max_block, 62U);
  EXPECT_EQ(census.max_free, 62U);
}

TEST(Area, NoticesAFreeBlockBelowItsSearchStart) {
  Area area = area_of(20);
  area.place(0, 8, false);
  area.last_free_byte = 2;
  EXPECT_NO_THROW(area.check_invariants());
  area.last_free_byte = 3;
  EXPECT_THROW(area.check_invariants(), InternalError);
}

TEST(Area, InterleavesBitsAndTakesThemApart) {
  EXPECT_EQ(interleave_bits(0, 0), 0U);
  EXPECT_EQ(interleave_bits(1, 0), 1U);
  EXPECT_EQ(interleave_bits(0, 1), 2U);
  EXPECT_EQ(interleave_bits(UINT32_MAX, 0), 0x5555555555555555U);
  EXPECT_EQ(interleave_bits(0x80000000, 0x80000000), 0xC000000000000000U);
  SeededChoices choices(3);
  for (int round = 0; round < 1000; ++round) {
    const auto low = static_cast<uint32_t>(choices.next());
    const auto high = static_cast<uint32_t>(choices.next());
    const uint64_t word = interleave_bits(low, high);
    ASSERT_EQ(even_bits(word), low);
    ASSERT_EQ(even_bits(word >> 1), high);
  }
}

}  // namespace
}  // namespace libheap
