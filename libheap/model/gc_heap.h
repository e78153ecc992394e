#pragma once

// The collector's heap, bit for bit: same requests in, same addresses, same
// table, same counters out as the MicroPython release that is modelled.
//
// Placement is lowest-address first fit over the areas in list order, in every
// release since v1.12; all else decides which blocks are free at that moment.
// The model replays decisions, not reachability: which objects survive a
// collect cannot be known from requests (marking is conservative), so the
// caller hands the survivors in.
//
// A collect happens in the middle of a request, and between its begin and end
// other things happen (finalisers free, callbacks allocate). So a request is a
// small value the caller keeps, and advance() is called until it is done:
//
//     AllocRequest request = heap.alloc_request(24, 0);
//     while (heap.advance(request) != Progress::kDone) {
//       // kCollect: begin_collect(), replay what happens, end_collect(...)
//       // kGrow:    add_area(...) or decline_growth(request)
//     }
//     use(request.result);                      // null: the allocation failed
//
// Nearly always there is nothing to wait for: alloc_at_once() and
// resize_in_place() serve those, and leave the others as they were, for a
// request.
//
// Units: sizes are bytes as the caller passed them; `amount` and thresholds
// are blocks, as in the firmware. The order of steps mirrors gc.c; see
// docs/heap-model.md for each rule and the release it came with.
//
// Cost: no allocation and a few word operations per request; sweeping is 64
// blocks per step.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "libheap/base/block_ref.h"
#include "libheap/base/check.h"
#include "libheap/base/collect_cause.h"
#include "libheap/model/area.h"
#include "libheap/model/heap_config.h"

namespace libheap {

enum class Progress : uint8_t {
  kDone,     // the result is there
  kCollect,  // the heap collects now, for `cause`, and goes on after
  kGrow,     // auto-grown heaps: the port is asked for another area
};

// One gc_alloc under way. Only the model writes the fields.
struct AllocRequest {
  uint64_t n_bytes = 0;
  uint64_t blocks = 0;
  bool finaliser = false;
  bool collected = false;  // this request may not cause another collect
  bool may_grow = false;   // has not yet asked the port for an area
  bool started = false;
  Progress progress = Progress::kDone;
  CollectCause cause = CollectCause::kExhausted;  // valid at kCollect
  BlockRef result;                                // valid at kDone
};

// One gc_realloc under way.
struct ReallocRequest {
  BlockRef old;
  uint64_t old_blocks = 0;  // of `old` before; 0 where that is null
  uint64_t n_bytes = 0;
  bool moving = false;  // waits for `alloc`, then the old chain is freed
  AllocRequest alloc;
  BlockRef result;  // valid at kDone
};

// Survivors of one area; an area not named has none.
struct AreaSurvivors {
  uint32_t area = 0;
  SurvivorMap heads;
};

struct CollectResult {
  uint64_t heads_before = 0;
  uint64_t heads_after = 0;
  std::vector<uint32_t> dropped_areas;  // given back to the port, in order
};

struct TableDigest {
  uint32_t table = 0;
  uint32_t finalisers = 0;
  uint32_t weakrefs = 0;
  bool operator==(const TableDigest&) const = default;
};

class GcHeap {
 public:
  // A heap of one area at device addresses [start, end). Throws Error for
  // settings that cannot exist.
  GcHeap(const HeapConfig& config, uint64_t start, uint64_t end);

  // Everything starts afresh at [start, end): gc_init at a soft reset.
  void init(uint64_t start, uint64_t end);

  // --- Requests ---------------------------------------------------------
  // What a request for so many blocks comes to if it need not wait: null where
  // it must, or where it fails; then nothing has changed.
  BlockRef alloc_at_once(uint64_t blocks, bool finaliser);
  [[nodiscard]] AllocRequest alloc_request(uint64_t n_bytes,
                                           bool finaliser) const;
  Progress advance(AllocRequest& request);

  // Whether the object, to be resized to n_bytes (not 0), stays where it is:
  // then it has been. Its blocks before are `old_blocks` either way.
  bool resize_in_place(BlockRef old, uint64_t n_bytes, uint64_t& old_blocks);
  [[nodiscard]] ReallocRequest realloc_request(BlockRef old, uint64_t n_bytes,
                                               bool may_move);
  Progress advance(ReallocRequest& request);

  // False if the block is not the head of an object: nothing is changed, and
  // the program (or the trace) is wrong. Freeing null, or under the lock, is
  // a silent no-op as on the device.
  bool free(BlockRef block);
  // The same for what is known to be a head. Blocks freed: 0 under the lock.
  uint32_t free_object(BlockRef head);

  // --- Collects ---------------------------------------------------------
  // Between begin and end the heap is locked for requests; frees take effect
  // from v1.25.
  void begin_collect();
  void begin_sweep_all();  // gc_sweep_all: `amount` is kept
  CollectResult end_collect(std::span<const AreaSurvivors> survivors);

  // --- Areas ------------------------------------------------------------
  // Throws Error when the memory cannot hold an area. Its number is the next
  // one, or `least_id` where areas came and went unseen.
  uint32_t add_area(uint64_t start, uint64_t end, uint32_t least_id = 0);
  // Auto-grown heaps, at kGrow: the bytes the heap asks of a port that can
  // spare `available`; nullopt where that is too little to ask at all.
  [[nodiscard]] std::optional<uint64_t> growth_bytes(
      const AllocRequest& request, uint64_t available) const;
  static void decline_growth(AllocRequest& request) {
    request.may_grow = false;
  }

  // --- Settings ---------------------------------------------------------
  // In blocks; nullopt is off.
  void set_threshold(std::optional<uint64_t> blocks);
  [[nodiscard]] std::optional<uint64_t> threshold() const;
  void set_auto_collect(bool enabled);
  [[nodiscard]] bool auto_collect() const { return auto_collect_; }
  void lock();
  void unlock();
  // The firmware's lock word: depth and "collecting" as the release packs them.
  [[nodiscard]] uint64_t lock_field() const;
  void set_lock_field(uint64_t field);
  // False if the block is not the head of an object.
  bool mark_weakref(BlockRef block);

  // --- What is there ----------------------------------------------------
  [[nodiscard]] const HeapConfig& config() const { return config_; }
  [[nodiscard]] std::span<const std::unique_ptr<Area>> areas() const {
    return areas_;
  }
  // Null where there is no such area (any more).
  [[nodiscard]] Area* find_area(uint32_t id);
  [[nodiscard]] const Area* find_area(uint32_t id) const;
  [[nodiscard]] bool is_head(BlockRef block) const;
  // Blocks of the object at `head`, which must be a head.
  [[nodiscard]] uint32_t chain_blocks(BlockRef head) const;
  [[nodiscard]] uint64_t amount() const { return amount_; }
  [[nodiscard]] bool collecting() const { return collecting_; }
  [[nodiscard]] uint32_t last_free_area() const {
    return areas_[last_free_area_]->id();
  }
  [[nodiscard]] uint64_t used_blocks() const;
  [[nodiscard]] uint64_t total_blocks() const;
  [[nodiscard]] uint64_t largest_free_run() const;
  [[nodiscard]] Census census() const;
  [[nodiscard]] TableDigest digest() const;
  // digest().table, alone.
  [[nodiscard]] uint32_t table_digest() const;

  // Blocks a request of n_bytes takes, computed in the device's word width:
  // sizes within a block of the largest word wrap to 0.
  [[nodiscard]] uint64_t blocks_for(uint64_t n_bytes) const;

  // After a divergence: puts the device's own choice into the model, so that
  // what follows stays meaningful. False if the blocks are not free.
  bool force_place(BlockRef at, uint64_t blocks, bool finaliser);
  // Takes the object at `head` out of the heap, locked or not.
  void retract(BlockRef head);
  void set_amount(uint64_t amount) { amount_ = amount; }
  // The area searched first, or an earlier one if that has free blocks; of one
  // there is not, nothing changes.
  void set_last_free_area(uint32_t id);
  // The collect under way has ended, unseen.
  void abandon_collect();

  // Throws InternalError where an invariant does not hold. O(blocks).
  void check_invariants() const;

 private:
  static constexpr uint64_t kThresholdOff = UINT64_MAX;

  [[nodiscard]] bool locked() const { return lock_depth_ != 0 || collecting_; }
  [[nodiscard]] bool free_is_locked() const;
  void settings_changed();
  bool place_anywhere(AllocRequest& request);
  BlockRef take_in(size_t position, uint32_t n, bool finaliser);
  void reset_last_free_area(const Area& freed_in);

  HeapConfig config_;
  uint64_t word_mask_;        // sizes are computed in the device's words
  uint32_t block_shift_ = 0;  // log2 of block_bytes
  std::vector<std::unique_ptr<Area>> areas_;  // in list order, never empty
  uint32_t next_area_id_ = 0;
  size_t last_free_area_ = 0;  // position in areas_
  uint64_t amount_ = 0;        // blocks allocated since the last collect
  uint64_t threshold_ = kThresholdOff;
  uint64_t lock_depth_ = 0;
  bool collecting_ = false;
  bool auto_collect_ = true;
  // Below this `amount` a request begins with the search: 0 under the lock,
  // else the threshold if it is in force. Follows from the four above.
  uint64_t at_once_below_ = kThresholdOff;
  uint64_t heads_before_ = 0;
  mutable std::vector<uint8_t> digest_bytes_;
};

// --- Requests, inline because every event of a trace passes through them ----

inline uint64_t GcHeap::blocks_for(uint64_t n_bytes) const {
  return ((n_bytes + config_.block_bytes - 1) & word_mask_) >> block_shift_;
}

inline AllocRequest GcHeap::alloc_request(uint64_t n_bytes,
                                          bool finaliser) const {
  AllocRequest request;
  request.n_bytes = n_bytes;
  request.blocks = blocks_for(n_bytes);
  request.finaliser = finaliser;
  request.collected = !auto_collect_;
  request.may_grow = config_.split == SplitMode::kAuto;
  return request;
}

inline BlockRef GcHeap::alloc_at_once(uint64_t blocks, bool finaliser) {
  if (amount_ >= at_once_below_ || blocks - 1 >= UINT32_MAX) return kNullBlock;
  return take_in(last_free_area_, static_cast<uint32_t>(blocks), finaliser);
}

// The lowest run in one area; null where it has none. In the loop of whoever
// asks: a call costs as much as the work.
[[gnu::always_inline]] inline BlockRef GcHeap::take_in(size_t position,
                                                       uint32_t n,
                                                       bool finaliser) {
  Area& area = *areas_[position];
  const BlockIndex begin = area.take(n, finaliser);
  if (begin == FirstFit::kNoRun) return kNullBlock;
  const BlockIndex last = begin + n - 1;
  if (n == 1) {
    // Only a search for one block proves that everything below is used.
    area.last_free_byte = (last + 1) / 4;
    last_free_area_ = position;
  }
  area.last_used_block = std::max(area.last_used_block, last);
  amount_ += n;
  return {area.id(), begin};
}

inline bool GcHeap::resize_in_place(BlockRef old, uint64_t n_bytes,
                                    uint64_t& old_blocks) {
  Area* area = find_area(old.area);
  HEAP_CHECK(area != nullptr && area->is_head(old.block),
             "the object to resize is one");
  const BlockIndex old_end = area->chain_end(old.block);
  old_blocks = old_end - old.block;
  if (locked()) return false;
  const uint64_t blocks = blocks_for(n_bytes);
  if (blocks == old_blocks) return true;
  if (blocks > area->blocks() - old.block) return false;
  const auto new_end = old.block + static_cast<BlockIndex>(blocks);
  if (blocks < old_blocks) {
    area->shrink(new_end, old_end);
    reset_last_free_area(*area);
    return true;
  }
  if (!area->grow(old_end, new_end)) return false;
  // Here the firmware's bound is exclusive, one more than elsewhere.
  area->last_used_block = std::max(area->last_used_block, new_end);
  return true;
}

inline bool GcHeap::free(BlockRef block) {
  if (free_is_locked() || block.is_null()) return true;
  if (!is_head(block)) return false;
  free_object(block);
  return true;
}

inline uint32_t GcHeap::free_object(BlockRef head) {
  if (free_is_locked()) return 0;
  Area& area = *find_area(head.area);
  // A dying object's weak references are gone before a finaliser may free it.
  if (collecting_ && config_.weakref) area.clear_weakref(head.block);
  const uint32_t blocks = area.free_chain(head.block);
  reset_last_free_area(area);
  return blocks;
}

inline bool GcHeap::free_is_locked() const {
  if (config_.traits.free_in_collect) return lock_depth_ != 0;
  return locked();
}

// The device cannot tell which area comes first, so a block freed in another
// area than the one the search is in sends the search back to the front.
inline void GcHeap::reset_last_free_area(const Area& freed_in) {
  if (areas_[last_free_area_].get() != &freed_in) last_free_area_ = 0;
}

inline uint64_t GcHeap::used_blocks() const {
  uint64_t total = 0;
  for (const std::unique_ptr<Area>& area : areas_) total += area->used_blocks();
  return total;
}

inline uint64_t GcHeap::lock_field() const {
  if (config_.traits.collect_flag) {
    // A build without finalisers has no use for the flag, and no bit for it.
    if (!config_.finaliser) return lock_depth_;
    return lock_depth_ << 1 | (collecting_ ? 1 : 0);
  }
  return lock_depth_ + (collecting_ ? 1 : 0);
}

inline const Area* GcHeap::find_area(uint32_t id) const {
  if (areas_.front()->id() == id) return areas_.front().get();
  for (const std::unique_ptr<Area>& area : areas_) {
    if (area->id() == id) return area.get();
  }
  return nullptr;
}

inline Area* GcHeap::find_area(uint32_t id) {
  return const_cast<Area*>(std::as_const(*this).find_area(id));
}

inline bool GcHeap::is_head(BlockRef block) const {
  const Area* area = find_area(block.area);
  return area != nullptr && area->is_head(block.block);
}

inline uint32_t GcHeap::chain_blocks(BlockRef head) const {
  HEAP_CHECK(is_head(head), "a chain is measured from its head");
  return find_area(head.area)->chain_end(head.block) - head.block;
}

}  // namespace libheap
