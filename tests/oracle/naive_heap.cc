#include "tests/oracle/naive_heap.h"

#include <algorithm>
#include <span>

#include <zlib.h>

namespace libheap {
namespace {

bool flag(const NaiveArea& area, uint64_t table_at, uint64_t block) {
  return ((area.memory[table_at + block / 8] >> (block % 8)) & 1) != 0;
}

void set_flag(NaiveArea& area, uint64_t table_at, uint64_t block) {
  uint8_t& byte = area.memory[table_at + block / 8];
  byte = static_cast<uint8_t>(byte | (1U << (block % 8)));
}

void clear_flag(NaiveArea& area, uint64_t table_at, uint64_t block) {
  uint8_t& byte = area.memory[table_at + block / 8];
  byte = static_cast<uint8_t>(byte & ~(1U << (block % 8)));
}

uint32_t crc_of_next(uint32_t crc, const NaiveArea& area, uint64_t at,
                     uint64_t bytes) {
  const std::span<const uint8_t> table =
      std::span(area.memory).subspan(at, bytes);
  return static_cast<uint32_t>(
      crc32(crc, table.data(), static_cast<uInt>(table.size())));
}

}  // namespace

NaiveHeap::NaiveHeap(const HeapConfig& config, NaivePort& port)
    : config_(config), port_(port) {}

// --- Release rules ----------------------------------------------------------

bool NaiveHeap::since(int minor) const {
  const Release& release = config_.release;
  return release.major > 1 || release.minor >= minor;
}

bool NaiveHeap::has_collect_flag() const {
  return since(25) && config_.finaliser;
}

uint64_t NaiveHeap::lock_step() const { return has_collect_flag() ? 2 : 1; }

// --- Tables -----------------------------------------------------------------

NaiveHeap::Kind NaiveHeap::kind(const NaiveArea& area, uint64_t block) const {
  // What follows the slack is the pool; its contents are not known here.
  if (block / 4 >= area.memory.size()) return kFree;
  return static_cast<Kind>((area.memory[block / 4] >> (2 * (block % 4))) & 3);
}

void NaiveHeap::set_kind(NaiveArea& area, uint64_t block, Kind kind) {
  uint8_t& byte = area.memory[block / 4];
  const unsigned shift = static_cast<unsigned>(2 * (block % 4));
  const bool was_used = ((byte >> shift) & 3) != kFree;
  byte = static_cast<uint8_t>((byte & ~(3U << shift)) |
                              (static_cast<unsigned>(kind) << shift));
  if (block >= area.blocks()) return;
  if (was_used) --used_blocks_;
  if (kind != kFree) ++used_blocks_;
}

NaiveArea* NaiveHeap::find(uint32_t id) {
  for (NaiveArea& area : areas_) {
    if (area.id == id) return &area;
  }
  return nullptr;
}

const NaiveArea* NaiveHeap::find(uint32_t id) const {
  for (const NaiveArea& area : areas_) {
    if (area.id == id) return &area;
  }
  return nullptr;
}

NaiveArea NaiveHeap::lay_out(uint64_t start, uint64_t end,
                             uint64_t record) const {
  const uint64_t block = config_.block_bytes;
  const uint64_t flags =
      (config_.finaliser ? 1U : 0U) + (config_.weakref ? 1U : 0U);
  NaiveArea area;
  area.table = start + record;
  area.pool_end = end / block * block;
  const uint64_t total = area.pool_end - area.table;
  if (flags != 0) {
    area.table_bytes = 8 * (total - gap()) / (8 + 4 * flags + 32 * block);
  } else {
    area.table_bytes = (total - gap()) / (1 + 4 * block);
  }
  area.pool = area.pool_end - 4 * area.table_bytes * block;
  const uint64_t flag_bytes = (area.blocks() + 7) / 8;
  area.finalisers_at = area.table_bytes + gap();
  if (config_.finaliser) area.finalisers_bytes = flag_bytes;
  area.weakrefs_at = area.finalisers_at + area.finalisers_bytes;
  if (config_.weakref) area.weakrefs_bytes = flag_bytes;
  // With both flag tables the last byte can fall on the pool's first (see
  // docs/heap-model.md, "Known defects"); here it has a place of its own.
  area.memory.assign(
      std::max(area.pool - area.table, area.weakrefs_at + area.weakrefs_bytes),
      0);
  return area;
}

// --- Areas ------------------------------------------------------------------

void NaiveHeap::init(uint64_t start, uint64_t end) {
  areas_.clear();
  areas_.push_back(lay_out(start, end, 0));
  last_free_area_ = areas_.begin();
  next_area_id_ = 1;
  lock_field_ = 0;
  used_blocks_ = 0;
  amount = 0;
  threshold = UINT64_MAX;
  auto_collect = true;
}

void NaiveHeap::add_area(uint64_t start, uint64_t end) {
  areas_.push_back(lay_out(start, end, config_.area_record_bytes));
  areas_.back().id = next_area_id_++;
}

// --- Allocating -------------------------------------------------------------

uint64_t NaiveHeap::word(uint64_t value) const {
  return config_.word_bytes == 4 ? value & 0xFFFFFFFFU : value;
}

uint64_t NaiveHeap::blocks_for(uint64_t n_bytes) const {
  return word(n_bytes + config_.block_bytes - 1) / config_.block_bytes;
}

BlockRef NaiveHeap::alloc(uint64_t n_bytes, bool finaliser) {
  const uint64_t n = blocks_for(n_bytes);
  if (n == 0) return kNullBlock;
  if (lock_field_ != 0) return kNullBlock;
  bool collected = !auto_collect;
  if (!collected && amount >= threshold) {
    port_.collect(CollectCause::kThreshold);
    collected = true;
  }
  bool grown = false;
  for (;;) {
    for (AreaIterator area = last_free_area_; area != areas_.end(); ++area) {
      const std::optional<uint64_t> end_block = search(*area, n);
      if (!end_block) continue;
      take(area, *end_block, n, finaliser);
      return {area->id, static_cast<BlockIndex>(*end_block - n + 1)};
    }
    if (!collected) {
      port_.collect(CollectCause::kExhausted);
      collected = true;
    } else if (config_.split == SplitMode::kAuto && !grown &&
               try_add_area(n_bytes)) {
      grown = true;
    } else {
      return kNullBlock;
    }
  }
}

std::optional<uint64_t> NaiveHeap::search(NaiveArea& area, uint64_t n) {
  uint64_t run = 0;
  for (uint64_t block = 4 * area.last_free_byte; block < area.blocks();
       ++block) {
    run = kind(area, block) == kFree ? run + 1 : 0;
    if (run == n) return block;
  }
  // The device's loop counts bytes here, as if they were blocks.
  if (split() && n == 1) area.last_free_byte = (area.table_bytes + 1) / 4;
  return std::nullopt;
}

void NaiveHeap::take(AreaIterator area, uint64_t end_block, uint64_t n,
                     bool finaliser) {
  const uint64_t head = end_block - n + 1;
  if (n == 1) {
    area->last_free_byte = (end_block + 1) / 4;
    last_free_area_ = area;
  }
  if (has_last_used_block()) {
    area->last_used_block = std::max(area->last_used_block, end_block);
  }
  set_kind(*area, head, kHead);
  for (uint64_t block = head + 1; block <= end_block; ++block) {
    set_kind(*area, block, kTail);
  }
  amount += n;
  if (finaliser && config_.finaliser) {
    set_flag(*area, area->finalisers_at, head);
  }
}

bool NaiveHeap::try_add_area(uint64_t n_bytes) {
  const uint64_t needed =
      word(n_bytes + std::max<uint64_t>(2048, word(13 * n_bytes) / 512));
  const uint64_t available = port_.max_new_split();
  if (available < needed) return false;

  uint64_t size = 0;
  if (since(22)) {
    uint64_t blocks = 0;
    for (const NaiveArea& area : areas_) blocks += area.blocks();
    size = blocks / 4 + blocks * config_.block_bytes + 1 +
           config_.area_record_bytes;
    if (config_.finaliser) size += blocks / 8;
    if (config_.weakref) size += blocks / 8;
    size = blocks_for(size) * config_.block_bytes;
  } else {
    for (const NaiveArea& area : areas_) {
      size += area.pool_end - area.table + 1 + config_.area_record_bytes;
    }
  }
  const uint64_t bytes = std::min(available, std::max(size, needed));
  const std::optional<uint64_t> start = port_.allocate_split(bytes);
  if (!start) return false;
  add_area(*start, *start + bytes);
  return true;
}

// --- Freeing and resizing ---------------------------------------------------

bool NaiveHeap::free_is_locked() const {
  // Since v1.25 a running collect does not stop a free.
  if (since(25)) return lock_field_ / lock_step() != 0;
  return lock_field_ != 0;
}

void NaiveHeap::free(BlockRef block) {
  if (free_is_locked() || block.is_null()) return;
  NaiveArea& area = *find(block.area);
  if (config_.finaliser) clear_flag(area, area.finalisers_at, block.block);
  lowered(area, block.block);
  uint64_t b = block.block;
  do {
    set_kind(area, b, kFree);
    ++b;
  } while (kind(area, b) == kTail);
}

// Something at `block` is free now: the next search must not miss it.
void NaiveHeap::lowered(NaiveArea& area, uint64_t block) {
  if (split() && &area != &*last_free_area_) last_free_area_ = areas_.begin();
  area.last_free_byte = std::min(area.last_free_byte, block / 4);
}

BlockRef NaiveHeap::realloc(BlockRef old, uint64_t n_bytes, bool may_move) {
  if (old.is_null()) return alloc(n_bytes, false);
  if (n_bytes == 0) {
    free(old);
    return kNullBlock;
  }
  if (lock_field_ != 0) return kNullBlock;

  NaiveArea& area = *find(old.area);
  const uint64_t head = old.block;
  const uint64_t wanted = blocks_for(n_bytes);
  uint64_t has = 1;
  while (head + has < area.blocks() && kind(area, head + has) == kTail) ++has;
  if (wanted == has) return old;

  if (wanted < has) {
    for (uint64_t i = wanted; i < has; ++i) set_kind(area, head + i, kFree);
    lowered(area, head + wanted);
    return old;
  }

  uint64_t room = 0;
  while (has + room < wanted && head + has + room < area.blocks() &&
         kind(area, head + has + room) == kFree) {
    ++room;
  }
  if (has + room == wanted) {
    for (uint64_t i = has; i < wanted; ++i) set_kind(area, head + i, kTail);
    if (has_last_used_block()) {
      area.last_used_block = std::max(area.last_used_block, head + wanted);
    }
    return old;
  }

  if (!may_move) return kNullBlock;
  const BlockRef moved = alloc(n_bytes, has_finaliser(old));
  if (!moved.is_null()) free(old);
  return moved;
}

uint64_t NaiveHeap::n_bytes(BlockRef block) const {
  const NaiveArea* area = find(block.area);
  if (area == nullptr || kind(*area, block.block) != kHead) return 0;
  uint64_t n = 1;
  while (kind(*area, block.block + n) == kTail) ++n;
  return n * config_.block_bytes;
}

bool NaiveHeap::has_finaliser(BlockRef head) const {
  const NaiveArea* area = find(head.area);
  return config_.finaliser && area != nullptr &&
         flag(*area, area->finalisers_at, head.block);
}

bool NaiveHeap::has_weakref(BlockRef head) const {
  const NaiveArea* area = find(head.area);
  return config_.weakref && area != nullptr &&
         flag(*area, area->weakrefs_at, head.block);
}

void NaiveHeap::mark_weakref(BlockRef head) {
  NaiveArea& area = *find(head.area);
  set_flag(area, area.weakrefs_at, head.block);
}

// --- Collects ---------------------------------------------------------------

void NaiveHeap::collect_start() {
  if (!since(25)) {
    ++lock_field_;
  } else if (has_collect_flag()) {
    lock_field_ |= 1;
  }
  amount = 0;
}

void NaiveHeap::mark(BlockRef head) {
  set_kind(*find(head.area), head.block, kMark);
}

void NaiveHeap::collect_end() {
  if (since(25)) finaliser_pass();
  sweep();
  for (NaiveArea& area : areas_) area.last_free_byte = 0;
  last_free_area_ = areas_.begin();
  if (!since(25)) {
    --lock_field_;
  } else if (has_collect_flag()) {
    lock_field_ &= ~uint64_t{1};
  }
}

void NaiveHeap::sweep_all() {
  const uint64_t kept = amount;
  collect_start();
  amount = kept;
  collect_end();
}

void NaiveHeap::finaliser_pass() {
  for (NaiveArea& area : areas_) finaliser_pass(area);
}

// One byte of flags after the other: its finalisers, then its weak references.
// What a finaliser frees is no head any more when its turn comes.
void NaiveHeap::finaliser_pass(NaiveArea& area) {
  const uint64_t end =
      std::min(area.blocks(), area.last_used_block / 8 * 8 + 8);
  for (uint64_t byte = 0; byte < end; byte += 8) {
    const uint64_t byte_end = std::min(byte + 8, end);
    for (uint64_t block = byte; block < byte_end; ++block) {
      if (config_.finaliser && kind(area, block) == kHead) {
        finalise(area, block);
      }
    }
    for (uint64_t block = byte; block < byte_end; ++block) {
      if (config_.weakref && kind(area, block) == kHead) {
        clear_flag(area, area.weakrefs_at, block);
      }
    }
  }
}

void NaiveHeap::finalise(NaiveArea& area, uint64_t block) {
  if (!flag(area, area.finalisers_at, block)) return;
  port_.finalise({area.id, static_cast<BlockIndex>(block)});
  clear_flag(area, area.finalisers_at, block);
}

void NaiveHeap::sweep() {
  for (AreaIterator area = areas_.begin(); area != areas_.end();) {
    const uint64_t last_used_block = sweep(*area);
    if (has_last_used_block()) area->last_used_block = last_used_block;
    if (config_.split == SplitMode::kAuto && area != areas_.begin() &&
        last_used_block == 0) {
      // One block may be in use still, the first: it goes with the rest.
      if (kind(*area, 0) != kFree) --used_blocks_;
      const uint32_t id = area->id;
      area = areas_.erase(area);
      port_.area_dropped(id);
    } else {
      ++area;
    }
  }
}

uint64_t NaiveHeap::sweep(NaiveArea& area) {
  uint64_t end = area.blocks();
  if (has_last_used_block()) end = std::min(end, area.last_used_block + 1);
  bool freeing = false;
  uint64_t last_used_block = 0;
  for (uint64_t block = 0; block < end; ++block) {
    switch (kind(area, block)) {
      case kFree:
        break;
      case kHead:
        if (!since(25) && config_.finaliser) finalise(area, block);
        freeing = true;
        set_kind(area, block, kFree);
        break;
      case kTail:
        if (freeing) {
          set_kind(area, block, kFree);
        } else {
          last_used_block = block;
        }
        break;
      case kMark:
        set_kind(area, block, kHead);
        freeing = false;
        last_used_block = block;
        break;
    }
  }
  return last_used_block;
}

// --- What is there ----------------------------------------------------------

Census NaiveHeap::info() const {
  Census info;
  for (const NaiveArea& area : areas_) {
    uint64_t chain = 0;
    uint64_t free_run = 0;
    const auto end_chain = [&] {
      if (chain == 1) ++info.one_block_objects;
      if (chain == 2) ++info.two_block_objects;
      info.max_block = std::max(info.max_block, chain);
      chain = 0;
    };
    for (uint64_t block = 0; block < area.blocks(); ++block) {
      const Kind k = kind(area, block);
      if (k != kTail) end_chain();
      free_run = k == kFree ? free_run + 1 : 0;
      info.max_free = std::max(info.max_free, free_run);
      if (k == kHead) ++info.objects;
      if (k == kHead || k == kTail) {
        ++chain;
        ++info.used_blocks;
      } else if (k == kFree) {
        ++info.free_blocks;
      }
    }
    end_chain();
    info.total_blocks += area.blocks();
  }
  return info;
}

TableDigest NaiveHeap::digest() const {
  TableDigest digest;
  for (const NaiveArea& area : areas_) {
    digest.table = crc_of_next(digest.table, area, 0, area.table_bytes);
    digest.finalisers = crc_of_next(digest.finalisers, area, area.finalisers_at,
                                    area.finalisers_bytes);
    digest.weakrefs = crc_of_next(digest.weakrefs, area, area.weakrefs_at,
                                  area.weakrefs_bytes);
  }
  return digest;
}

}  // namespace libheap
