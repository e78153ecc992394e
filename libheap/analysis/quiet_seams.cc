#include "libheap/analysis/quiet_seams.h"

#include <algorithm>

namespace libheap {

namespace {

using Kind = SeamPlace::Kind;

constexpr uint32_t kKindShift = 24;

uint32_t code_of(Kind kind, size_t number) {
  return static_cast<uint32_t>(kind) << kKindShift |
         static_cast<uint32_t>(number);
}

bool quieter(const QuietSeam& a, const QuietSeam& b) {
  if (a.gap_p01_us != b.gap_p01_us) return a.gap_p01_us > b.gap_p01_us;
  return a.total_us > b.total_us;
}

}  // namespace

void QuietSeamAnalysis::on_alloc(const Moment& now, const SeenAlloc&) {
  request(now);
}

void QuietSeamAnalysis::on_realloc(const Moment& now, const SeenRealloc&) {
  request(now);
}

// Nobody knows which line freed, so the place stays.
void QuietSeamAnalysis::on_free(const Moment& now, BlockRef, uint32_t) {
  if (in_collect_ || last_us_ == Event::kNoTime) return;
  if (now.time_us == Event::kNoTime || now.time_us < last_us_) return;
  all_.add(now.time_us - last_us_);
  last_us_ = now.time_us;
}

void QuietSeamAnalysis::request(const Moment& now) {
  see(code_of(Kind::kRequest, line_of(now.site)), now.time_us);
}

void QuietSeamAnalysis::on_collect_begin(const Moment& now,
                                         const SeenCollect& seen) {
  in_collect_ = true;
  if (seen.cause == CollectCause::kExplicit) {
    see(code_of(Kind::kCollect, 0), seen.begin_us);
  } else {
    see(code_of(Kind::kRequest, line_of(now.site)), seen.begin_us);
  }
}

// The request that waited for the collect is served at once: no gap.
void QuietSeamAnalysis::on_collect_end(const Moment& now,
                                       const SeenCollect& seen) {
  in_collect_ = false;
  last_us_ =
      seen.cause == CollectCause::kExplicit ? now.time_us : Event::kNoTime;
}

void QuietSeamAnalysis::on_other(const Moment& now, const Event& event) {
  if (event.kind == EventKind::kSite && event.site_record != nullptr) {
    sites_.describe(*event.site_record);
  } else if (event.kind == EventKind::kTick) {
    see(code_of(Kind::kTick, 0), now.time_us);
  } else if (event.kind == EventKind::kLabel) {
    auto known = std::find(labels_.begin(), labels_.end(), event.text);
    if (known == labels_.end() && labels_.size() < kMostSeams) {
      known = labels_.insert(known, std::string(event.text));
    }
    see(code_of(Kind::kLabel, static_cast<size_t>(known - labels_.begin())),
        now.time_us);
  } else if (event.kind == EventKind::kLoss || event.kind == EventKind::kInit) {
    last_us_ = Event::kNoTime;
  }
}

void QuietSeamAnalysis::see(PlaceCode place, uint64_t time_us) {
  if (last_us_ != Event::kNoTime && time_us != Event::kNoTime &&
      time_us >= last_us_) {
    const uint64_t gap = time_us - last_us_;
    all_.add(gap);
    if (Seam* at = seam(uint64_t{last_} << 32 | place)) {
      at->gaps.add(gap);
      at->total_us += gap;
    }
  }
  last_ = place;
  last_us_ = time_us;
}

QuietSeamAnalysis::Seam* QuietSeamAnalysis::seam(uint64_t key) {
  uint32_t& recent = recent_[(key * 0x9e3779b97f4a7c15) >> 56];
  if (recent < seams_.size() && seams_[recent].key == key) {
    return &seams_[recent];
  }
  const auto known = by_key_.find(key);
  if (known != by_key_.end()) {
    recent = static_cast<uint32_t>(known->second);
    return &seams_[recent];
  }
  if (seams_.size() == kMostSeams) return nullptr;
  by_key_.emplace(key, seams_.size());
  recent = static_cast<uint32_t>(seams_.size());
  seams_.emplace_back().key = key;
  return &seams_.back();
}

SeamPlace QuietSeamAnalysis::place_of(PlaceCode code) const {
  SeamPlace place;
  const uint32_t number = code & ((1u << kKindShift) - 1);
  place.kind = static_cast<Kind>(code >> kKindShift);
  if (place.kind == Kind::kRequest) {
    place.site = sites_[static_cast<SiteIndex>(number)];
  }
  if (place.kind == Kind::kLabel && number < labels_.size()) {
    place.label = labels_[number];
  }
  return place;
}

QuietSeamFindings QuietSeamAnalysis::findings() const {
  QuietSeamFindings found;
  found.gaps = all_.count();
  found.timed = found.gaps != 0;
  found.gap_p99_us = all_.quantile_at_least(0.99);
  for (const Seam& seam : seams_) {
    QuietSeam quiet;
    quiet.count = seam.gaps.count();
    if (quiet.count < kLeastGaps) continue;
    quiet.before = place_of(static_cast<PlaceCode>(seam.key >> 32));
    quiet.after = place_of(static_cast<PlaceCode>(seam.key));
    quiet.gap_p01_us = seam.gaps.quantile_at_least(0.01);
    quiet.gap_p50_us = seam.gaps.quantile_at_least(0.50);
    quiet.gap_p99_us = seam.gaps.quantile_at_least(0.99);
    quiet.total_us = seam.total_us;
    found.seams.push_back(std::move(quiet));
  }
  std::stable_sort(found.seams.begin(), found.seams.end(), quieter);
  if (found.seams.size() > kListed) found.seams.resize(kListed);
  return found;
}

}  // namespace libheap
