#include "tests/support/small_snapshot.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "libheap/base/check.h"
#include "tests/oracle/choices.h"

namespace libheap::testing {

namespace {

// A word of a heap: mostly nothing, often a pointer to anywhere in it.
uint64_t random_word(SeededChoices& choices, uint32_t blocks,
                     const std::vector<BlockIndex>& heads) {
  switch (choices.below(10)) {
    case 0:  // small integer
      return 2 * choices.below(1000) + 1;
    case 1:  // just outside the pool, aligned
      return choices.one_in(2) ? SmallSnapshot::kPool - 16
                               : SmallSnapshot::address(blocks);
    case 2:  // into the pool, unaligned
      return SmallSnapshot::address(
                 static_cast<BlockIndex>(choices.below(blocks))) +
             choices.between(1, 15);
    case 3:
      return SmallSnapshot::address(
          static_cast<BlockIndex>(choices.below(blocks)));
    case 4:
    case 5:
      if (heads.empty()) return 0;
      return SmallSnapshot::address(heads[choices.below(heads.size())]);
    default:
      return 0;
  }
}

}  // namespace

SmallSnapshot::SmallSnapshot(uint32_t blocks, uint32_t mark_stack_entries) {
  SnapshotFacts& facts = snapshot_.facts;
  facts.release = {1, 23, 0, true};
  facts.clock_hz = 125'000'000;
  facts.pool_start = kPool;
  facts.blocks = blocks;
  facts.last_used_block = 0;
  facts.mark_stack_entries = mark_stack_entries;
  snapshot_.free = Bitmap(blocks);
  snapshot_.free.set_all();
  snapshot_.tail = Bitmap(blocks);
  snapshot_.words.assign(size_t{4} * blocks, 0);
}

BlockIndex SmallSnapshot::object(uint32_t blocks) {
  const BlockIndex head = next_;
  next_ += blocks;
  HEAP_CHECK(next_ <= snapshot_.facts.blocks, "the objects fit");
  snapshot_.free.clear_range(head, next_);
  snapshot_.tail.set_range(head + 1, next_);
  snapshot_.facts.last_used_block = next_ - 1;
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
  SeededChoices choices(seed);
  SmallSnapshot heap(blocks, mark_stack_entries);
  std::vector<BlockIndex> heads;
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
  for (uint64_t& word : heap.snapshot().words) {
    word = random_word(choices, blocks, heads);
  }
  for (const RootKind kind : {RootKind::kStatic, RootKind::kStack}) {
    for (uint64_t i = choices.between(1, 6); i != 0; --i) {
      heap.root_word(kind, random_word(choices, blocks, heads));
    }
  }
  return std::move(heap.snapshot());
}

}  // namespace libheap::testing
