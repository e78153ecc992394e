#include "libheap/model/first_fit.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/oracle/choices.h"

namespace libheap {
namespace {

// A map of free blocks and its FirstFit, told of every change.
class Heap {
 public:
  explicit Heap(uint32_t blocks) : free_(blocks) { free_.set_all(); }

  uint32_t find(uint32_t n) { return first_fit_.find(free_, n); }
  uint32_t take(uint32_t n) {
    const uint32_t begin = find(n);
    if (begin == FirstFit::kNoRun) return begin;
    free_.clear_range(begin, begin + n);
    first_fit_.on_taken(begin, n);
    return begin;
  }
  void give_back(uint32_t begin, uint32_t end) {
    free_.set_range(begin, end);
    first_fit_.on_freed(free_, begin, end);
  }
  void reset() { first_fit_.reset(); }

  [[nodiscard]] bool bounds_hold() const { return first_fit_.holds(free_); }
  [[nodiscard]] Bitmap& free() { return free_; }

 private:
  Bitmap free_;
  FirstFit first_fit_;
};

TEST(FirstFit, TakesTheLowestBlocksOfAnEmptyHeap) {
  Heap heap(100);
  EXPECT_EQ(heap.take(1), 0U);
  EXPECT_EQ(heap.take(5), 1U);
  EXPECT_EQ(heap.take(94), 6U);
  EXPECT_EQ(heap.take(1), FirstFit::kNoRun);
}

TEST(FirstFit, SaysNoToMoreThanThereIs) {
  Heap heap(100);
  EXPECT_EQ(heap.find(101), FirstFit::kNoRun);
  EXPECT_EQ(heap.find(UINT32_MAX), FirstFit::kNoRun);
  EXPECT_EQ(heap.find(100), 0U);
}

TEST(FirstFit, ReusesAHoleThatIsLongEnough) {
  Heap heap(100);
  for (int i = 0; i < 10; ++i) heap.take(4);
  heap.give_back(8, 12);
  EXPECT_EQ(heap.find(5), 40U);
  EXPECT_EQ(heap.find(4), 8U);
}

TEST(FirstFit, SeesTheRunThatNeighboursMakeTogether) {
  Heap heap(100);
  for (int i = 0; i < 25; ++i) heap.take(4);
  heap.give_back(8, 12);
  EXPECT_EQ(heap.find(8), FirstFit::kNoRun);
  heap.give_back(16, 20);
  EXPECT_EQ(heap.find(8), FirstFit::kNoRun);
  heap.give_back(12, 16);
  EXPECT_EQ(heap.find(12), 8U);
}

TEST(FirstFit, SeesARunThatGrewDownwards) {
  Heap heap(40);
  for (int i = 0; i < 10; ++i) heap.take(4);
  heap.give_back(20, 24);
  EXPECT_EQ(heap.find(4), 20U);
  heap.give_back(16, 20);
  EXPECT_EQ(heap.find(4), 16U);
  EXPECT_EQ(heap.find(8), 16U);
}

TEST(FirstFit, FindsRunsLongerThanItsLargestClass) {
  Heap heap(2000);
  heap.take(100);
  EXPECT_EQ(heap.take(1000), 100U);
  EXPECT_EQ(heap.find(1000), FirstFit::kNoRun);
  EXPECT_EQ(heap.take(900), 1100U);
  heap.give_back(300, 1000);
  EXPECT_EQ(heap.find(700), 300U);
  EXPECT_EQ(heap.find(701), FirstFit::kNoRun);
}

TEST(FirstFit, KnowsNothingAfterAReset) {
  Heap heap(100);
  heap.take(100);
  EXPECT_EQ(heap.find(3), FirstFit::kNoRun);
  heap.free().set_range(10, 13);  // behind its back
  EXPECT_FALSE(heap.bounds_hold());
  heap.reset();
  EXPECT_TRUE(heap.bounds_hold());
  EXPECT_EQ(heap.find(3), 10U);
}

// Any mix of taking and giving back, against a search from the bottom.
TEST(FirstFit, AnswersAsASearchFromTheBottomWould) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SeededChoices choices(seed);
    const auto blocks = static_cast<uint32_t>(choices.between(1, 1500));
    const uint64_t largest = choices.one_in(2) ? 6 : 300;
    Heap heap(blocks);
    std::vector<std::pair<uint32_t, uint32_t>> taken;
    for (int i = 0; i < 3000; ++i) {
      if (choices.percent(55) || taken.empty()) {
        const auto n = static_cast<uint32_t>(choices.between(1, largest));
        const uint32_t expected = heap.free().find_run(0, n);
        const uint32_t begin = heap.take(n);
        ASSERT_EQ(begin, expected == blocks ? FirstFit::kNoRun : expected);
        if (begin != FirstFit::kNoRun) taken.emplace_back(begin, begin + n);
      } else {
        std::swap(taken[choices.below(taken.size())], taken.back());
        auto [begin, end] = taken.back();
        taken.pop_back();
        // Sometimes only the end goes, as when an object shrinks.
        if (end - begin > 1 && choices.one_in(4)) {
          taken.emplace_back(begin, begin + 1);
          ++begin;
        }
        heap.give_back(begin, end);
      }
      ASSERT_TRUE(heap.bounds_hold());
    }
  }
}

}  // namespace
}  // namespace libheap
