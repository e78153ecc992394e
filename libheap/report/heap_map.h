#pragma once

// The heap as letters, one per block, laid out like micropython.mem_info(1):
//
//     00000000: h===hh=h....h=
//               (3 lines all free)
//
// The letter of an object's category at its first block, = for the rest of it,
// . free, ? unknown; coloured by category where the terminal can. Lines are as
// many blocks as fit, a power of two (64 as on the device, up to 256), each
// with its byte offset from the pool's start. Two or more lines that are all
// free are folded into one.
//
// A heap too large to be read block by block is drawn several blocks to a
// character: by how much of them is used.

#include <cstdint>
#include <optional>
#include <string>

#include "libheap/analysis/heap_picture.h"
#include "libheap/report/text_style.h"

namespace libheap {

struct HeapMapSettings {
  // Blocks drawn as one character; nothing: 1, or more for very large heaps.
  std::optional<uint32_t> blocks_per_letter;
  bool legend = true;
};

[[nodiscard]] std::string heap_map_text(const HeapPicture& picture,
                                        const TextStyle& style,
                                        const HeapMapSettings& settings = {});

}  // namespace libheap
