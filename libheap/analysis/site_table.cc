#include "libheap/analysis/site_table.h"

namespace libheap {

namespace {

constexpr uint32_t kSmallIds = 65'536;

bool same_place(const SiteRecord& a, const SiteRecord& b) {
  return a.line == b.line && a.file == b.file && a.function == b.function &&
         a.runtime == b.runtime;
}

// As one string, to look it up by.
std::string line_of(const SiteRecord& site) {
  const std::string end(1, '\0');
  return std::to_string(site.line) + end + site.file + end + site.function +
         end;
}

std::string place_of(const SiteRecord& site) {
  return line_of(site) + site.runtime;
}

bool is_described(const SiteRecord& site) {
  return site.line != 0 || !site.file.empty() || !site.function.empty() ||
         !site.runtime.empty();
}

}  // namespace

SiteTable::SiteTable() : sites_(1) {}

void SiteTable::describe(const SiteRecord& record) {
  if (record.id == 0) return;
  const SiteIndex now = index_of(record.id);
  if (now == kUnknown || same_place(sites_[now], record)) return;
  if (!is_described(sites_[now])) {
    if (!keep_text(record)) return;
    sites_[now] = record;
    by_place_.emplace(place_of(record), now);
    return;
  }
  // The device began anew, with another program. It may be one it ran before.
  const auto known = by_place_.find(place_of(record));
  const SiteIndex index =
      known != by_place_.end() ? known->second : add(record);
  if (record.id < kSmallIds) {
    by_id_[record.id] = index;
  } else {
    by_large_id_[record.id] = index;
  }
}

std::vector<SiteIndex> SiteTable::lines() const {
  std::unordered_map<std::string, SiteIndex> first;
  std::vector<SiteIndex> lines;
  for (size_t i = 0; i < sites_.size(); ++i) {
    const auto index = static_cast<SiteIndex>(i);
    lines.push_back(
        sites_[i].file.empty()
            ? index
            : first.emplace(line_of(sites_[i]), index).first->second);
  }
  return lines;
}

SiteIndex SiteTable::index_of_new(uint32_t id) {
  if (id >= kSmallIds) {
    const auto found = by_large_id_.find(id);
    if (found != by_large_id_.end()) return found->second;
  }
  SiteRecord undescribed;
  undescribed.id = id;
  const SiteIndex index = add(undescribed);
  if (index == kUnknown) return index;
  if (id < kSmallIds) {
    if (by_id_.size() <= id) by_id_.resize(id + 1, kUnknown);
    by_id_[id] = index;
  } else {
    by_large_id_.emplace(id, index);
  }
  return index;
}

bool SiteTable::keep_text(const SiteRecord& record) {
  const size_t bytes =
      record.file.size() + record.function.size() + record.runtime.size();
  if (bytes > kMostText - text_bytes_) return false;
  text_bytes_ += bytes;
  return true;
}

SiteIndex SiteTable::add(const SiteRecord& record) {
  if (sites_.size() > kMostSites || !keep_text(record)) return kUnknown;
  const auto index = static_cast<SiteIndex>(sites_.size());
  sites_.push_back(record);
  if (is_described(record)) by_place_.emplace(place_of(record), index);
  return index;
}

}  // namespace libheap
