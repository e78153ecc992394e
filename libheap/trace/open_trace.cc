#include <utility>

#include "libheap/trace/byte_source.h"
#include "libheap/trace/event_log_reader.h"
#include "libheap/trace/event_source.h"

namespace libheap {

std::unique_ptr<EventSource> open_trace(const std::string& path) {
  std::unique_ptr<ByteSource> source = open_byte_source(path);
  // Each encoding looks at source->peek() and says whether it knows the bytes;
  // the event log comes last, because it says what is wrong with all others.
  return std::make_unique<EventLogReader>(std::move(source));
}

}  // namespace libheap
