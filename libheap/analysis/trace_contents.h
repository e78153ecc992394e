#pragma once

// What a trace holds, without replaying it: the numbers of `mpheap info`.
//
// One pass over the events in constant memory. Nothing is checked against the
// model here; that is `replay`.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "libheap/replay/replay_result.h"
#include "libheap/trace/damage.h"
#include "libheap/trace/event_source.h"

namespace libheap {

struct TraceContents {
  std::string source;
  TraceHeader header;
  uint64_t blocks = 0;  // of the first area, as recorded
  uint64_t pool_bytes = 0;
  uint64_t areas_added = 0;
  uint64_t events = 0;  // counted kinds
  std::array<uint64_t, kEventKinds> by_kind{};
  std::array<uint64_t, 3> collects_by_cause{};
  uint64_t failed = 0;  // requests answered null, under the lock too
  uint64_t sites = 0;
  std::array<uint64_t, 2> by_core{};
  uint64_t first_us = Event::kNoTime;
  uint64_t last_us = Event::kNoTime;
  GapLog gaps;
  DamageLog damage;
  bool ended = false;
  bool complete = false;
};

[[nodiscard]] TraceContents read_contents(EventSource& source,
                                          const std::string& source_name);

}  // namespace libheap
