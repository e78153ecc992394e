#include "libheap/trace/event_log_writer.h"

#include "libheap/trace/event_log_header.h"

namespace libheap {

EventLogWriter::EventLogWriter(ByteSink& sink, const TraceHeader& header)
    : sink_(sink) {
  waiting_.reserve(2 * kEnough);
  append_event_log_header(waiting_, header);
}

void EventLogWriter::flush() {
  sink_.write(waiting_);
  waiting_.clear();
}

}  // namespace libheap
