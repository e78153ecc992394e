#include "libheap/analysis/snapshot_growth.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace libheap {

namespace {

// A line of the program, or a type.
using Key = std::tuple<std::string, uint32_t, std::string>;
using Groups = std::map<Key, GrownGroup>;

Key key_of(const GrowthSide& side, uint32_t object, bool by_site) {
  if (!by_site) return {"", 0, side.types.name_of(object)};
  const SiteRecord& site = side.sites[side.site_of[object]];
  return {site.file, site.line,
          site.file.empty() ? std::to_string(site.id) : site.function};
}

GrownGroup& group_of(const GrowthSide& side, uint32_t object, bool by_site,
                     Groups& groups) {
  GrownGroup& group = groups[key_of(side, object, by_site)];
  if (by_site) {
    group.site = side.sites[side.site_of[object]];
  } else {
    group.type = side.types.name_of(object);
  }
  return group;
}

class GrowthFinder {
 public:
  GrowthFinder(const GrowthSide& before, const GrowthSide& after,
               uint64_t since_event)
      : before_(before),
        after_(after),
        since_event_(since_event),
        by_site_(before.sites.size() > 1 && after.sites.size() > 1) {}

  std::vector<GrownGroup> run() {
    for (const uint32_t object : before_.sizes.order) {
      GrownGroup& group = group_of(before_, object, by_site_, groups_);
      ++group.objects_before;
      group.bytes_before += bytes_of(before_, object);
    }
    for (const uint32_t object : after_.sizes.order) add(object);
    std::vector<GrownGroup> grown;
    for (auto& [key, group] : groups_) {
      if (group.bytes_after <= group.bytes_before) continue;
      find_holder(key, group);
      grown.push_back(std::move(group));
    }
    std::stable_sort(grown.begin(), grown.end(),
                     [](const GrownGroup& a, const GrownGroup& b) {
                       return a.grown_bytes() > b.grown_bytes();
                     });
    return grown;
  }

 private:
  static uint64_t bytes_of(const GrowthSide& side, uint32_t object) {
    return uint64_t{side.graph.objects[object].blocks} *
           side.graph.facts.block_bytes;
  }
  [[nodiscard]] bool is_new(uint32_t object) const {
    return after_.born_event[object] > since_event_;
  }

  void add(uint32_t object) {
    GrownGroup& group = group_of(after_, object, by_site_, groups_);
    ++group.objects_after;
    group.bytes_after += bytes_of(after_, object);
    if (!is_new(object)) return;
    ++group.new_objects;
    uint32_t above = after_.sizes.dominator[object];
    while (above != RetainedSizes::kNoObject && is_new(above)) {
      above = after_.sizes.dominator[above];
    }
    ++holders_[key_of(after_, object, by_site_)][above];
  }

  void find_holder(const Key& key, GrownGroup& group) const {
    const auto found = holders_.find(key);
    if (found == holders_.end()) return;
    for (const auto& [holder, objects] : found->second) {
      if (objects <= group.held_objects) continue;
      group.holder = holder;
      group.held_objects = objects;
    }
  }

  const GrowthSide& before_;
  const GrowthSide& after_;
  uint64_t since_event_;
  bool by_site_;
  Groups groups_;
  std::map<Key, std::map<uint32_t, uint64_t>> holders_;
};

}  // namespace

std::vector<GrownGroup> find_growth(const GrowthSide& before,
                                    const GrowthSide& after,
                                    uint64_t since_event) {
  return GrowthFinder(before, after, since_event).run();
}

}  // namespace libheap
