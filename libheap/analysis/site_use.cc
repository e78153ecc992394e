#include "libheap/analysis/site_use.h"

#include <algorithm>

namespace libheap {

namespace {

uint64_t growth(uint64_t from, uint64_t to) {
  return to > from ? to - from : 0;
}

// Where a model was out of step with its device, blocks may not add up.
void take(SiteHolding& holding, uint64_t bytes, uint64_t blocks) {
  holding.bytes -= bytes;
  holding.blocks -= std::min(holding.blocks, blocks);
}

void add(SiteHolding& holding, uint64_t bytes, uint64_t blocks) {
  holding.bytes += bytes;
  holding.blocks += blocks;
}

}  // namespace

SiteUseRow& SiteUse::row_about_to_change(SiteIndex site) {
  if (site >= rows_.size()) rows_.resize(site + size_t{1});
  SiteUseRow& row = rows_[site];
  if (row.changed <= peak_at_) row.at_peak = row.now;
  row.changed = ++changes_;
  return row;
}

void SiteUse::note_peak(const Moment& now, SiteUseRow& row) {
  if (row.now.bytes > row.most_bytes) {
    row.most_bytes = row.now.bytes;
    row.objects_at_most = row.now.objects;
  }
  if (total_.bytes > peak_.bytes) {
    peak_ = total_;
    peak_time_ = clock_.at(now);
    peak_at_ = changes_;
  }
}

void SiteUse::on_birth(const Moment& now, SiteIndex site, uint64_t n_bytes,
                       uint64_t blocks) {
  // As LiveObjects keeps it, so that what comes goes.
  n_bytes = std::min<uint64_t>(n_bytes, UINT32_MAX);
  SiteUseRow& row = row_about_to_change(site);
  ++row.objects;
  row.bytes += n_bytes;
  for (SiteHolding* holding : {&row.now, &total_}) {
    ++holding->objects;
    add(*holding, n_bytes, blocks);
  }
  note_peak(now, row);
}

void SiteUse::on_resize(const Moment& now, const LiveObject& object,
                        uint64_t old_blocks, const SeenRealloc& seen) {
  const uint64_t n_bytes = std::min<uint64_t>(seen.n_bytes, UINT32_MAX);
  SiteUseRow& row = row_about_to_change(object.site);
  row.bytes += growth(object.n_bytes, n_bytes);
  for (SiteHolding* holding : {&row.now, &total_}) {
    take(*holding, object.n_bytes, old_blocks);
    add(*holding, n_bytes, seen.blocks);
  }
  note_peak(now, row);
}

void SiteUse::on_end(const Moment& now, const LiveObject& object, BlockRef,
                     uint64_t blocks, ObjectEnd end) {
  const uint64_t born =
      object.born_us != Event::kNoTime ? object.born_us : object.born_event;
  SiteUseRow& row = row_about_to_change(object.site);
  row.lifetimes += growth(born, clock_.at(now));
  if (end == ObjectEnd::kLive) return;
  for (SiteHolding* holding : {&row.now, &total_}) {
    --holding->objects;
    take(*holding, object.n_bytes, blocks);
  }
}

UsePeak SiteUse::peak() const {
  UsePeak peak{peak_time_, peak_, {}};
  peak.by_site.reserve(rows_.size());
  for (const SiteUseRow& row : rows_) {
    peak.by_site.push_back(row.changed <= peak_at_ ? row.now : row.at_peak);
  }
  return peak;
}

void SiteUse::restart(uint64_t time) {
  peak_ = total_;
  peak_time_ = time;
  peak_at_ = changes_;
}

}  // namespace libheap
