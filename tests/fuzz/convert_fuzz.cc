// Any text event log that replays without fault, as a .mpheap trace and back:
// the same events, the same heap, and no fault either way.
//
// The first byte says how the trace is written; the others are a whole log
// (seeds are beginnings of recordings) or, with bit 7, the body of one.

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "libheap/base/error.h"
#include "libheap/replay/log_recorder.h"
#include "libheap/replay/replayer.h"
#include "libheap/replay/trace_recorder.h"
#include "libheap/trace/byte_sink.h"
#include "libheap/trace/byte_source.h"
#include "libheap/trace/event_source.h"
#include "tests/fuzz/require.h"
#include "tests/support/log_reading.h"

namespace libheap {
namespace {

using testing::require;

// Beyond it the tables take most of the time.
constexpr uint64_t kSmallHeap = 4096;

// What a conversion made, and what it knew of the heap at the end.
struct Converted {
  std::string text;
  TableDigest digest;
  uint64_t events = 0;
  bool sound = false;
};

// What a trace adds of its own, and the header's lines, are left out.
bool is_said_by_both(const Event& event) {
  return event.kind != EventKind::kKeyframe &&
         event.kind != EventKind::kCheckpoint;
}

template <typename Recorder>
Converted convert(const std::string& from, const auto& make_recorder) {
  const std::unique_ptr<EventSource> source =
      open_trace(memory_byte_source(from, "fuzz"));
  Converted made;
  StringSink sink(made.text);
  Replayer replayer(*source);
  if (replayer.heap().total_blocks() > kSmallHeap) throw Error("large");
  Recorder recorder = make_recorder(sink);
  replayer.observe_records(&recorder);
  replayer.run();
  recorder.finish();
  const ReplayResult& result = replayer.result();
  made.digest = replayer.heap().digest();
  made.events = result.events;
  made.sound = result.divergences == 0 && source->damage().count() == 0 &&
               result.gaps.empty();
  return made;
}

Converted as_trace(const std::string& from, const RecorderOptions& options) {
  return convert<TraceRecorder>(
      from, [&](ByteSink& sink) { return TraceRecorder(sink, options); });
}

Converted as_log(const std::string& from) {
  return convert<LogRecorder>(from, [](ByteSink& sink) {
    return LogRecorder(sink, [](const Event& event, uint64_t) {
      return is_said_by_both(event);
    });
  });
}

// The keyframe that was left out is at 0. Where nothing else is, a trace made
// of the rest counts its times from its first event.
bool begins_at_zero(const std::string& log) {
  const size_t first = log.find(" t=");
  return first == std::string::npos || log.compare(first, 4, " t=0") == 0;
}

void check(const std::string& log, uint8_t how) {
  const RecorderOptions options = {
      .time = static_cast<RecorderOptions::Time>(how % 3),
      .verify = (how & 4) != 0};
  const Converted trace = as_trace(log, options);
  if (!trace.sound) return;  // it follows the model where the two disagree
  const Converted back = as_log(trace.text);
  require(back.sound);
  require(back.digest == trace.digest && back.events == trace.events);
  // What is in the log now is all that was in the trace.
  const Converted again = as_trace(back.text, options);
  require(again.sound);
  require(again.digest == trace.digest && again.events == trace.events);
  if (!begins_at_zero(back.text)) return;
  const Converted log_again = as_log(again.text);
  require(log_again.text == back.text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string text(data + 1, data + size);
  try {
    check((data[0] & 0x80) != 0 ? testing::own_log(text) : text, data[0]);
  } catch (const Error&) {
    return 0;  // no heap that can be modelled
  }
  return 0;
}

}  // namespace libheap
