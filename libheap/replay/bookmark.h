#pragma once

// Bookmark: a place in a trace and all that a replay knows there, so that a
// later replay can begin there and not at the start of the trace.
//
//     replayer.state(), reader.position()  ──►  bookmark  ──►  bytes
//     replayer.resume(), reader.resume()   ◄──  bookmark  ◄──  bytes
//
// It is no keyframe: that is the device's table, sent in the trace, and says
// nothing of what the replay proved before it. What an observer gathered is
// not in it either.
//
// The bytes are 64-bit numbers, lowest byte first; bookmarks are kept by
// trace_index.h.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libheap/replay/resume_state.h"
#include "libheap/trace/trace_reader.h"

namespace libheap {

struct Bookmark {
  TracePosition position;
  uint64_t latest_us = 0;  // no event before is later; 0: no times
  ReplayState replay;
};

[[nodiscard]] std::string bytes_of(const Bookmark& bookmark);
// Nothing where the bytes cannot be a bookmark.
[[nodiscard]] std::optional<Bookmark> bookmark_from(std::string_view bytes);

}  // namespace libheap
