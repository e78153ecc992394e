#include "libheap/analysis/heap_picture.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

namespace libheap {

namespace {

struct KindName {
  char letter;
  const char* name;
};

constexpr KindName kKinds[] = {
    {'T', "tuple"},
    {'L', "list"},
    {'D', "dict"},
    {'S', "str, bytes"},
    {'A', "bytearray, array"},
    {'F', "float"},
    {'B', "function"},
    {'M', "module"},
    {'h', "other"},
    {'m', "marked"},
    {'Q', "qstr pool"},
    {'q', "qstr"},
};

std::string name_of_kind(char letter) {
  for (const KindName& kind : kKinds) {
    if (kind.letter == letter) return kind.name;
  }
  return std::string("kind ") + letter;
}

// 1, 2, 3 to 4, 5 to 8, ... blocks; the last is open.
constexpr size_t kSizeClasses = 9;

size_t size_class(uint64_t blocks) {
  return std::min<size_t>(std::bit_width(blocks - 1), kSizeClasses - 1);
}

std::string name_of_size(size_t size_class) {
  if (size_class == 0) return "1 block";
  if (size_class == 1) return "2 blocks";
  const uint64_t from = (uint64_t{1} << (size_class - 1)) + 1;
  if (size_class + 1 == kSizeClasses) {
    return std::to_string(from) + " blocks and more";
  }
  return std::to_string(from) + " to " +
         std::to_string(uint64_t{1} << size_class) + " blocks";
}

}  // namespace

HeapPicture picture_of(const HeapTable& table,
                       std::vector<PictureCategory> categories,
                       const Classify& classify) {
  HeapPicture picture;
  picture.block_bytes = table.block_bytes;
  picture.categories = std::move(categories);
  picture.census = census_of(table);
  for (const AreaTable& area : table.areas) {
    PictureArea drawn;
    drawn.id = area.id;
    drawn.pool = area.pool;
    drawn.cells.assign(area.blocks(), HeapPicture::kFree);
    for (BlockIndex b = 0; b < area.lost.size(); ++b) {
      if (area.lost.test(b)) drawn.cells[b] = HeapPicture::kLost;
    }
    for_each_object(area, [&](BlockIndex head, BlockIndex end) {
      const uint8_t category = classify(area, head, end);
      ++picture.categories[category].objects;
      picture.categories[category].blocks += end - head;
      drawn.cells[head] = category;
      std::fill(drawn.cells.begin() + head + 1, drawn.cells.begin() + end,
                category | HeapPicture::kTail);
    });
    picture.areas.push_back(std::move(drawn));
  }
  return picture;
}

HeapPicture picture_of(const GcHeap& heap) {
  return picture_of(
      table_of(heap), {{.letter = 'h', .name = "used"}},
      [](const AreaTable&, BlockIndex, BlockIndex) -> uint8_t { return 0; });
}

HeapPicture picture_by_kind(const MemInfoDump& dump, const HeapTable& table) {
  std::map<char, uint8_t> index;
  std::vector<PictureCategory> categories;
  const auto add = [&](char letter) {
    if (categories.size() == HeapPicture::kMostCategories) return;
    index[letter] = static_cast<uint8_t>(categories.size());
    categories.push_back({.letter = letter, .name = name_of_kind(letter)});
  };
  for (const KindName& kind : kKinds) add(kind.letter);
  for (const MemInfoArea& area : dump.areas) {
    for (const char letter : area.letters) {
      if (letter != kFreeLetter && letter != kTailLetter &&
          letter != kLostBlock && !index.contains(letter)) {
        add(letter);
      }
    }
  }
  return picture_of(table, std::move(categories),
                    [&](const AreaTable& area, BlockIndex head, BlockIndex) {
                      const auto found =
                          index.find(dump.areas[area.id].letters[head]);
                      return found == index.end() ? index['h'] : found->second;
                    });
}

HeapPicture picture_by_size(const HeapTable& table) {
  std::vector<PictureCategory> categories;
  for (size_t k = 0; k < kSizeClasses; ++k) {
    categories.push_back({.letter = static_cast<char>('1' + k),
                          .name = name_of_size(k),
                          .ramp = static_cast<double>(k) / (kSizeClasses - 1)});
  }
  return picture_of(table, std::move(categories),
                    [](const AreaTable&, BlockIndex head, BlockIndex end) {
                      return static_cast<uint8_t>(size_class(end - head));
                    });
}

}  // namespace libheap
