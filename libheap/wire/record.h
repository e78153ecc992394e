#pragma once

// Record: one event's encoding, taken out of a packet: numbers, no meaning.
//
// docs/trace-format.md, sections 4 and 5, says what the fields of each kind
// are. A block is named by age (how many records ago it was a result, in this
// packet) or by number; what that block is only who knows results can say.
//
// A record is 32 bytes, for nearly all of a trace is records. What only rare
// ones have is a RareRecord: PacketRecords::rare().

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "firmware-tracer/tracer_format.h"

namespace libheap {

struct Record {
  uint64_t time_us = 0;  // of the device's clock
  uint32_t number = 0;   // of the symbol: bytes, lock field, core, site, rare
  uint32_t site = 0;     // of the symbol; 0: the one in force
  uint32_t block = 0;    // with TRACER_AGE_FAR, and rare records' own block
  uint32_t result = 0;   // block number
  uint16_t rare = 0;     // which of its packet's; op is TRACER_OP_RARE
  uint8_t op = 0;        // TRACER_OP_*
  uint8_t age = 0;       // TRACER_AGE_NULL, 1 to 62, or TRACER_AGE_FAR
  bool has_result = false;  // verify mode
};
static_assert(sizeof(Record) == 32);

// The rest of a record whose op is TRACER_OP_RARE; its number says which kind.
// What it points into belongs to the packet's records.
struct RareRecord {
  std::array<uint64_t, 4> field{};
  std::span<const uint64_t> list;  // a counted list
  std::span<const uint32_t> runs;  // lengths, the first of ones
  bool runs_go_on = false;         // in the next record
  std::array<std::string_view, 3> text;
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
