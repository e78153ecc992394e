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
    case EventKind::kCollect:
      if (event.phase == EventPhase::kBegin) {
        ++contents.collects_by_cause[static_cast<size_t>(event.cause)];
      }
      break;
    case EventKind::kAreaAdded:
      ++contents.areas_added;
      break;
    case EventKind::kSite:
      ++contents.sites;
      break;
    case EventKind::kLoss: {
      Gap gap;
      gap.event = contents.events;
      gap.lost = event.number;
      gap.line = event.line;
      contents.gaps.add(gap);
      break;
    }
    case EventKind::kEnd:
      contents.ended = true;
      contents.complete = event.flag;
      break;
    default:
      break;
  }
}

// Not for 0 bytes, and not only asking whether it could grow in place.
bool must_be_served(const Event& event) {
  if (event.n_bytes == 0) return false;
  return event.kind == EventKind::kAlloc || event.flag || event.block.is_null();
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
  // A request in two parts says what it asked at its begin, what it got at
  // its end.
  bool open_asks = false;
  while (source.next(event)) {
    count(event, contents);
    look_into(event, contents);
    if (event.kind != EventKind::kAlloc && event.kind != EventKind::kRealloc) {
      continue;
    }
    if (event.phase != EventPhase::kEnd) open_asks = must_be_served(event);
    if (event.phase != EventPhase::kBegin && open_asks && event.has_result &&
        event.result.is_null()) {
      ++contents.failed;
    }
  }
  contents.damage = source.damage();
  return contents;
}

}  // namespace libheap
