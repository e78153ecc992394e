#pragma once

// From the lines of one printed map to its letters, block by block.
//
// Every line says by its offset where it belongs, so lines that were lost are
// found and their blocks are kLostBlock, never shifted or guessed. What an
// offset counts is bytes; how many make a block follows from the distance
// between lines, by majority, because any one line may be garbled. Up to
// v1.19 offsets are printed modulo 1 MiB (five digits) and unwrapped here.

#include <cstdint>
#include <string>
#include <vector>

#include "libheap/trace/mem_info_dump.h"

namespace libheap {

inline constexpr uint64_t kBlocksPerMapLine = 64;

// A line of letters as printed, with the folded lines in front of it.
struct PrintedMapLine {
  uint64_t free_lines_before = 0;
  uint64_t offset = 0;  // bytes, as printed
  bool wraps = false;   // five digits
  std::string letters;
  uint64_t line = 0;  // of the text
};

struct PrintedMap {
  std::vector<PrintedMapLine> lines;
  uint64_t free_lines_at_end = 0;
};

// Bytes per block, 0 where the lines do not say.
[[nodiscard]] uint64_t block_bytes_of(const PrintedMap& map);

// The letters of the area. It has at most `most_blocks`; where `exactly`, that
// many, and what is missing at the end is lost. What is wrong goes to `damage`.
[[nodiscard]] MemInfoArea assemble_area(const PrintedMap& map,
                                        uint64_t block_bytes,
                                        uint64_t most_blocks, bool exactly,
                                        std::vector<Damage>& damage);

}  // namespace libheap
