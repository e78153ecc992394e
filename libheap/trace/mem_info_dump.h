#pragma once

// MemInfoDump: what one call of micropython.mem_info() printed.
//
//     stack: 820 out of 7936
//     GC: total: 245888, used: 6992, free: 238896            MemInfoFigures
//      No. of 1-blocks: 138, 2-blocks: 10, max blk sz: 64, max free sz: 14618
//     GC memory layout; from 20003f80:                       a MemInfoArea,
//     00000000: h=MLhh..D......Dh..DBDBh===B.B=.B=BBBh==     only with
//     00000400: =Bh===h===========Dh============BBBB....     mem_info(1)
//            (4 lines all free)
//
// Letters, the same in every release since v1.12: '.' free, '=' tail, 'm' a
// marked head (a dump during a collect), any other a head; which one says what
// its object is. A block whose line was lost is kLostBlock: nothing is known
// of it. docs/tools.md, "map", lists the letters.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libheap/trace/damage.h"

namespace libheap {

inline constexpr char kFreeLetter = '.';
inline constexpr char kTailLetter = '=';
inline constexpr char kLostBlock = '?';
// Of 32-bit ports; what is assumed where a dump does not say.
inline constexpr uint64_t kUsualBlockBytes = 16;

// The lines that every dump has, in the firmware's own units.
struct MemInfoFigures {
  uint64_t total_bytes = 0;
  uint64_t used_bytes = 0;
  uint64_t free_bytes = 0;
  // What the port could still add; auto-grown heaps only.
  std::optional<uint64_t> max_new_split_bytes;
  bool has_sizes = false;  // the second line was there
  uint64_t one_block_objects = 0;
  uint64_t two_block_objects = 0;
  uint64_t max_block = 0;  // blocks
  uint64_t max_free = 0;   // blocks
};

// One "GC memory layout": split heaps print several.
struct MemInfoArea {
  std::optional<uint64_t> pool;  // its address, where it was printed
  std::string letters;           // one per block
  uint64_t lost_blocks = 0;      // of letters
};

struct MemInfoDump {
  uint64_t line = 0;  // of the text, from 1: its first
  std::optional<MemInfoFigures> figures;
  std::optional<uint64_t> stack_bytes;
  std::optional<uint64_t> stack_limit_bytes;
  std::vector<MemInfoArea> areas;  // none: no map was printed
  // Told from the offsets in front of the lines; 0: they do not say.
  uint64_t block_bytes = 0;
  std::vector<Damage> damage;  // lines lost, cut or garbled, in its map
};

}  // namespace libheap
