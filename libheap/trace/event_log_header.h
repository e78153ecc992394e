#pragma once

// The head of a text event log, from its first line to BEGIN:
//
//     MPHEAP-EVENTS 1             or GOLDEN 1
//     H version v1.22.2           settings, in any order
//     H word 4
//     ...
//     AREA 0 f7c11018 ...         the memory the heap was given
//     BEGIN
//
// A log without a sound header is no log: every fault here is an Error with
// its line number. docs/event-log.md lists the settings.

#include <string>
#include <string_view>

#include "libheap/trace/line_reader.h"
#include "libheap/trace/trace_header.h"

namespace libheap {

inline constexpr std::string_view kGoldenFormat = "GOLDEN 1";
inline constexpr std::string_view kEventLogFormat = "MPHEAP-EVENTS 1";
// So many first bytes tell an event log from anything else.
inline constexpr size_t kEventLogMagicBytes = 17;

// Do these first bytes say "event log", of whatever version? Three that some
// editors put before any text of theirs (a byte order mark) do not count.
[[nodiscard]] bool is_event_log(std::string_view first_bytes);

// Reads up to and with BEGIN. Throws Error naming source and line.
[[nodiscard]] TraceHeader read_event_log_header(LineReader& lines);

// Always as MPHEAP-EVENTS 1, whatever header.format says.
void append_event_log_header(std::string& out, const TraceHeader& header);

}  // namespace libheap
