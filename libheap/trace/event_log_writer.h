#pragma once

// EventLogWriter: a trace as a text event log, MPHEAP-EVENTS 1.
//
//     EventLogWriter writer(*sink, source->header());
//     while (source->next(event)) writer.write(event);
//     writer.finish();
//     sink->finish();
//
// Lines are collected and handed on in large pieces. What was read from a
// recording is written as it was, but for the first line.

#include <string>

#include "libheap/trace/byte_sink.h"
#include "libheap/trace/event.h"
#include "libheap/trace/event_log_format.h"
#include "libheap/trace/trace_header.h"

namespace libheap {

class EventLogWriter {
 public:
  // The sink must outlive the writer.
  EventLogWriter(ByteSink& sink, const TraceHeader& header);

  void write(const Event& event) {
    append_event(waiting_, event);
    if (waiting_.size() >= kEnough) flush();
  }
  // Hands on what is waiting. The sink itself is not finished by this.
  void finish() { flush(); }

 private:
  static constexpr size_t kEnough = 128 * 1024;

  void flush();

  ByteSink& sink_;
  std::string waiting_;
};

}  // namespace libheap
