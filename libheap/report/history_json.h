#pragma once

// The history of a heap as the page carries it: a JSON document whose pictures
// and areas are columns, and whose stays, of which there are up to a hundred
// thousand, are packed.
//
// Packed are columns of numbers, one after another, each number as a varint
// (seven bits a byte, lowest first, the top bit says that more follow); then
// zlib; then base64. What a column holds, in the order of the stays:
//
//     from     from - from of the stay before
//     area     the area's number
//     gap      the head - end of the stay before, where that has the same
//              `from` and area (they cannot overlap); else the head
//     blocks   - 1
//     length   to - from - 1
//     bytes    blocks * block size - those asked for + 1; 0: not known
//     birth    birth - birth of the stay before, zigzag (0, -1, 1, -2: 0, 1,
//              2, 3); 0: not known
//     site     index in `sites`; 0: not known
//
// page/history.js reads it back.

#include <string>

#include "libheap/analysis/heap_history.h"

namespace libheap {

// "mpheap.history/1"
[[nodiscard]] std::string history_json(const HeapHistoryFindings& history,
                                       uint64_t block_bytes);

// The packed stays, before base64.
[[nodiscard]] std::string packed_stays(const std::vector<HistoryStay>& stays,
                                       uint64_t block_bytes);

[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace libheap
