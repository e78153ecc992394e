// Any records in sound packets, or any bytes at all, as a .mpheap trace:
// reading ends, and every event can be written as text.
//
// The first byte says which (see device_stream.h).

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "libheap/base/error.h"
#include "libheap/trace/byte_source.h"
#include "libheap/trace/event_log_format.h"
#include "libheap/trace/trace_reader.h"
#include "tests/fuzz/device_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::span<const uint8_t> rest(data + 1, size - 1);
  const std::string stream = data[0] % 4 != 0
                                 ? libheap::testing::device_stream(rest)
                                 : std::string(rest.begin(), rest.end());
  try {
    libheap::TraceReader reader(libheap::memory_byte_source(stream, "fuzz"));
    libheap::Event event;
    size_t letters = 0;
    while (reader.next(event)) {
      // A keyframe has no text.
      if (event.kind == libheap::EventKind::kKeyframe) continue;
      letters += libheap::format_event(event).size();
    }
    if (reader.bytes_read() != stream.size()) std::abort();
    static_cast<void>(letters);
  } catch (const libheap::Error&) {
    return 0;  // no description of a heap; that is an answer too
  }
  return 0;
}
