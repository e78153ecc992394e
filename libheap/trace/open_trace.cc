#include <utility>

#include "libheap/trace/byte_source.h"
#include "libheap/trace/event_log_header.h"
#include "libheap/trace/event_log_reader.h"
#include "libheap/trace/event_source.h"
#include "libheap/trace/trace_reader.h"

namespace libheap {

std::unique_ptr<EventSource> open_trace(const std::string& path) {
  std::unique_ptr<ByteSource> source = open_byte_source(path);
  // A packet is at most 256 bytes, but there may be much text before one.
  constexpr size_t kLookAhead = 64 * 1024;
  if (!is_event_log(source->peek(kEventLogMagicBytes)) &&
      holds_packet(source->peek(kLookAhead))) {
    return std::make_unique<TraceReader>(std::move(source));
  }
  // The event log comes last: it says what is wrong with all else.
  return std::make_unique<EventLogReader>(std::move(source));
}

}  // namespace libheap
