#pragma once

// What `mpheap map` says beside its picture: of a dump of mem_info(), and as
// JSON ("mpheap.map/1") of either kind of input.

#include <string>
#include <vector>

#include "libheap/analysis/heap_film.h"
#include "libheap/analysis/heap_picture.h"
#include "libheap/analysis/mem_info_findings.h"
#include "libheap/report/text_style.h"

namespace libheap {

// The modelled heap of a trace at one moment.
struct TraceMoment {
  uint64_t event = 0;
  uint64_t time_us = UINT64_MAX;  // Event::kNoTime: the trace has no times
};

// "Dump 3 of the log, at line 120: ...": verdict first, then the figures, what
// changed since the dump before, and what is wrong with it.
[[nodiscard]] std::string mem_info_text(const MemInfoFindings& found,
                                        size_t number, const TextStyle& style);

// A strip of maps: one line per frame, the heap from left to right.
[[nodiscard]] std::string film_text(const HeapFilm& film,
                                    const TextStyle& style);

[[nodiscard]] std::string map_json(const std::string& source,
                                   const std::vector<MemInfoFindings>& dumps);
[[nodiscard]] std::string map_json(const std::string& source,
                                   const TraceMoment& moment,
                                   const HeapPicture& picture,
                                   const FreeRuns& runs);

}  // namespace libheap
