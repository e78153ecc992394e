#include <utility>

#include "libheap/trace/byte_source.h"
#include "libheap/trace/event_log_header.h"
#include "libheap/trace/event_log_reader.h"
#include "libheap/trace/event_source.h"
#include "libheap/trace/trace_reader.h"

namespace libheap {

namespace {

bool is_text_log(ByteSource& source) {
  return is_event_log(source.peek(kEventLogMagicBytes));
}

bool has_packets(ByteSource& source) {
  // A packet is at most 256 bytes, but there may be much text before one.
  constexpr size_t kLookAhead = 64 * 1024;
  return holds_packet(source.peek(kLookAhead));
}

}  // namespace

bool is_trace(ByteSource& source) {
  return is_text_log(source) || has_packets(source);
}

std::unique_ptr<EventSource> open_trace(std::unique_ptr<ByteSource> source) {
  if (!is_text_log(*source) && has_packets(*source)) {
    return std::make_unique<TraceReader>(std::move(source));
  }
  // The event log comes last: it says what is wrong with all else.
  return std::make_unique<EventLogReader>(std::move(source));
}

std::unique_ptr<EventSource> open_trace(const std::string& path) {
  return open_trace(open_byte_source(path));
}

}  // namespace libheap
