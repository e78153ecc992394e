#pragma once

// Record: one event's encoding, taken out of a packet: numbers, no meaning.
//
// docs/trace-format.md, sections 4 and 5, says what the fields of each kind
// are. A block is named by age (how many records ago it was a result, in this
// packet) or by number; what that block is only who knows results can say.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "firmware-tracer/tracer_format.h"

namespace libheap {

struct Record {
  uint32_t op = 0;       // TRACER_OP_*
  uint32_t number = 0;   // of the symbol: bytes, lock field, core, site, rare
  uint32_t site = 0;     // of the symbol; 0: the one in force
  uint32_t age = 0;      // TRACER_AGE_NULL, 1 to 62, or TRACER_AGE_FAR
  uint32_t block = 0;    // with TRACER_AGE_FAR, and rare records' own block
  uint64_t time_us = 0;  // of the device's clock
  bool has_result = false;  // verify mode
  uint32_t result = 0;      // block number

  // Rare records; op is TRACER_OP_RARE and number says which.
  std::array<uint64_t, 4> field{};
  std::vector<uint64_t> list;  // a counted list
  std::vector<uint32_t> runs;  // lengths, the first of ones
  bool runs_go_on = false;     // in the next record
  std::array<std::string, 3> text;
};

// Is this a request for memory, served or not?
[[nodiscard]] inline bool has_bytes(uint32_t op) {
  return op >= TRACER_OP_ALLOC && op <= TRACER_OP_REALLOC_MOVE_FAILED;
}

// Is this rare record a row of runs?
[[nodiscard]] inline bool is_run_row(uint32_t rare) {
  return rare == TRACER_RARE_SURVIVORS || rare == TRACER_RARE_BLOCKS ||
         rare == TRACER_RARE_HEADS || rare == TRACER_RARE_FINALISERS ||
         rare == TRACER_RARE_WEAKREFS;
}

}  // namespace libheap
