#pragma once

// NaiveHeap: the collector's heap in the slowest and plainest way there is.
//
// It keeps what a device keeps: per area the memory in front of the pool, byte
// for byte (table, gap byte, finaliser table, weak-reference table, slack),
// and walks it two bits at a time from the device's own scan index. Nothing is
// cached, bounded or skipped. What the fast model claims to follow from such a
// heap must therefore come out of this one by itself: that placement is plain
// first fit although searches start at the index, or that releases before
// v1.20 walk past the end of the table into the finaliser table.
//
// A request runs to its end in one call. Where the device calls out, this
// calls the port: to collect, to find memory for another area, to finalise.
//
// It is written from the description of the real heap in docs/heap-model.md,
// decides itself what a release does, and shares with libheap/model only plain
// structs (HeapConfig, Census, TableDigest) so that answers can be compared.

#include <cstdint>
#include <list>
#include <optional>
#include <vector>

#include "libheap/base/block_ref.h"
#include "libheap/base/collect_cause.h"
#include "libheap/model/census.h"
#include "libheap/model/gc_heap.h"
#include "libheap/model/heap_config.h"

namespace libheap {

// What lies around the heap.
class NaivePort {
 public:
  virtual ~NaivePort() = default;
  // Calls collect_start(), mark() for what lives, collect_end().
  virtual void collect(CollectCause cause) = 0;
  // An object that dies has its finaliser flag set.
  virtual void finalise(BlockRef head) = 0;
  // Bytes that could be had for another area.
  virtual uint64_t max_new_split() = 0;
  // The address of that many bytes; nullopt if they cannot be had after all.
  virtual std::optional<uint64_t> allocate_split(uint64_t bytes) = 0;
  virtual void area_dropped(uint32_t area) = 0;
};

struct NaiveArea {
  uint32_t id = 0;
  uint64_t table = 0;  // address of the first table
  uint64_t table_bytes = 0;
  uint64_t finalisers_at = 0;  // offset in `memory`
  uint64_t finalisers_bytes = 0;
  uint64_t weakrefs_at = 0;
  uint64_t weakrefs_bytes = 0;
  uint64_t pool = 0;
  uint64_t pool_end = 0;
  std::vector<uint8_t> memory;  // from the first table up to the pool
  uint64_t last_free_byte = 0;
  uint64_t last_used_block = 0;

  [[nodiscard]] uint64_t blocks() const { return 4 * table_bytes; }
};

class NaiveHeap {
 public:
  NaiveHeap(const HeapConfig& config, NaivePort& port);

  void init(uint64_t start, uint64_t end);
  void add_area(uint64_t start, uint64_t end);

  BlockRef alloc(uint64_t n_bytes, bool finaliser);
  BlockRef realloc(BlockRef old, uint64_t n_bytes, bool may_move);
  void free(BlockRef block);
  // True while a free does nothing.
  [[nodiscard]] bool free_is_locked() const;
  // Bytes of the whole chain; 0 unless `block` is a head.
  [[nodiscard]] uint64_t n_bytes(BlockRef block) const;

  void collect_start();
  void mark(BlockRef head);
  void collect_end();
  void sweep_all();

  void lock() { lock_field_ += lock_step(); }
  void unlock() { lock_field_ -= lock_step(); }
  void mark_weakref(BlockRef head);

  [[nodiscard]] const std::list<NaiveArea>& areas() const { return areas_; }
  [[nodiscard]] uint32_t last_free_area() const { return last_free_area_->id; }
  [[nodiscard]] uint64_t lock_field() const { return lock_field_; }
  // Adjusted with every field of a table that is written.
  [[nodiscard]] uint64_t used_blocks() const { return used_blocks_; }
  [[nodiscard]] Census info() const;
  [[nodiscard]] TableDigest digest() const;
  [[nodiscard]] bool has_finaliser(BlockRef head) const;
  [[nodiscard]] bool has_weakref(BlockRef head) const;

  // The program stores to these directly, so they are plain here too.
  uint64_t amount = 0;
  uint64_t threshold = UINT64_MAX;  // blocks; all ones is off
  bool auto_collect = true;

 private:
  using AreaIterator = std::list<NaiveArea>::iterator;
  enum Kind : uint8_t { kFree = 0, kHead = 1, kTail = 2, kMark = 3 };

  // Release rules.
  [[nodiscard]] bool since(int minor) const;
  [[nodiscard]] uint64_t gap() const { return since(20) ? 1 : 0; }
  [[nodiscard]] bool has_last_used_block() const { return since(21); }
  [[nodiscard]] bool has_collect_flag() const;
  [[nodiscard]] uint64_t lock_step() const;
  [[nodiscard]] bool split() const { return config_.split != SplitMode::kNone; }

  // Tables.
  [[nodiscard]] Kind kind(const NaiveArea& area, uint64_t block) const;
  void set_kind(NaiveArea& area, uint64_t block, Kind kind);
  [[nodiscard]] NaiveArea* find(uint32_t id);
  [[nodiscard]] const NaiveArea* find(uint32_t id) const;
  [[nodiscard]] NaiveArea lay_out(uint64_t start, uint64_t end,
                                  uint64_t record) const;

  // Sizes are unsigned words of the device.
  [[nodiscard]] uint64_t word(uint64_t value) const;
  [[nodiscard]] uint64_t blocks_for(uint64_t n_bytes) const;

  // Steps of a request.
  [[nodiscard]] std::optional<uint64_t> search(NaiveArea& area, uint64_t n);
  void take(AreaIterator area, uint64_t end_block, uint64_t n, bool finaliser);
  bool try_add_area(uint64_t n_bytes);
  void lowered(NaiveArea& area, uint64_t block);

  // The end of a collect.
  void finaliser_pass();
  void finaliser_pass(NaiveArea& area);
  void sweep();
  // The new last_used_block.
  uint64_t sweep(NaiveArea& area);
  void finalise(NaiveArea& area, uint64_t block);

  HeapConfig config_;
  NaivePort& port_;
  std::list<NaiveArea> areas_;
  AreaIterator last_free_area_;
  uint32_t next_area_id_ = 0;
  uint64_t lock_field_ = 0;
  uint64_t used_blocks_ = 0;
};

}  // namespace libheap
