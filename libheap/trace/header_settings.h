#pragma once

// The "H <key> <value>" lines of an event log as one table, for reading and
// for writing. Its order is the order in which they are written.
//
// To add a setting: a field in TraceHeader, a row here, a row in the table of
// docs/event-log.md.

#include <span>
#include <string>
#include <string_view>

#include "libheap/trace/trace_header.h"

namespace libheap {

struct HeaderSetting {
  std::string_view key;
  bool required = false;
  std::string_view allowed = {};  // completes "must be ..."
  // False if the value cannot be. Null: the value is kept as it is, in
  // TraceHeader::extra, and this row only gives its place.
  bool (*read)(const std::string& value, TraceHeader& header) = nullptr;
  // Empty: no line.
  std::string (*write)(const TraceHeader& header) = nullptr;
};

[[nodiscard]] std::span<const HeaderSetting> header_settings();

// The board's clock as the trace gives it; 0 if it does not.
[[nodiscard]] uint64_t clock_of(const TraceHeader& header);

// Null for a key that has no row.
[[nodiscard]] const HeaderSetting* find_header_setting(std::string_view key);

}  // namespace libheap
