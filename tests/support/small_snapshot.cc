#include "tests/support/small_snapshot.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "libheap/base/check.h"
#include "tests/oracle/choices.h"

namespace libheap::testing {

namespace {

// More than an area in a test takes.
constexpr uint64_t kAreaBytes = 0x10000;

// Where the pool of an area is: 0, -1, 1, -2, ... from the first.
uint64_t pool_start(uint32_t area) {
  const uint64_t away = (uint64_t{area} + 1) / 2 * kAreaBytes;
  return area % 2 == 0 ? SmallSnapshot::kPool + away
                       : SmallSnapshot::kPool - away;
}

// A word of a heap: mostly nothing, often a pointer to anywhere in it.
uint64_t random_word(SeededChoices& choices, const SnapshotFacts& facts,
                     const std::vector<BlockIndex>& heads) {
  const auto any_block = [&] {
    return facts.address_of(
        static_cast<BlockIndex>(choices.below(facts.blocks())));
  };
  switch (choices.below(10)) {
    case 0:  // small integer
      return 2 * choices.below(1000) + 1;
    case 1: {  // just outside a pool, aligned
      const SnapshotPool& pool = facts.pools[choices.below(facts.pools.size())];
      return choices.one_in(2) ? pool.start - facts.block_bytes
                               : facts.pool_end(pool);
    }
    case 2:  // into a pool, unaligned
      return any_block() + choices.between(1, 15);
    case 3:
      return any_block();
    case 4:
    case 5:
      if (heads.empty()) return 0;
      return facts.address_of(heads[choices.below(heads.size())]);
    default:
      return 0;
  }
}

// Fills an area with objects and gaps; notes the heads.
void fill(SeededChoices& choices, uint32_t blocks, SmallSnapshot& heap,
          std::vector<BlockIndex>& heads) {
  for (uint32_t left = blocks; left != 0;) {
    const auto size = static_cast<uint32_t>(choices.between(
        1, std::min<uint64_t>(left, choices.one_in(8) ? 40 : 4)));
    if (choices.one_in(5)) {
      heap.gap(size);
    } else {
      heads.push_back(heap.object(size));
    }
    left -= size;
  }
}

}  // namespace

SmallSnapshot::SmallSnapshot(const std::vector<uint32_t>& areas,
                             uint32_t mark_stack_entries) {
  SnapshotFacts& facts = snapshot_.facts;
  facts.release = {1, 23, 0, true};
  facts.clock_hz = 125'000'000;
  facts.mark_stack_entries = mark_stack_entries;
  facts.split = areas.size() > 1;
  for (uint32_t area = 0; area < areas.size(); ++area) {
    facts.add_pool(area, pool_start(area), areas[area], 0);
  }
  const uint32_t blocks = facts.blocks();
  snapshot_.free = Bitmap(blocks);
  snapshot_.free.set_all();
  snapshot_.tail = Bitmap(blocks);
  snapshot_.words.assign(size_t{4} * blocks, 0);
}

BlockIndex SmallSnapshot::object(uint32_t blocks) {
  const BlockIndex head = next_;
  next_ += blocks;
  HEAP_CHECK(next_ <= snapshot_.facts.blocks(), "the objects fit");
  snapshot_.free.clear_range(head, next_);
  snapshot_.tail.set_range(head + 1, next_);
  for (SnapshotPool& pool : snapshot_.facts.pools) {
    if (head < pool.first_block || head >= pool.end_block()) continue;
    HEAP_CHECK(next_ <= pool.end_block(), "an object is in one area");
    pool.last_used_block = next_ - 1 - pool.first_block;
  }
  return head;
}

void SmallSnapshot::put_bytes(BlockIndex object, std::string bytes) {
  uint32_t word = 0;
  bytes.resize((bytes.size() + sizeof(word) - 1) / sizeof(word) * sizeof(word));
  for (uint32_t i = 0; i * sizeof(word) < bytes.size(); ++i) {
    std::memcpy(&word, &bytes[i * sizeof(word)], sizeof(word));
    put(object, i, word);
  }
}

void SmallSnapshot::put(BlockIndex from, uint32_t word, uint64_t value) {
  snapshot_.words[size_t{4} * from + word] = value;
}

void SmallSnapshot::root_word(RootKind kind, uint64_t word) {
  if (snapshot_.roots.empty() || snapshot_.roots.back().kind != kind) {
    snapshot_.roots.push_back({.kind = kind, .words = {}});
  }
  snapshot_.roots.back().words.push_back(word);
}

HeapSnapshot random_snapshot(uint64_t seed, uint32_t blocks,
                             uint32_t mark_stack_entries) {
  return random_snapshot(seed, std::vector<uint32_t>{blocks},
                         mark_stack_entries);
}

HeapSnapshot random_snapshot(uint64_t seed, const std::vector<uint32_t>& areas,
                             uint32_t mark_stack_entries) {
  SeededChoices choices(seed);
  SmallSnapshot heap(areas, mark_stack_entries);
  std::vector<BlockIndex> heads;
  for (const uint32_t blocks : areas) fill(choices, blocks, heap, heads);
  const SnapshotFacts& facts = heap.snapshot().facts;
  for (uint64_t& word : heap.snapshot().words) {
    word = random_word(choices, facts, heads);
  }
  for (const RootKind kind : {RootKind::kStatic, RootKind::kStack}) {
    for (uint64_t i = choices.between(1, 6); i != 0; --i) {
      heap.root_word(kind, random_word(choices, facts, heads));
    }
  }
  return std::move(heap.snapshot());
}

}  // namespace libheap::testing
