#pragma once

// KeyframeAssembly: a keyframe put together from its records.
//
//     KEYFRAME  counters
//     BLOCKS HEADS FINALISERS [WEAKREFS]     for each area, as rows of bits
//     KEYFRAME_END  digest
//
// A row may be spread over several records, and a lost packet voids the whole:
// finish() answers null unless everything was there.

#include <cstdint>
#include <span>
#include <vector>

#include "libheap/trace/event.h"
#include "libheap/wire/record.h"

namespace libheap {

// The counters of a keyframe's or a checkpoint's list.
struct HeapCounters {
  uint64_t amount = 0;
  std::optional<uint64_t> threshold;
  uint64_t lock_field = 0;
  bool auto_collect = true;
  uint32_t last_free_area = 0;
  std::vector<uint32_t> areas;  // ids, in list order
  std::vector<uint32_t> last_free_bytes;
  std::vector<uint32_t> last_used_blocks;  // empty in releases without
};

// False if the list is too short for what it announces.
[[nodiscard]] bool read_counters(std::span<const uint64_t> list,
                                 HeapCounters& counters);

class KeyframeAssembly {
 public:
  void begin(const RareRecord& record);
  void add_row(uint32_t kind, const RareRecord& record);
  // Null if it is void. Lives until the next begin().
  [[nodiscard]] const KeyframeRecord* finish(const RareRecord& record);
  void abandon() { open_ = false; }
  [[nodiscard]] bool is_open() const { return open_; }

 private:
  struct Rows {
    std::vector<uint32_t> used, heads, finalisers, weakrefs;
  };

  std::vector<uint32_t>* row_of(uint32_t kind);
  void make_table(const Rows& rows, RecordedTable& table) const;

  bool open_ = false;
  bool row_goes_on_ = false;
  uint32_t last_kind_ = 0;
  HeapCounters counters_;
  std::vector<Rows> rows_;
  KeyframeRecord keyframe_;
};

}  // namespace libheap
