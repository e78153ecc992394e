#include "libheap/model/bitmap.h"

#include <algorithm>
#include <bit>
#include <initializer_list>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/oracle/choices.h"

namespace libheap {
namespace {

// Sizes on both sides of the word boundaries.
constexpr uint32_t kSizes[] = {1,   4,   63,  64,  65,  100,
                               127, 128, 129, 192, 260, 1000};

// The same set of bits, told bit by bit.
using Bits = std::vector<bool>;

Bitmap map_of(const Bits& bits) {
  Bitmap map(static_cast<uint32_t>(bits.size()));
  for (uint32_t i = 0; i < map.size(); ++i) {
    if (bits[i]) map.set(i);
  }
  return map;
}

Bits bits_of(const Bitmap& map) {
  Bits bits(map.size());
  for (uint32_t i = 0; i < map.size(); ++i) bits[i] = map.test(i);
  return bits;
}

uint32_t next(const Bits& bits, uint32_t from, bool value) {
  for (uint32_t i = from; i < bits.size(); ++i) {
    if (bits[i] == value) return i;
  }
  return static_cast<uint32_t>(bits.size());
}

uint32_t run_begin(const Bits& bits, uint32_t end) {
  while (end > 0 && bits[end - 1]) --end;
  return end;
}

uint32_t find_run(const Bits& bits, uint32_t from, uint32_t length) {
  uint32_t run = 0;
  for (uint32_t i = from; i < bits.size(); ++i) {
    run = bits[i] ? run + 1 : 0;
    if (run == length) return i + 1 - length;
  }
  return static_cast<uint32_t>(bits.size());
}

uint32_t longest_run(const Bits& bits, uint32_t begin, uint32_t end) {
  uint32_t longest = 0;
  uint32_t run = 0;
  for (uint32_t i = begin; i < end; ++i) {
    run = bits[i] ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

// Random runs, so that long ones and short ones both occur.
Bits random_bits(SeededChoices& choices, uint32_t size) {
  Bits bits;
  const uint64_t longest = choices.one_in(3) ? 200 : 8;
  bool value = choices.one_in(2);
  while (bits.size() < size) {
    const uint64_t run = choices.between(1, longest);
    bits.insert(bits.end(), run, value);
    value = !value;
  }
  bits.resize(size);
  return bits;
}

TEST(Bitmap, IsAllClearWhenMade) {
  for (const uint32_t size : kSizes) {
    const Bitmap map(size);
    EXPECT_EQ(map.count(), 0U);
    EXPECT_EQ(map.next_set(0), size);
    EXPECT_EQ(map.next_clear(0), 0U);
    EXPECT_EQ(map.longest_run(), 0U);
  }
}

TEST(Bitmap, OfNoBitsAnswersEverySearch) {
  const Bitmap map(0);
  EXPECT_EQ(map.count(), 0U);
  EXPECT_EQ(map.next_set(0), 0U);
  EXPECT_EQ(map.next_clear(0), 0U);
  EXPECT_EQ(map.find_run(0, 1), 0U);
  EXPECT_EQ(map.longest_run(), 0U);
}

TEST(Bitmap, KeepsTheBitsPastItsSizeClear) {
  for (const uint32_t size : kSizes) {
    Bitmap map(size);
    map.set_all();
    EXPECT_EQ(map.count(), size);
    uint32_t in_words = 0;
    for (const uint64_t word : map.words()) {
      in_words += static_cast<uint32_t>(std::popcount(word));
    }
    EXPECT_EQ(in_words, size);
    EXPECT_EQ(map.next_clear(0), size);
    map.clear_all();
    EXPECT_EQ(map.count(), 0U);
  }
}

TEST(Bitmap, SetsAndClearsEveryRange) {
  for (const uint32_t size : {1U, 64U, 65U, 130U}) {
    for (uint32_t begin = 0; begin <= size; ++begin) {
      for (uint32_t end = begin; end <= size; ++end) {
        Bits expected(size, false);
        std::fill(expected.begin() + begin, expected.begin() + end, true);
        Bitmap map(size);
        map.set_range(begin, end);
        ASSERT_EQ(bits_of(map), expected) << begin << " to " << end;
        map.set_all();
        map.clear_range(begin, end);
        expected.flip();
        ASSERT_EQ(bits_of(map), expected) << begin << " to " << end;
      }
    }
  }
}

TEST(Bitmap, LeavesAnEmptyRangeAlone) {
  Bitmap map(128);
  map.set_range(64, 64);
  map.set_range(128, 128);
  EXPECT_EQ(map.count(), 0U);
  map.set_all();
  map.clear_range(0, 0);
  map.clear_range(128, 128);
  EXPECT_EQ(map.count(), 128U);
}

TEST(Bitmap, FindsTheNextBitAsALoopWould) {
  SeededChoices choices(1);
  for (int round = 0; round < 20; ++round) {
    for (const uint32_t size : kSizes) {
      const Bits bits = random_bits(choices, size);
      const Bitmap map = map_of(bits);
      for (uint32_t from = 0; from < size + 2; ++from) {
        ASSERT_EQ(map.next_set(from), next(bits, from, true));
        ASSERT_EQ(map.next_clear(from), next(bits, from, false));
      }
    }
  }
}

TEST(Bitmap, StopsLookingForAClearBitAtTheLimit) {
  SeededChoices choices(2);
  for (int round = 0; round < 2000; ++round) {
    const uint32_t size = kSizes[choices.below(std::size(kSizes))];
    const Bits bits = random_bits(choices, size);
    const Bitmap map = map_of(bits);
    const auto from = static_cast<uint32_t>(choices.below(size));
    const auto limit = static_cast<uint32_t>(choices.between(from, size));
    const uint32_t expected = next(bits, from, false);
    const uint32_t found = map.next_clear_until(from, limit);
    if (expected < limit) {
      ASSERT_EQ(found, expected);
    } else {
      ASSERT_GE(found, limit);
      ASSERT_LE(found, expected);
    }
  }
}

TEST(Bitmap, FindsWhereARunBegins) {
  SeededChoices choices(3);
  for (int round = 0; round < 20; ++round) {
    for (const uint32_t size : kSizes) {
      const Bits bits = random_bits(choices, size);
      const Bitmap map = map_of(bits);
      for (uint32_t end = 0; end <= size; ++end) {
        ASSERT_EQ(map.run_begin(end), run_begin(bits, end));
      }
    }
  }
}

TEST(Bitmap, FindsTheLowestRunThatIsLongEnough) {
  SeededChoices choices(4);
  for (int round = 0; round < 4000; ++round) {
    const uint32_t size = kSizes[choices.below(std::size(kSizes))];
    const Bits bits = random_bits(choices, size);
    const Bitmap map = map_of(bits);
    const auto from = static_cast<uint32_t>(choices.below(size + 1));
    const auto length = static_cast<uint32_t>(
        choices.between(1, choices.one_in(2) ? size + 2 : 5));
    ASSERT_EQ(map.find_run(from, length), find_run(bits, from, length))
        << "size " << size << " from " << from << " length " << length;
  }
}

TEST(Bitmap, FindsRunsAroundWordBoundaries) {
  for (const uint32_t length : {63U, 64U, 65U, 127U, 128U, 129U, 200U}) {
    for (uint32_t begin = 0; begin < 130; ++begin) {
      Bitmap map(400);
      map.set_range(begin, begin + length);
      ASSERT_EQ(map.find_run(0, length), begin);
      ASSERT_EQ(map.find_run(begin, length), begin);
      ASSERT_EQ(map.find_run(begin + 1, length), 400U);
      ASSERT_EQ(map.find_run(0, length + 1), 400U);
      ASSERT_EQ(map.longest_run(), length);
    }
  }
}

TEST(Bitmap, DoesNotCountARunBelowWhereTheSearchBegins) {
  Bitmap map(200);
  map.set_range(10, 20);
  map.set_range(100, 108);
  EXPECT_EQ(map.find_run(10, 8), 10U);
  EXPECT_EQ(map.find_run(13, 8), 100U);
  EXPECT_EQ(map.find_run(101, 8), 200U);
}

TEST(Bitmap, MeasuresTheLongestRunWithinBounds) {
  SeededChoices choices(5);
  for (int round = 0; round < 3000; ++round) {
    const uint32_t size = kSizes[choices.below(std::size(kSizes))];
    const Bits bits = random_bits(choices, size);
    const Bitmap map = map_of(bits);
    const auto begin = static_cast<uint32_t>(choices.below(size + 1));
    const auto end = static_cast<uint32_t>(choices.between(begin, size));
    ASSERT_EQ(map.longest_run(begin, end), longest_run(bits, begin, end));
    ASSERT_EQ(map.longest_run(), longest_run(bits, 0, size));
    ASSERT_EQ(map.count(), std::count(bits.begin(), bits.end(), true));
  }
}

}  // namespace
}  // namespace libheap
