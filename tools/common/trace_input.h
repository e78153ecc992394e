#pragma once

// A command's trace: opened by name, with a progress line for a person
// waiting at a terminal.

#include <memory>
#include <string>

#include "libheap/trace/event_source.h"

namespace libheap::tools {

// Where in a trace, as typed: "1234" is an event, "250ms", "3.5s", "800us" a
// time since the trace began.
struct TracePlace {
  bool is_time = false;
  uint64_t value = 0;  // event number or microseconds
};
// Throws UsageError; `option` names the culprit.
[[nodiscard]] TracePlace parse_place(const std::string& text,
                                     const std::string& option);

// As open_trace. Unless `quiet`, and where stderr is a terminal, shows how far
// reading is once it has taken a second.
[[nodiscard]] std::unique_ptr<EventSource> open_input(const std::string& path,
                                                      bool quiet);
// A trace that is open, with the progress line.
[[nodiscard]] std::unique_ptr<EventSource> with_progress(
    std::unique_ptr<EventSource> source, const std::string& path, bool quiet);
// The same for bytes that are already open; `path` tells how many there are.
[[nodiscard]] std::unique_ptr<EventSource> open_input(
    std::unique_ptr<ByteSource> source, const std::string& path, bool quiet);

}  // namespace libheap::tools
