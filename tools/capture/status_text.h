#pragma once

// How a capture goes, as one line that fits its width.
//
//     0:12  1.2 MB  4,812 packets  1,203,442 events  98,211 events/s  0 lost
//         heap [████████░░░░        ] 62.0 % of 192.2 KB  largest run  41.2 KB
//         pauses 8.20 ms threshold, 7.90 ms, 8.10 ms          (all in one line)
//
// In the bar the full part is used, the shaded part free in pieces, the empty
// part the largest free run. "~" is what was so before a loss.
//
// Each part has forms, from long to none; each form is worth something. While
// the line is too wide, the form that is worth least gives way to its part's
// next.

#include <chrono>
#include <cstdint>
#include <string>

#include "libheap/report/text_style.h"
#include "tools/capture/live_heap.h"
#include "tools/capture/stream_monitor.h"

namespace libheap::tools {

struct StatusFacts {
  std::chrono::milliseconds elapsed{};
  StreamCounts counts;
  uint64_t events_per_second = 0;
  std::string note;  // "waiting for /dev/ttyACM0": takes the rate's place
  HeapNow heap;
};

// At most style.width columns, without a line end.
[[nodiscard]] std::string status_text(const StatusFacts& facts,
                                      const TextStyle& style);

// What is worth knowing when nothing good comes in: "no packets: ..."; empty
// when all is well or it is too early to say.
[[nodiscard]] std::string trouble(const StreamCounts& counts,
                                  std::chrono::milliseconds elapsed);

// 75 s -> "1:15", 3700 s -> "1:01:40"
[[nodiscard]] std::string clock_text(std::chrono::milliseconds elapsed);

}  // namespace libheap::tools
