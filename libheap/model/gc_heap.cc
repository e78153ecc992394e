#include "libheap/model/gc_heap.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "libheap/base/check.h"
#include "libheap/base/crc32.h"
#include "libheap/base/error.h"
#include "libheap/model/heap_limits.h"

namespace libheap {

namespace {

// A port has a handful of areas; a trace with thousands is not one of ours.
constexpr size_t kMaxAreas = 4096;

}  // namespace

GcHeap::GcHeap(const HeapConfig& config, uint64_t start, uint64_t end)
    : config_(config),
      word_mask_(config.word_bytes == 8 ? ~uint64_t{0} : uint64_t{UINT32_MAX}) {
  validate(config);
  block_shift_ = static_cast<uint32_t>(std::countr_zero(config.block_bytes));
  init(start, end);
}

void GcHeap::init(uint64_t start, uint64_t end) {
  const AreaLayout layout = layout_area(config_, start, end, /*added=*/false);
  areas_.clear();
  areas_.push_back(std::make_unique<Area>(config_, 0, layout));
  next_area_id_ = 1;
  last_free_area_ = 0;
  amount_ = 0;
  threshold_ = kThresholdOff;
  lock_depth_ = 0;
  collecting_ = false;
  auto_collect_ = true;
  settings_changed();
}

// --- Requests -------------------------------------------------------------

// Mirrors gc_alloc. Whatever a collect or a new area changed is seen when the
// search is tried again; the threshold is tested once, before the first.
Progress GcHeap::advance(AllocRequest& request) {
  if (!request.started) {
    request.started = true;
    if (request.blocks == 0 || locked()) return Progress::kDone;
    if (!request.collected && amount_ >= threshold_) {
      request.collected = true;
      request.cause = CollectCause::kThreshold;
      return request.progress = Progress::kCollect;
    }
  }
  if (place_anywhere(request)) return request.progress = Progress::kDone;
  if (!request.collected) {
    request.collected = true;
    request.cause = CollectCause::kExhausted;
    return request.progress = Progress::kCollect;
  }
  if (request.may_grow) {
    request.may_grow = false;  // a request adds one area at most
    return request.progress = Progress::kGrow;
  }
  return request.progress = Progress::kDone;
}

bool GcHeap::place_anywhere(AllocRequest& request) {
  if (request.blocks > UINT32_MAX) return false;
  const auto n = static_cast<uint32_t>(request.blocks);
  for (size_t i = last_free_area_; i < areas_.size(); ++i) {
    request.result = take_in(i, n, request.finaliser);
    if (!request.result.is_null()) return true;
    if (n == 1 && config_.split != SplitMode::kNone) {
      // The firmware means "this area is full" but stores a quarter of that;
      // harmless, and visible in checkpoints.
      areas_[i]->last_free_byte =
          static_cast<uint32_t>((areas_[i]->layout().table_bytes + 1) / 4);
    }
  }
  return false;
}

ReallocRequest GcHeap::realloc_request(BlockRef old, uint64_t n_bytes,
                                       bool may_move) {
  ReallocRequest request;
  request.old = old;
  request.n_bytes = n_bytes;
  if (old.is_null()) {
    request.moving = true;
    request.alloc = alloc_request(n_bytes, /*finaliser=*/false);
    return request;
  }
  if (n_bytes == 0) {
    if (is_head(old)) request.old_blocks = chain_blocks(old);
    free(old);
    return request;
  }
  if (resize_in_place(old, n_bytes, request.old_blocks)) {
    request.result = old;
    return request;
  }
  if (locked()) return request;
  if (!may_move) return request;
  request.moving = true;
  request.alloc =
      alloc_request(n_bytes, find_area(old.area)->has_finaliser(old.block));
  return request;
}

Progress GcHeap::advance(ReallocRequest& request) {
  if (!request.moving) return Progress::kDone;
  const Progress progress = advance(request.alloc);
  if (progress != Progress::kDone) return progress;
  request.moving = false;
  request.result = request.alloc.result;
  // Old and new exist side by side until here, as on the device.
  if (!request.result.is_null() && is_head(request.old)) free(request.old);
  return Progress::kDone;
}

// --- Collects -------------------------------------------------------------

void GcHeap::begin_collect() {
  begin_sweep_all();
  amount_ = 0;
}

void GcHeap::begin_sweep_all() {
  HEAP_CHECK(!collecting_, "a collect does not begin inside another");
  collecting_ = true;
  settings_changed();
  heads_before_ = 0;
  for (const std::unique_ptr<Area>& area : areas_) {
    heads_before_ += area->objects();
  }
}

CollectResult GcHeap::end_collect(std::span<const AreaSurvivors> survivors) {
  HEAP_CHECK(collecting_, "a collect ends after it began");
  CollectResult result;
  result.heads_before = heads_before_;
  for (const std::unique_ptr<Area>& area : areas_) {
    const auto of_area = std::find_if(
        survivors.begin(), survivors.end(),
        [&](const AreaSurvivors& s) { return s.area == area->id(); });
    if (of_area != survivors.end()) {
      area->sweep(of_area->heads);
    } else {
      area->sweep();
    }
  }
  if (config_.split == SplitMode::kAuto) {
    // An added area without a used block is given back. The firmware asks its
    // bound, so an area whose only object is one block at 0 goes as well.
    for (size_t i = 1; i < areas_.size();) {
      if (areas_[i]->last_used_block != 0) {
        ++i;
        continue;
      }
      result.dropped_areas.push_back(areas_[i]->id());
      areas_.erase(areas_.begin() + static_cast<ptrdiff_t>(i));
    }
  }
  for (const std::unique_ptr<Area>& area : areas_) {
    result.heads_after += area->objects();
  }
  last_free_area_ = 0;
  abandon_collect();
  return result;
}

// --- Areas ----------------------------------------------------------------

uint32_t GcHeap::add_area(uint64_t start, uint64_t end, uint32_t least_id) {
  if (areas_.size() >= kMaxAreas) {
    throw Error("more than " + std::to_string(kMaxAreas) + " heap areas");
  }
  const AreaLayout layout = layout_area(config_, start, end, /*added=*/true);
  if (total_blocks() + layout.blocks() > kMostHeapBlocks) {
    throw Error("heap areas of more than " + std::to_string(kMostHeapBlocks) +
                " blocks together");
  }
  const uint32_t id = std::max(next_area_id_, least_id);
  next_area_id_ = id + 1;
  areas_.push_back(std::make_unique<Area>(config_, id, layout));
  return id;
}

void GcHeap::set_last_free_area(uint32_t id) {
  if (find_area(id) == nullptr) return;
  last_free_area_ = 0;
  while (areas_[last_free_area_]->id() != id &&
         areas_[last_free_area_]->used_blocks() ==
             areas_[last_free_area_]->blocks()) {
    ++last_free_area_;
  }
}

std::optional<uint64_t> GcHeap::growth_bytes(const AllocRequest& request,
                                             uint64_t available) const {
  const uint64_t mask = word_mask_;
  // The firmware's guess at what an area for this one request takes.
  const uint64_t overhead = ((request.n_bytes * 13) & mask) / 512;
  const uint64_t needed =
      (request.n_bytes + std::max<uint64_t>(2048, overhead)) & mask;
  if (available < needed) return std::nullopt;
  // Otherwise it doubles the heap.
  uint64_t size = 0;
  if (config_.traits.grow_adds_up_areas) {
    for (const std::unique_ptr<Area>& area : areas_) {
      size += area->layout().pool_end - area->layout().table + 1 +
              config_.area_record_bytes;
    }
  } else {
    const uint64_t total = total_blocks();
    size = total / 4 + (config_.finaliser ? total / 8 : 0) +
           (config_.weakref ? total / 8 : 0) + total * config_.block_bytes + 1 +
           config_.area_record_bytes;
    size =
        (size + config_.block_bytes - 1) & ~uint64_t{config_.block_bytes - 1};
  }
  return std::min(available, std::max(size, needed));
}

// --- Settings -------------------------------------------------------------

void GcHeap::settings_changed() {
  at_once_below_ = locked() ? 0 : auto_collect_ ? threshold_ : kThresholdOff;
}

void GcHeap::set_threshold(std::optional<uint64_t> blocks) {
  threshold_ = blocks.value_or(kThresholdOff);
  settings_changed();
}

std::optional<uint64_t> GcHeap::threshold() const {
  if (threshold_ == kThresholdOff) return std::nullopt;
  return threshold_;
}

void GcHeap::set_auto_collect(bool enabled) {
  auto_collect_ = enabled;
  settings_changed();
}

void GcHeap::lock() {
  ++lock_depth_;
  settings_changed();
}

void GcHeap::unlock() {
  if (lock_depth_ != 0) --lock_depth_;
  settings_changed();
}

void GcHeap::abandon_collect() {
  collecting_ = false;
  settings_changed();
}

void GcHeap::set_lock_field(uint64_t field) {
  const uint64_t collecting = collecting_ ? 1 : 0;
  if (config_.traits.collect_flag) {
    lock_depth_ = config_.finaliser ? field >> 1 : field;
  } else {
    lock_depth_ = field > collecting ? field - collecting : 0;
  }
  settings_changed();
}

bool GcHeap::mark_weakref(BlockRef block) {
  Area* area = find_area(block.area);
  if (area == nullptr || !config_.weakref || !area->is_head(block.block)) {
    return false;
  }
  area->mark_weakref(block.block);
  return true;
}

// --- What is there --------------------------------------------------------

uint64_t GcHeap::total_blocks() const {
  uint64_t total = 0;
  for (const std::unique_ptr<Area>& area : areas_) total += area->blocks();
  return total;
}

uint64_t GcHeap::largest_free_run() const {
  uint64_t longest = 0;
  for (const std::unique_ptr<Area>& area : areas_) {
    longest = std::max<uint64_t>(longest, area->longest_free_run());
  }
  return longest;
}

Census GcHeap::census() const {
  Census sum;
  for (const std::unique_ptr<Area>& area : areas_) {
    const Census one = area->census();
    sum.total_blocks += one.total_blocks;
    sum.used_blocks += one.used_blocks;
    sum.free_blocks += one.free_blocks;
    sum.objects += one.objects;
    sum.one_block_objects += one.one_block_objects;
    sum.two_block_objects += one.two_block_objects;
    sum.max_block = std::max(sum.max_block, one.max_block);
    sum.max_free = std::max(sum.max_free, one.max_free);
  }
  return sum;
}

uint32_t GcHeap::table_digest() const {
  uint32_t digest = 0;
  for (const std::unique_ptr<Area>& area : areas_) {
    digest_bytes_.clear();
    area->append_table(digest_bytes_);
    digest = crc32(digest_bytes_, digest);
  }
  return digest;
}

TableDigest GcHeap::digest() const {
  TableDigest digest;
  digest.table = table_digest();
  for (const std::unique_ptr<Area>& area : areas_) {
    digest_bytes_.clear();
    area->append_finalisers(digest_bytes_);
    digest.finalisers = crc32(digest_bytes_, digest.finalisers);
    digest_bytes_.clear();
    area->append_weakrefs(digest_bytes_);
    digest.weakrefs = crc32(digest_bytes_, digest.weakrefs);
  }
  return digest;
}

bool GcHeap::force_place(BlockRef at, uint64_t blocks, bool finaliser) {
  Area* area = find_area(at.area);
  if (area == nullptr || blocks == 0 || blocks > area->blocks() ||
      at.block > area->blocks() - blocks) {
    return false;
  }
  const auto end = static_cast<BlockIndex>(at.block + blocks);
  if (area->free_map().next_clear(at.block) < end) return false;
  area->place(at.block, static_cast<uint32_t>(blocks), finaliser);
  area->last_used_block = std::max(area->last_used_block, end - 1);
  return true;
}

void GcHeap::retract(BlockRef head) {
  HEAP_CHECK(is_head(head), "what is taken out is an object");
  Area& area = *find_area(head.area);
  area.free_chain(head.block);
  reset_last_free_area(area);
}

void GcHeap::check_invariants() const {
  for (const std::unique_ptr<Area>& area : areas_) area->check_invariants();
  for (size_t i = 0; i < last_free_area_; ++i) {
    HEAP_CHECK(areas_[i]->used_blocks() == areas_[i]->blocks(),
               "no area before the one the search begins in has a free block");
  }
}

}  // namespace libheap
