#include "libheap/analysis/picture_by_life.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace libheap {

namespace {

// By bytes allocated meanwhile: under 1 KB, 10 KB, ... and more.
constexpr uint64_t kFirstBytes = 1024;
constexpr size_t kClasses = 5;
constexpr const char* kClassNames[kClasses] = {
    "under 1 KB", "1 to 10 KB", "10 to 100 KB", "100 KB to 1 MB", "over 1 MB"};
constexpr uint8_t kToTheEnd = kClasses;
constexpr uint8_t kNotKnown = kClasses + 1;

uint8_t class_of(uint64_t blocks, uint64_t block_bytes) {
  uint64_t bound = kFirstBytes;
  uint8_t found = 0;
  while (found + 1u < kClasses && blocks * block_bytes >= bound) {
    bound *= 10;
    ++found;
  }
  return found;
}

std::vector<PictureCategory> life_categories(const std::string& suffix) {
  std::vector<PictureCategory> categories;
  for (size_t k = 0; k < kClasses; ++k) {
    categories.push_back({.letter = static_cast<char>('1' + k),
                          .name = kClassNames[k] + suffix,
                          .ramp = static_cast<double>(k) / kClasses});
  }
  categories.push_back(
      {.letter = 'E', .name = "to the end of the trace", .ramp = 1});
  categories.push_back({.letter = 'u', .name = "not known"});
  return categories;
}

uint64_t key_of(BlockRef head) {
  return uint64_t{head.area} << 32 | head.block;
}

}  // namespace

HeapPicture picture_by_age(const HeapTable& table, const LiveObjects& objects) {
  return picture_of(
      table, life_categories(" allocated since"),
      [&](const AreaTable& area, BlockIndex head, BlockIndex) -> uint8_t {
        const LiveObject* object = objects.find({area.id, head});
        if (object == nullptr) return kNotKnown;
        return class_of(objects.clock() - object->born_clock,
                        table.block_bytes);
      });
}

HeapPicture picture_by_site(
    const HeapTable& table, const LiveObjects& objects,
    const std::function<std::string(const SiteRecord&)>& name) {
  constexpr size_t kShown = 24;
  const SiteTable& sites = objects.sites();
  std::map<SiteIndex, uint64_t> blocks;
  for (const AreaTable& area : table.areas) {
    for_each_object(area, [&](BlockIndex head, BlockIndex end) {
      const LiveObject* object = objects.find({area.id, head});
      if (object != nullptr && object->site != SiteTable::kUnknown) {
        blocks[sites.without_callers(object->site)] += end - head;
      }
    });
  }
  std::vector<std::pair<uint64_t, SiteIndex>> ranked;
  for (const auto& [site, held] : blocks) ranked.emplace_back(held, site);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& one, const auto& other) {
                     return one.first > other.first;
                   });
  ranked.resize(std::min(ranked.size(), kShown));
  std::vector<PictureCategory> categories;
  std::map<SiteIndex, uint8_t> index;
  for (const auto& [held, site] : ranked) {
    index[site] = static_cast<uint8_t>(categories.size());
    categories.push_back({.letter = static_cast<char>('A' + categories.size()),
                          .name = name(sites[site])});
  }
  const auto others = static_cast<uint8_t>(categories.size());
  categories.push_back({.letter = 'z', .name = "other sites"});
  categories.push_back({.letter = 'u', .name = "no site"});
  return picture_of(
      table, std::move(categories),
      [&](const AreaTable& area, BlockIndex head, BlockIndex) -> uint8_t {
        const LiveObject* object = objects.find({area.id, head});
        if (object == nullptr || object->site == SiteTable::kUnknown) {
          return others + 1;
        }
        const auto found = index.find(sites.without_callers(object->site));
        return found == index.end() ? others : found->second;
      });
}

void LifetimeWatch::begin(const HeapTable& table) {
  table_ = table;
  watching_ = true;
  for (const AreaTable& area : table_.areas) {
    for_each_object(area, [&](BlockIndex head, BlockIndex) {
      const BlockRef ref{area.id, head};
      const LiveObject* object = objects_.find(ref);
      if (object == nullptr) return;
      // One event gives birth to one object, so it names it.
      lifetimes_[object->born_event] = kAlive;
      born_[key_of(ref)] = object->born_event;
    });
  }
}

void LifetimeWatch::dies(BlockRef head) {
  const LiveObject* object = objects_.find(head);
  if (object == nullptr) return;
  const auto watched = lifetimes_.find(object->born_event);
  if (watched == lifetimes_.end()) return;
  watched->second = objects_.clock() - object->born_clock;
}

void LifetimeWatch::on_free(const Moment&, BlockRef block, uint32_t blocks) {
  if (watching_ && blocks != 0) dies(block);
}

void LifetimeWatch::on_realloc(const Moment& now, const SeenRealloc& seen) {
  if (watching_ && seen.n_bytes == 0 && !seen.old.is_null() &&
      !now.heap->is_head(seen.old)) {
    dies(seen.old);
  }
}

void LifetimeWatch::on_sweep(const Moment& now,
                             std::span<const AreaSurvivors> survivors) {
  if (!watching_) return;
  for_each_dying(*now.heap, survivors,
                 [this](BlockRef head, uint32_t) { dies(head); });
}

HeapPicture LifetimeWatch::picture() const {
  return picture_of(
      table_, life_categories(" allocated in its life"),
      [this](const AreaTable& area, BlockIndex head, BlockIndex) -> uint8_t {
        const auto born = born_.find(key_of({area.id, head}));
        if (born == born_.end()) return kNotKnown;
        const uint64_t lifetime = lifetimes_.at(born->second);
        return lifetime == kAlive ? kToTheEnd
                                  : class_of(lifetime, table_.block_bytes);
      });
}

}  // namespace libheap
