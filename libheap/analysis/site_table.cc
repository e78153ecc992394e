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

std::string place_of(const SiteRecord& site, SiteIndex caller) {
  return std::to_string(caller) + '\0' + line_of(site) + site.runtime;
}

bool is_described(const SiteRecord& site) {
  return site.line != 0 || !site.file.empty() || !site.function.empty() ||
         !site.runtime.empty();
}

}  // namespace

SiteTable::SiteTable() : sites_(1), callers_(1), without_callers_(1) {}

void SiteTable::describe(const SiteRecord& record) {
  if (record.id == 0) return;
  const SiteIndex now = known_index_of(record.id);
  const SiteIndex caller =
      record.caller == record.id ? kUnknown : sound_caller(record.caller, now);
  has_callers_ = has_callers_ || caller != kUnknown;
  if (now != kUnknown && callers_[now] == caller &&
      same_place(sites_[now], record)) {
    return;
  }
  if (now != kUnknown && !is_described(sites_[now])) {
    if (!keep_text(record)) return;
    sites_[now] = record;
    callers_[now] = caller;
    index_place(now);
    return;
  }
  // A new number, or the device began anew with another program. The place may
  // be one that had another number before.
  const auto known = by_place_.find(place_of(record, caller));
  set_index_of(record.id,
               known != by_place_.end() ? known->second : add(record, caller));
}

SiteIndex SiteTable::sound_caller(uint32_t id, SiteIndex of) {
  const SiteIndex caller = index_of(id);
  SiteIndex at = caller;
  for (size_t callers = 0; callers <= kMostCallers; ++callers) {
    if (at == kUnknown) return caller;
    if (at == of) return kUnknown;
    at = callers_[at];
  }
  return kUnknown;
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

SiteIndex SiteTable::known_index_of(uint32_t id) const {
  if (id < kSmallIds) return id < by_id_.size() ? by_id_[id] : kUnknown;
  const auto found = by_large_id_.find(id);
  return found != by_large_id_.end() ? found->second : kUnknown;
}

void SiteTable::set_index_of(uint32_t id, SiteIndex index) {
  if (index == kUnknown && known_index_of(id) == kUnknown) return;
  if (id >= kSmallIds) {
    by_large_id_[id] = index;
    return;
  }
  if (by_id_.size() <= id) by_id_.resize(id + 1, kUnknown);
  by_id_[id] = index;
}

SiteIndex SiteTable::index_of_new(uint32_t id) {
  SiteIndex index = known_index_of(id);
  if (index != kUnknown) return index;
  SiteRecord undescribed;
  undescribed.id = id;
  index = add(undescribed, kUnknown);
  set_index_of(id, index);
  return index;
}

bool SiteTable::keep_text(const SiteRecord& record) {
  const size_t bytes =
      record.file.size() + record.function.size() + record.runtime.size();
  if (bytes > kMostText - text_bytes_) return false;
  text_bytes_ += bytes;
  return true;
}

SiteIndex SiteTable::add(const SiteRecord& record, SiteIndex caller) {
  if (sites_.size() > kMostSites || !keep_text(record)) return kUnknown;
  const auto index = static_cast<SiteIndex>(sites_.size());
  sites_.push_back(record);
  callers_.push_back(caller);
  without_callers_.push_back(index);
  if (is_described(record)) index_place(index);
  return index;
}

void SiteTable::index_place(SiteIndex index) {
  const SiteRecord& place = sites_[index];
  by_place_.emplace(place_of(place, callers_[index]), index);
  without_callers_[index] =
      by_place_alone_.emplace(place_of(place, kUnknown), index).first->second;
}

}  // namespace libheap
