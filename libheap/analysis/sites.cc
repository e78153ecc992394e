#include "libheap/analysis/sites.h"

#include <bit>
#include <limits>

namespace libheap {

namespace {

uint64_t growth(uint64_t from, uint64_t to) {
  return to > from ? to - from : 0;
}

SizeClass size_class_bounds(size_t index, size_t single, size_t classes) {
  SizeClass size;
  if (index < single) {
    size.first_blocks = size.last_blocks = index + 1;
    return size;
  }
  const size_t doubling = index - single;
  size.first_blocks = (single << doubling) + 1;
  size.last_blocks = index + 1 == classes ? std::numeric_limits<uint64_t>::max()
                                          : single << (doubling + 1);
  return size;
}

}  // namespace

namespace {

// Calls each(field, field of other) for all counts of a tally.
template <typename Each>
void for_each_count(SiteTally& tally, const SiteTally& other,
                    const Each& each) {
  static constexpr uint64_t SiteTally::*kCounts[] = {
      &SiteTally::objects,      &SiteTally::bytes,
      &SiteTally::blocks,       &SiteTally::resizes,
      &SiteTally::moved,        &SiteTally::moved_blocks,
      &SiteTally::grown_bytes,  &SiteTally::grown_blocks,
      &SiteTally::failed,       &SiteTally::freed,
      &SiteTally::freed_blocks, &SiteTally::swept,
      &SiteTally::swept_blocks, &SiteTally::reset,
      &SiteTally::unseen_ends,  &SiteTally::live,
      &SiteTally::live_blocks,  &SiteTally::live_bytes};
  for (const auto count : kCounts) each(tally.*count, other.*count);
  each(tally.in_blocks.at_least, other.in_blocks.at_least);
  each(tally.in_blocks.at_most, other.in_blocks.at_most);
  each(tally.in_us.at_least, other.in_us.at_least);
  each(tally.in_us.at_most, other.in_us.at_most);
}

struct Add {
  void operator()(uint64_t& to, uint64_t more) const { to += more; }
  void operator()(AgeSpread& to, const AgeSpread& more) const { to.add(more); }
};

struct Subtract {
  void operator()(uint64_t& from, uint64_t less) const { from -= less; }
  void operator()(AgeSpread& from, const AgeSpread& less) const {
    from.subtract(less);
  }
};

}  // namespace

void SiteTally::add(const SiteTally& other) {
  for_each_count(*this, other, Add());
}

void SiteTally::subtract(const SiteTally& other) {
  for_each_count(*this, other, Subtract());
}

// --- Whose it is ------------------------------------------------------------

size_t SiteAnalysis::size_class_above(uint64_t blocks) {
  const auto doubling =
      static_cast<size_t>(std::bit_width((blocks - 1) / kSingleSizes)) - 1;
  return std::min<size_t>(kSingleSizes + doubling, kSizeClasses - 1);
}

// --- Requests ---------------------------------------------------------------

void SiteAnalysis::on_start(const TraceHeader&, const Moment& now) {
  block_bytes_ = now.heap->config().block_bytes;
}

void SiteAnalysis::on_alloc(const Moment& now, const SeenAlloc& seen) {
  if (!seen.at.is_null()) {
    count_new(now, seen.at, seen.n_bytes, seen.blocks);
  } else if (seen.out_of_memory) {
    count_failure(now, seen.blocks);
  }
}

void SiteAnalysis::on_realloc(const Moment& now, const SeenRealloc& seen) {
  if (seen.at.is_null()) {
    const bool free = seen.n_bytes == 0 && !seen.old.is_null();
    if (free && !now.heap->is_head(seen.old)) {
      freed(now, seen.old, seen.old_blocks);
    } else if (seen.out_of_memory) {
      count_failure(now, seen.blocks);
    }
  } else if (seen.old.is_null()) {
    count_new(now, seen.at, seen.n_bytes, seen.blocks);
  } else {
    count_resize(now, seen);
  }
}

void SiteAnalysis::count_new(const Moment& now, BlockRef at, uint64_t n_bytes,
                             uint64_t blocks) {
  // An object the model took for live, where the device has put another.
  if (const LiveObject* displaced = objects_.find(at)) {
    count_for(*displaced, [](SiteTally& tally) { ++tally.unseen_ends; });
  }
  count_for(objects_.site_of(now), blocks, [&](SiteTally& tally) {
    ++tally.objects;
    tally.bytes += n_bytes;
    tally.blocks += blocks;
  });
}

void SiteAnalysis::count_failure(const Moment& now, uint64_t blocks) {
  count_for(objects_.site_of(now), blocks,
            [](SiteTally& tally) { ++tally.failed; });
}

void SiteAnalysis::count_resize(const Moment& now, const SeenRealloc& seen) {
  const LiveObject* object = objects_.find(seen.old);
  const uint64_t old_bytes =
      object != nullptr ? object->n_bytes : seen.old_blocks * block_bytes_;
  const bool moved = seen.at != seen.old;
  const uint64_t size =
      object != nullptr ? object->born_blocks : seen.old_blocks;
  count_for(objects_.site_of(now), size, [&](SiteTally& tally) {
    ++tally.resizes;
    tally.moved += moved ? 1 : 0;
    tally.moved_blocks += moved ? seen.blocks : 0;
    tally.bytes += growth(old_bytes, seen.n_bytes);
    tally.grown_bytes += growth(old_bytes, seen.n_bytes);
    tally.blocks += growth(seen.old_blocks, seen.blocks);
    tally.grown_blocks += growth(seen.old_blocks, seen.blocks);
  });
}

// --- Ends -------------------------------------------------------------------

void SiteAnalysis::on_free(const Moment& now, BlockRef block, uint32_t blocks) {
  if (blocks != 0) freed(now, block, blocks);
}

void SiteAnalysis::freed(const Moment& now, BlockRef block, uint64_t blocks) {
  const LiveObject* object = objects_.find(block);
  if (object == nullptr) {
    ++unseen_births_;
    unseen_birth_blocks_ += blocks;
    return;
  }
  const uint64_t age = objects_.clock() - object->born_clock;
  const bool timed =
      now.time_us != Event::kNoTime && object->born_us != Event::kNoTime;
  const uint64_t age_us = timed ? growth(object->born_us, now.time_us) : 0;
  const auto in = AgeSpread::bucket(age);
  const auto in_us = AgeSpread::bucket(age_us);
  count_for(*object, [&](SiteTally& tally) {
    ++tally.freed;
    tally.freed_blocks += blocks;
    tally.in_blocks.add(in, in);
    if (timed) tally.in_us.add(in_us, in_us);
  });
}

void SiteAnalysis::on_collect_begin(const Moment&, const SeenCollect& seen) {
  sweeps_all_ = seen.sweep_all;
  this_collect_ = {objects_.clock(), seen.begin_us};
}

void SiteAnalysis::on_sweep(const Moment& now,
                            std::span<const AreaSurvivors> survivors) {
  for_each_dying(*now.heap, survivors, [&](BlockRef block, uint32_t blocks) {
    const LiveObject* object = objects_.find(block);
    if (object == nullptr) {
      ++unseen_births_;
      unseen_birth_blocks_ += blocks;
    } else if (sweeps_all_) {
      count_for(*object, [](SiteTally& tally) { ++tally.reset; });
    } else {
      swept(*object, blocks);
    }
  });
}

// It was alive at the collect before, if it was there; it is dead at this one.
void SiteAnalysis::swept(const LiveObject& object, uint32_t blocks) {
  const uint64_t high = growth(object.born_clock, this_collect_.clock);
  const uint64_t low = growth(object.born_clock, last_collect_.clock);
  const auto in_low = AgeSpread::bucket(low);
  const auto in_high = AgeSpread::bucket(high);
  count_for(object, [&](SiteTally& tally) {
    ++tally.swept;
    tally.swept_blocks += blocks;
    tally.in_blocks.add(in_low, in_high);
  });
  if (object.born_us == Event::kNoTime || this_collect_.us == Event::kNoTime) {
    return;
  }
  const auto in_low_us =
      AgeSpread::bucket(last_collect_.us != Event::kNoTime
                            ? growth(object.born_us, last_collect_.us)
                            : 0);
  const auto in_high_us =
      AgeSpread::bucket(growth(object.born_us, this_collect_.us));
  count_for(object,
            [&](SiteTally& tally) { tally.in_us.add(in_low_us, in_high_us); });
}

void SiteAnalysis::on_collect_end(const Moment&, const SeenCollect& seen) {
  if (!seen.sweep_all) last_collect_ = this_collect_;
}

void SiteAnalysis::on_other(const Moment&, const Event& event) {
  if (event.kind == EventKind::kLoss) end_all(/*reset=*/false);
  if (event.kind == EventKind::kInit) end_all(/*reset=*/true);
}

void SiteAnalysis::end_all(bool reset) {
  objects_.for_each([&](BlockRef, const LiveObject& object) {
    count_for(object, [&](SiteTally& tally) {
      ++(reset ? tally.reset : tally.unseen_ends);
    });
  });
}

void SiteAnalysis::on_finish(const Moment& now) {
  finished_ = true;
  objects_.for_each([&](BlockRef block, const LiveObject& object) {
    const bool there = now.heap->is_head(block);
    const uint64_t blocks = there ? now.heap->chain_blocks(block) : 0;
    count_for(object, [&](SiteTally& tally) {
      ++(there ? tally.live : tally.unseen_ends);
      tally.live_blocks += blocks;
      tally.live_bytes += there ? object.n_bytes : 0;
    });
  });
}

SiteFindings SiteAnalysis::findings_so_far(const Moment& now,
                                           const ReplayResult& replay) const {
  if (finished_) return findings(replay);
  SiteAnalysis so_far(*this);
  so_far.on_finish(now);
  return so_far.findings(replay);
}

SiteFindings SiteAnalysis::findings(const ReplayResult& replay) const {
  SiteFindings found;
  found.block_bytes = block_bytes_;
  if (replay.first_us != Event::kNoTime) {
    found.duration_us = replay.last_us - replay.first_us;
  }
  found.has_sites = objects_.sites().size() > 1;
  for (size_t i = 0; i < kSizeClasses; ++i) {
    SizeClass size = size_class_bounds(i, kSingleSizes, kSizeClasses);
    size.tally = by_size_[i];
    found.total.add(size.tally);
    const SiteTally& tally = size.tally;
    if (tally.objects + tally.resizes + tally.failed != 0) {
      found.sizes.push_back(std::move(size));
    }
  }
  add_sites(found);
  found.unseen_births = unseen_births_;
  found.unseen_birth_blocks = unseen_birth_blocks_;
  return found;
}

// Those that allocated, and whoever called them.
void SiteAnalysis::add_sites(SiteFindings& found) const {
  const SiteTable& table = objects_.sites();
  found.sites.push_back(
      {table[SiteTable::kUnknown], of_unknown_site(found.total)});
  size_t count = by_site_.size();
  for (size_t i = 1; i < count; ++i) {
    const auto index = static_cast<SiteIndex>(i);
    const SiteIndex caller = table.caller_of(index);
    found.sites.push_back({table[index],
                           i < by_site_.size() ? by_site_[i] : SiteTally(),
                           caller});
    found.has_callers = found.has_callers || caller != SiteTable::kUnknown;
    count = std::max(count, caller + size_t{1});
  }
}

SiteTally SiteAnalysis::of_unknown_site(const SiteTally& total) const {
  SiteTally rest = total;
  for (const SiteTally& known : by_site_) rest.subtract(known);
  return rest;
}

}  // namespace libheap
