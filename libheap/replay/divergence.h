#pragma once

// Divergence: the recording and the model disagree.
//
// Either the trace is damaged or incomplete, or the firmware did what our
// model does not know; both are worth knowing exactly. A divergence says
// where, what each side says, what happened just before, and how the heap
// looks around the block in question on both sides.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/base/block_ref.h"

namespace libheap {

enum class DivergenceKind : uint8_t {
  kLayout,      // an area's tables or pool lie elsewhere
  kResult,      // an allocation or resize answered another block
  kCollect,     // a collect where the model has none, or none where it has
  kAmount,      // the allocation counter at a collect differs
  kSurvivors,   // the table, or a figure, after a collect differs
  kCheckpoint,  // a digest or gc_info figure differs
  kBlock,       // free, realloc or weakref of what is no object
  kLock,        // the lock field differs
  kGrowth,      // another size asked for, an area added or dropped elsewhere
  kNesting,     // an end without a begin, a begin without an end
  kCount,       // the number of events differs from what END says
};
inline constexpr size_t kDivergenceKinds =
    static_cast<size_t>(DivergenceKind::kCount) + 1;

// "result", "collect", ...: the word in reports and --json.
[[nodiscard]] std::string_view name_of(DivergenceKind kind);

// "objects recorded as 12, the model has 11": the words for every figure on
// which the two sides differ.
[[nodiscard]] std::string both(std::string_view what, uint64_t recorded,
                               uint64_t modelled);

// A stretch of a table, one letter per block: h head, = tail, . free.
struct TableWindow {
  uint32_t area = 0;
  BlockIndex first_block = 0;
  std::string recorded;
  std::string modelled;
};

struct Divergence {
  DivergenceKind kind = DivergenceKind::kResult;
  uint64_t event = 0;   // counted events up to and with this one
  uint64_t line = 0;    // text logs; 0 elsewhere
  uint64_t offset = 0;  // bytes into the uncompressed trace
  std::string what;     // "alloc of 24 bytes: recorded block 20, model 18"
  std::vector<std::string> events_before;  // as log lines, oldest first
  std::vector<TableWindow> windows;  // empty where no block is in question
};

}  // namespace libheap
