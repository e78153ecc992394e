#include "libheap/analysis/trace_contents.h"

#include <algorithm>

namespace libheap {

namespace {

void count(const Event& event, TraceContents& contents) {
  if (event.phase != EventPhase::kEnd) {
    ++contents.by_kind[static_cast<size_t>(event.kind)];
    if (is_counted(event.kind)) {
      ++contents.events;
      ++contents.by_core[std::min<size_t>(event.core, 1)];
    }
  }
  if (event.time_us != Event::kNoTime) {
    if (contents.first_us == Event::kNoTime) contents.first_us = event.time_us;
    contents.last_us = event.time_us;
  }
}

void look_into(const Event& event, TraceContents& contents) {
  switch (event.kind) {
    case EventKind::kAlloc:
    case EventKind::kRealloc:
      if (event.phase == EventPhase::kWhole && event.has_result &&
          event.n_bytes != 0 && event.result.is_null()) {
        ++contents.failed;
      }
      break;
    case EventKind::kCollect:
      if (event.phase == EventPhase::kBegin) {
        ++contents.collects_by_cause[static_cast<size_t>(event.cause)];
      }
      break;
    case EventKind::kAreaAdded: ++contents.areas_added; break;
    case EventKind::kSite: ++contents.sites; break;
    case EventKind::kLoss: {
      Gap gap;
      gap.event = contents.events;
      gap.lost = event.number;
      gap.line = event.line;
      contents.gaps.push_back(gap);
      contents.lost += event.number;
      break;
    }
    case EventKind::kEnd:
      contents.ended = true;
      contents.complete = event.flag;
      break;
    default: break;
  }
}

}  // namespace

TraceContents read_contents(EventSource& source,
                            const std::string& source_name) {
  TraceContents contents;
  contents.source = source_name;
  contents.header = source.header();
  contents.blocks = 4 * source.header().area.table_bytes;
  contents.pool_bytes = contents.blocks * source.header().block_bytes;
  Event event;
  // A failed request that had something happen inside it says so at its end,
  // where its size is no longer told.
  uint64_t open_bytes = 0;
  while (source.next(event)) {
    count(event, contents);
    look_into(event, contents);
    const bool request =
        event.kind == EventKind::kAlloc || event.kind == EventKind::kRealloc;
    if (!request) continue;
    if (event.phase == EventPhase::kBegin) open_bytes = event.n_bytes;
    if (event.phase == EventPhase::kEnd && event.has_result &&
        event.result.is_null() && open_bytes != 0) {
      ++contents.failed;
    }
  }
  contents.damage = source.damage();
  return contents;
}

}  // namespace libheap
