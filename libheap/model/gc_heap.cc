#include "libheap/model/gc_heap.h"

#include <algorithm>
#include <utility>

#include "libheap/base/check.h"
#include "libheap/base/crc32.h"
#include "libheap/base/error.h"

namespace libheap {

namespace {

// A port has a handful of areas; a trace with thousands is not one of ours.
constexpr size_t kMaxAreas = 4096;

}  // namespace

GcHeap::GcHeap(const HeapConfig& config, uint64_t start, uint64_t end)
    : config_(config) {
  validate(config);
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
}

// --- Requests -------------------------------------------------------------

uint64_t GcHeap::blocks_for(uint64_t n_bytes) const {
  const uint64_t mask =
      config_.word_bytes == 8 ? ~uint64_t{0} : uint64_t{UINT32_MAX};
  const uint64_t rounded = (n_bytes + config_.block_bytes - 1) & mask;
  return rounded / config_.block_bytes;
}

AllocRequest GcHeap::alloc_request(uint64_t n_bytes, bool finaliser) const {
  AllocRequest request;
  request.n_bytes = n_bytes;
  request.blocks = blocks_for(n_bytes);
  request.finaliser = finaliser;
  request.collected = !auto_collect_;
  request.may_grow = config_.split == SplitMode::kAuto;
  return request;
}

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
    Area& area = *areas_[i];
    const BlockIndex begin = area.find_free_run(n);
    if (begin != FirstFit::kNoRun) {
      found(area, i, begin, request);
      return true;
    }
    if (n == 1 && config_.split != SplitMode::kNone) {
      // The firmware means "this area is full" but stores a quarter of that;
      // harmless, and visible in checkpoints.
      area.last_free_byte =
          static_cast<uint32_t>((area.layout().table_bytes + 1) / 4);
    }
  }
  return false;
}

void GcHeap::found(Area& area, size_t position, BlockIndex begin,
                   AllocRequest& request) {
  const auto n = static_cast<uint32_t>(request.blocks);
  const BlockIndex last = begin + n - 1;
  if (n == 1) {
    // Only a search for one block proves that everything below is used.
    area.last_free_byte = (last + 1) / 4;
    last_free_area_ = position;
  }
  area.last_used_block = std::max(area.last_used_block, last);
  area.place(begin, n, request.finaliser);
  amount_ += n;
  request.result = {area.id(), begin};
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
    free(old);
    return request;
  }
  HEAP_CHECK(is_head(old), "the object to resize is one");
  if (locked()) return request;
  Area& area = *find_area(old.area);
  const BlockIndex old_end = area.chain_end(old.block);
  const uint64_t old_blocks = old_end - old.block;
  const uint64_t new_blocks = blocks_for(n_bytes);
  if (new_blocks == old_blocks) {
    request.result = old;
    return request;
  }
  if (new_blocks < old_blocks) {
    const auto new_end = old.block + static_cast<BlockIndex>(new_blocks);
    area.shrink(new_end, old_end);
    reset_last_free_area(area);
    request.result = old;
    return request;
  }
  if (new_blocks <= area.blocks() - old.block) {
    const auto new_end = old.block + static_cast<BlockIndex>(new_blocks);
    if (area.grow(old_end, new_end)) {
      // Here the firmware's bound is exclusive, one more than elsewhere.
      area.last_used_block = std::max(area.last_used_block, new_end);
      request.result = old;
      return request;
    }
  }
  if (!may_move) return request;
  request.moving = true;
  request.alloc = alloc_request(n_bytes, area.has_finaliser(old.block));
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

bool GcHeap::free(BlockRef block) {
  if (free_is_locked() || block.is_null()) return true;
  Area* area = find_area(block.area);
  if (area == nullptr || !area->is_head(block.block)) return false;
  // A dying object's weak references are gone before a finaliser may free it.
  if (collecting_ && config_.weakref) area->clear_weakref(block.block);
  area->free_chain(block.block);
  reset_last_free_area(*area);
  return true;
}

bool GcHeap::free_is_locked() const {
  if (config_.traits.free_in_collect) return lock_depth_ != 0;
  return locked();
}

// The device cannot tell which area comes first, so a block freed in another
// area than the one the search is in sends the search back to the front.
void GcHeap::reset_last_free_area(const Area& freed_in) {
  if (areas_[last_free_area_].get() != &freed_in) last_free_area_ = 0;
}

// --- Collects -------------------------------------------------------------

void GcHeap::begin_collect() {
  begin_sweep_all();
  amount_ = 0;
}

void GcHeap::begin_sweep_all() {
  HEAP_CHECK(!collecting_, "a collect does not begin inside another");
  collecting_ = true;
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
  collecting_ = false;
  return result;
}

// --- Areas ----------------------------------------------------------------

uint32_t GcHeap::add_area(uint64_t start, uint64_t end) {
  if (areas_.size() >= kMaxAreas) {
    throw Error("more than " + std::to_string(kMaxAreas) + " heap areas");
  }
  const AreaLayout layout = layout_area(config_, start, end, /*added=*/true);
  const uint32_t id = next_area_id_++;
  areas_.push_back(std::make_unique<Area>(config_, id, layout));
  return id;
}

std::optional<uint64_t> GcHeap::growth_bytes(const AllocRequest& request,
                                             uint64_t available) const {
  const uint64_t mask =
      config_.word_bytes == 8 ? ~uint64_t{0} : uint64_t{UINT32_MAX};
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

void GcHeap::set_threshold(std::optional<uint64_t> blocks) {
  threshold_ = blocks.value_or(kThresholdOff);
}

std::optional<uint64_t> GcHeap::threshold() const {
  if (threshold_ == kThresholdOff) return std::nullopt;
  return threshold_;
}

void GcHeap::unlock() {
  if (lock_depth_ != 0) --lock_depth_;
}

uint64_t GcHeap::lock_field() const {
  if (config_.traits.collect_flag) {
    // A build without finalisers has no use for the flag, and no bit for it.
    if (!config_.finaliser) return lock_depth_;
    return lock_depth_ << 1 | (collecting_ ? 1 : 0);
  }
  return lock_depth_ + (collecting_ ? 1 : 0);
}

void GcHeap::set_lock_field(uint64_t field) {
  const uint64_t collecting = collecting_ ? 1 : 0;
  if (config_.traits.collect_flag) {
    lock_depth_ = config_.finaliser ? field >> 1 : field;
  } else {
    lock_depth_ = field > collecting ? field - collecting : 0;
  }
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

const Area* GcHeap::find_area(uint32_t id) const {
  if (areas_.front()->id() == id) return areas_.front().get();
  for (const std::unique_ptr<Area>& area : areas_) {
    if (area->id() == id) return area.get();
  }
  return nullptr;
}

Area* GcHeap::find_area(uint32_t id) {
  return const_cast<Area*>(std::as_const(*this).find_area(id));
}

bool GcHeap::is_head(BlockRef block) const {
  const Area* area = find_area(block.area);
  return area != nullptr && area->is_head(block.block);
}

uint32_t GcHeap::chain_blocks(BlockRef head) const {
  HEAP_CHECK(is_head(head), "a chain is measured from its head");
  return find_area(head.area)->chain_end(head.block) - head.block;
}

uint64_t GcHeap::used_blocks() const {
  uint64_t total = 0;
  for (const std::unique_ptr<Area>& area : areas_) {
    total += area->used_blocks();
  }
  return total;
}

uint64_t GcHeap::total_blocks() const {
  uint64_t total = 0;
  for (const std::unique_ptr<Area>& area : areas_) total += area->blocks();
  return total;
}

uint64_t GcHeap::largest_free_run() const {
  uint64_t longest = 0;
  for (const std::unique_ptr<Area>& area : areas_) {
    longest = std::max<uint64_t>(longest, area->free_map().longest_run());
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

TableDigest GcHeap::digest() const {
  TableDigest digest;
  for (const std::unique_ptr<Area>& area : areas_) {
    digest_bytes_.clear();
    area->append_table(digest_bytes_);
    digest.table = crc32(digest_bytes_, digest.table);
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
