#pragma once

// EventSource: a trace being read, whatever its encoding.
//
// The one interface between the readers (text log, .mpheap) and everything
// above. Reading is a single pass in constant memory: the header first, then
// next() until it answers false. Damage met on the way is in damage(), which
// is complete only then.

#include <cstdint>
#include <memory>
#include <string>

#include "libheap/trace/byte_source.h"
#include "libheap/trace/damage.h"
#include "libheap/trace/event.h"
#include "libheap/trace/trace_header.h"

namespace libheap {

class EventSource {
 public:
  virtual ~EventSource() = default;

  [[nodiscard]] virtual const TraceHeader& header() const = 0;
  // Fills `event`; false at the end. What event points to lives until the next
  // call.
  virtual bool next(Event& event) = 0;
  [[nodiscard]] virtual const DamageLog& damage() const = 0;
  // How far the reader is in its input, for progress: bytes as stored.
  [[nodiscard]] virtual uint64_t bytes_read() const = 0;
};

// Opens a trace for reading: "-" is standard input; plain, gzip or zstd, text
// event log or .mpheap trace, found out from the content. Throws Error naming
// the file when it cannot be read or is no trace.
[[nodiscard]] std::unique_ptr<EventSource> open_trace(const std::string& path);
[[nodiscard]] std::unique_ptr<EventSource> open_trace(
    std::unique_ptr<ByteSource> source);
// Do these bytes begin like a trace of either kind? Takes none of them.
[[nodiscard]] bool is_trace(ByteSource& source);

}  // namespace libheap
