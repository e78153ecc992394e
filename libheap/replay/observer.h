#pragma once

// ReplayObserver: what an analysis sees of a replay.
//
// The only virtual interface of the replay. Every one-pass analysis is an
// observer: it is told each thing that really happened (results filled in,
// failed or not), with the modelled heap to ask as it is at that moment, and
// leaves a plain result struct behind. Default: look away.
//
// Order within a collect: on_collect_begin (garbage still there), whatever
// finalisers do, on_sweep (survivors known, nothing freed yet),
// on_collect_end. A resize that moves is one on_realloc; its hidden
// allocation and free are not told again.

#include <cstdint>
#include <span>
#include <string_view>

#include "libheap/base/block_ref.h"
#include "libheap/base/collect_cause.h"
#include "libheap/model/gc_heap.h"
#include "libheap/trace/event.h"

namespace libheap {

// Where in the trace, and the heap as it is there.
struct Moment {
  uint64_t event = 0;  // counted events so far, this one included
  uint64_t time_us = Event::kNoTime;
  uint32_t site = 0;
  uint8_t core = 0;
  const GcHeap* heap = nullptr;
};

struct SeenAlloc {
  uint64_t n_bytes = 0;
  uint64_t blocks = 0;  // asked for, whether given or not
  BlockRef at;          // null: failed, or asked for nothing
  bool finaliser = false;
  // Null because it was impossible, not because it was for 0 bytes or under
  // the lock.
  bool out_of_memory = false;
};

struct SeenRealloc {
  BlockRef old;  // null: a plain allocation
  uint64_t old_blocks = 0;
  uint64_t n_bytes = 0;  // 0: a free
  uint64_t blocks = 0;
  BlockRef at;  // null: failed, or n_bytes was 0
  bool may_move = false;
  bool out_of_memory = false;
};

struct SeenCollect {
  CollectCause cause = CollectCause::kExplicit;
  bool sweep_all = false;  // soft reset: nothing survives
  uint64_t amount = 0;     // blocks allocated since the collect before
  uint64_t begin_us = Event::kNoTime;
  uint64_t mark_end_us = Event::kNoTime;
  // The mark stack did, so there were rescan passes. Only a device says so:
  // false also stands for not recorded.
  bool overflowed = false;
  uint64_t heads_before = 0;
  uint64_t heads_after = 0;
};

class ReplayObserver {
 public:
  virtual ~ReplayObserver() = default;

  virtual void on_start(const TraceHeader&, const Moment&) {}
  virtual void on_alloc(const Moment&, const SeenAlloc&) {}
  virtual void on_realloc(const Moment&, const SeenRealloc&) {}
  // `blocks` is 0 where nothing was freed: null, or under the lock.
  virtual void on_free(const Moment&, BlockRef, uint32_t /*blocks*/) {}
  virtual void on_collect_begin(const Moment&, const SeenCollect&) {}
  virtual void on_sweep(const Moment&, std::span<const AreaSurvivors>) {}
  virtual void on_collect_end(const Moment&, const SeenCollect&) {}
  // Settings, marks, areas, checkpoints: as in the trace.
  virtual void on_other(const Moment&, const Event&) {}
  // Every record of the trace, after all of the above, with what the trace
  // left to the model filled in: results, blocks named by age.
  virtual void on_record(const Moment&, const Event&) {}
  virtual void on_finish(const Moment&) {}
};

}  // namespace libheap
