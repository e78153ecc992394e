#pragma once

// The heap as letters, one per block, laid out like micropython.mem_info(1):
//
//     00000000: h===hh=h....h=
//               (3 lines all free)
//
// h head, = tail, . free; 64 blocks per line (fewer where the terminal is
// narrow), each line with its byte offset from the pool's start. Two or more
// lines that are all free are folded into one.

#include <string>

#include "libheap/model/gc_heap.h"
#include "libheap/report/text_style.h"

namespace libheap {

[[nodiscard]] std::string heap_map_text(const GcHeap& heap,
                                        const TextStyle& style);

}  // namespace libheap
