#pragma once

// What one mem_info() dump says of the heap, and whether it agrees with itself.
//
// The firmware prints figures and (with an argument) the table behind them;
// both are read, and compared. Where a map is whole its own figures count;
// otherwise those that were printed. The diagnosis is that of MicroPython's
// documentation: after a gc.collect(), is little free, or much, in pieces?
// Definitions: docs/analyses.md, "Dumps of mem_info".

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libheap/analysis/free_runs.h"
#include "libheap/analysis/heap_table.h"
#include "libheap/analysis/splitters.h"
#include "libheap/model/census.h"
#include "libheap/trace/mem_info_dump.h"

namespace libheap {

enum class HeapHealth : uint8_t {
  kGood,
  kLittleFree,  // less than kLittleFreeShare of the heap is free
  kInPieces,    // more, but the largest run is below kSmallRunShare of it
};
[[nodiscard]] std::string_view name_of(HeapHealth health);

inline constexpr double kLittleFreeShare = 0.10;
inline constexpr double kSmallRunShare = 0.50;
inline constexpr size_t kDumpSplitters = 8;

[[nodiscard]] HeapHealth health_of(uint64_t total_blocks, uint64_t free_blocks,
                                   uint64_t largest_run);

// A figure that the firmware printed and its map contradicts.
struct FigureDifference {
  std::string_view name;  // as in MemInfoFindings::census
  uint64_t printed = 0;
  uint64_t counted = 0;
};

// An object that splits the free memory, and its letter.
struct DumpSplitter {
  Splitter splitter;
  char kind = 'h';
};

// Against the dump before.
struct MemInfoChange {
  int64_t used_blocks = 0;
  int64_t objects = 0;
  int64_t max_free = 0;
  std::map<char, int64_t> by_kind;  // only kinds that changed
  // Only where both maps are whole and of the same heap.
  bool compared_blocks = false;
  uint64_t freed_blocks = 0;  // used before, free now
  uint64_t taken_blocks = 0;  // free before, used now
};

struct MemInfoFindings {
  uint64_t line = 0;
  uint64_t block_bytes = 0;
  bool block_bytes_known = false;
  std::optional<MemInfoFigures> printed;
  std::optional<uint64_t> stack_bytes;
  std::optional<uint64_t> stack_limit_bytes;
  bool has_map = false;
  bool whole = false;                // a map of which nothing is missing
  uint64_t lost_blocks = 0;          // of the map
  Census census;                     // objects is 0 where there is no map
  std::map<char, uint64_t> by_kind;  // objects per letter
  HeapTable table;
  FreeRuns runs;                        // of the map
  std::vector<DumpSplitter> splitters;  // ranked; at most kDumpSplitters
  double fragmentation = 0;
  HeapHealth health = HeapHealth::kGood;
  bool checked = false;  // figures against a whole map
  std::vector<FigureDifference> differences;
  std::vector<Damage> damage;
  std::optional<MemInfoChange> change;  // nothing for the first
};

// `before` is what was found in the dump before, or null.
// `usual_block_bytes` stands in where the dump does not say.
[[nodiscard]] MemInfoFindings examine(const MemInfoDump& dump,
                                      uint64_t usual_block_bytes,
                                      const MemInfoFindings* before);

}  // namespace libheap
