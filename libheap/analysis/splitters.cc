#include "libheap/analysis/splitters.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace libheap {

namespace {

// The objects of one area in order, with the bounds of the area around them.
struct Row {
  uint32_t area = 0;
  uint32_t blocks = 0;
  std::vector<std::pair<BlockIndex, BlockIndex>> objects;  // head, end

  [[nodiscard]] BlockIndex end_before(size_t i) const {
    return i == 0 ? 0 : objects[i - 1].second;
  }
  [[nodiscard]] BlockIndex head_after(size_t i) const {
    return i + 1 == objects.size() ? blocks : objects[i + 1].first;
  }
  // The run if objects [first, last] were gone.
  [[nodiscard]] uint64_t joined(size_t first, size_t last) const {
    return head_after(last) - end_before(first);
  }
  [[nodiscard]] PlacedObject object(size_t i) const {
    return {{area, objects[i].first}, objects[i].second - objects[i].first};
  }
};

// What a damaged dump does not show is in the row too: an object nobody can
// move, so no window may hold it.
struct RowOfArea {
  Row row;
  std::vector<bool> lost;
};

RowOfArea row_of(const AreaTable& area) {
  RowOfArea found;
  found.row.area = area.id;
  found.row.blocks = area.blocks();
  BlockIndex block = area.free.next_clear(0);
  while (block < area.blocks()) {
    const BlockIndex end = area.object_end(block);
    found.row.objects.emplace_back(block, end);
    found.lost.push_back(area.is_lost(block));
    block = area.free.next_clear(end);
  }
  return found;
}

bool ranks_before(const Splitter& one, const Splitter& other) {
  return std::make_tuple(other.joined(), one.object.blocks, one.object.head) <
         std::make_tuple(one.joined(), other.object.blocks, other.object.head);
}

uint64_t blocks_of(const ObjectsInTheWay& window) {
  uint64_t blocks = 0;
  for (const PlacedObject& object : window.objects) blocks += object.blocks;
  return blocks;
}

bool ranks_before(const ObjectsInTheWay& one, const ObjectsInTheWay& other) {
  return std::make_tuple(other.joined, blocks_of(one), one.objects[0].head) <
         std::make_tuple(one.joined, blocks_of(other), other.objects[0].head);
}

template <typename Item>
void keep_best(std::vector<Item>& items, size_t most) {
  const size_t kept = std::min(most, items.size());
  std::partial_sort(items.begin(), items.begin() + static_cast<long>(kept),
                    items.end(), [](const Item& one, const Item& other) {
                      return ranks_before(one, other);
                    });
  items.resize(kept);
}

void add_splitters(const RowOfArea& found, std::vector<Splitter>& splitters) {
  const Row& row = found.row;
  for (size_t i = 0; i < row.objects.size(); ++i) {
    Splitter splitter;
    splitter.free_before = row.objects[i].first - row.end_before(i);
    splitter.free_after = row.head_after(i) - row.objects[i].second;
    if (splitter.free_before == 0 || splitter.free_after == 0 ||
        found.lost[i]) {
      continue;
    }
    splitter.object = row.object(i);
    splitters.push_back(splitter);
  }
}

// Of a run of 0 blocks nobody is in the way.
void add_pairs(const RowOfArea& found, uint64_t wanted,
               std::vector<ObjectsInTheWay>& pairs) {
  const Row& row = found.row;
  for (size_t i = 0; i + 1 < row.objects.size(); ++i) {
    const uint64_t joined = row.joined(i, i + 1);
    if (joined < wanted || row.joined(i, i) >= wanted ||
        row.joined(i + 1, i + 1) >= wanted || found.lost[i] ||
        found.lost[i + 1]) {
      continue;
    }
    pairs.push_back({{row.object(i), row.object(i + 1)}, joined});
  }
}

// The cheapest window of `count` objects that makes the run, if any does.
void find_window(const RowOfArea& found, size_t count, uint64_t wanted,
                 std::optional<ObjectsInTheWay>& best) {
  const Row& row = found.row;
  for (size_t i = 0; i + count <= row.objects.size(); ++i) {
    const size_t last = i + count - 1;
    if (row.joined(i, last) < wanted) continue;
    if (std::find(found.lost.begin() + static_cast<long>(i),
                  found.lost.begin() + static_cast<long>(last + 1),
                  true) != found.lost.begin() + static_cast<long>(last + 1)) {
      continue;
    }
    ObjectsInTheWay window;
    window.joined = row.joined(i, last);
    for (size_t k = i; k <= last; ++k) window.objects.push_back(row.object(k));
    if (!best || blocks_of(window) < blocks_of(*best)) best = std::move(window);
  }
}

}  // namespace

SplitterFindings splitters_of(const HeapTable& table, uint64_t wanted,
                              size_t most) {
  SplitterFindings found;
  for (const AreaTable& area : table.areas) {
    const RowOfArea row = row_of(area);
    add_splitters(row, found.ranked);
    if (wanted != 0) add_pairs(row, wanted, found.pairs);
  }
  found.count = found.ranked.size();
  keep_best(found.ranked, most);
  keep_best(found.pairs, most);
  return found;
}

std::optional<ObjectsInTheWay> fewest_in_the_way(const HeapTable& table,
                                                 uint64_t wanted) {
  std::vector<RowOfArea> rows;
  for (const AreaTable& area : table.areas) rows.push_back(row_of(area));
  std::optional<ObjectsInTheWay> best;
  for (size_t count = 1; count <= kMostInTheWay && !best; ++count) {
    for (const RowOfArea& row : rows) find_window(row, count, wanted, best);
  }
  return best;
}

}  // namespace libheap
