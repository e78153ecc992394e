#include "libheap/analysis/hot_path.h"

#include <algorithm>

namespace libheap {

void HotPathAnalysis::on_alloc(const Moment& now, const SeenAlloc& seen) {
  if (!seen.at.is_null()) add(now, seen.n_bytes, seen.blocks, false);
}

void HotPathAnalysis::on_realloc(const Moment& now, const SeenRealloc& seen) {
  if (seen.at.is_null() || seen.at == seen.old) return;
  add(now, seen.n_bytes, seen.blocks, !seen.old.is_null());
}

void HotPathAnalysis::on_other(const Moment&, const Event& event) {
  if (event.kind == EventKind::kSite && event.site_record != nullptr) {
    sites_.describe(*event.site_record);
  }
  if (event.kind != EventKind::kTick || ticked_) return;
  ticked_ = true;
  by_site_.clear();
  by_size_.assign(kSizes + 1, Tally());
  blocks_ = 0;
}

void HotPathAnalysis::count(Tally& tally, uint64_t n_bytes, uint64_t blocks,
                            bool moved) {
  ++tally.objects;
  tally.blocks += blocks;
  tally.moved += moved ? 1 : 0;
  tally.least_bytes = std::min(tally.least_bytes, n_bytes);
  tally.most_bytes = std::max(tally.most_bytes, n_bytes);
}

void HotPathAnalysis::add(const Moment& now, uint64_t n_bytes, uint64_t blocks,
                          bool moved) {
  const SiteIndex site = sites_.without_callers(sites_.index_of(now.site));
  if (site >= by_site_.size()) by_site_.resize(site + size_t{1});
  count(by_site_[site], n_bytes, blocks, moved);
  count(by_size_[std::min<uint64_t>(blocks, kSizes)], n_bytes, blocks, moved);
  blocks_ += blocks;
}

HotPath HotPathAnalysis::path() const {
  HotPath path;
  path.has_sites = sites_.size() > 1;
  path.from_first_tick = ticked_;
  path.blocks = blocks_;
  const std::vector<Tally>& tallies = path.has_sites ? by_site_ : by_size_;
  for (size_t i = 0; i < tallies.size(); ++i) {
    const Tally& tally = tallies[i];
    if (tally.objects == 0) continue;
    HotLine line;
    if (path.has_sites) line.place = sites_[static_cast<SiteIndex>(i)];
    line.n_bytes = tally.least_bytes == tally.most_bytes ? tally.most_bytes : 0;
    line.objects = tally.objects;
    line.blocks = tally.blocks;
    line.moved = tally.moved;
    line.share =
        static_cast<double>(tally.blocks) / static_cast<double>(blocks_);
    line.kind = object_kind(line.place.runtime, line.n_bytes);
    path.lines.push_back(std::move(line));
  }
  std::stable_sort(
      path.lines.begin(), path.lines.end(),
      [](const HotLine& a, const HotLine& b) { return a.blocks > b.blocks; });
  if (path.lines.size() > kListed) path.lines.resize(kListed);
  return path;
}

}  // namespace libheap
