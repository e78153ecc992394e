// Any trace through everything: the replay with all analyses, the model's
// invariants after every event, and the replay written down again both ways.
//
// The first byte says what the others are: parts of a device's stream (see
// device_stream.h), the body of a text log, or a whole file.

#include <cstdint>
#include <span>
#include <string>

#include "libheap/analysis/findings.h"
#include "libheap/base/error.h"
#include "libheap/replay/log_recorder.h"
#include "libheap/replay/replayer.h"
#include "libheap/replay/trace_recorder.h"
#include "libheap/report/html_report.h"
#include "libheap/report/json_report.h"
#include "libheap/report/sites_report.h"
#include "libheap/report/text_report.h"
#include "libheap/trace/byte_sink.h"
#include "libheap/trace/byte_source.h"
#include "libheap/trace/event_source.h"
#include "tests/fuzz/device_stream.h"
#include "tests/fuzz/require.h"
#include "tests/support/log_reading.h"

namespace libheap {
namespace {

using testing::require;

// Beyond it a check of every invariant after every event takes too long.
constexpr uint64_t kSmallHeap = 4096;

std::string trace_from(std::span<const uint8_t> input) {
  const std::span<const uint8_t> rest = input.subspan(1);
  const std::string text(rest.begin(), rest.end());
  switch (input[0] % 8) {
    case 0:
      return text;
    case 1:
      return testing::golden_log(text);
    case 2:
      return testing::own_log(text);
    default:
      return testing::device_stream(rest);
  }
}

std::unique_ptr<EventSource> open(const std::string& trace) {
  return open_trace(memory_byte_source(trace, "fuzz"));
}

void report(const std::string& trace) {
  const std::unique_ptr<EventSource> source = open(trace);
  const bool reported = trace.size() % 8 == 0;  // takes longer than the rest
  HeapHistoryFindings history;
  const Findings findings =
      analyse(*source, "fuzz", reported ? &history : nullptr);
  // What was wrong is never lost on the way to the reader.
  require(findings.damage.count() == source->damage().count());
  if (!reported) return;
  static_cast<void>(report_text(findings, {}));
  static_cast<void>(report_json(findings));
  static_cast<void>(report_html(findings, history));
  static_cast<void>(sites_text(findings.sites, {}, {}));
  static_cast<void>(sites_json(findings.sites, {}, {}));
  static_cast<void>(folded_stacks(findings.sites, SiteOrder::kBlocks));
}

void write_again(const std::string& trace) {
  const std::unique_ptr<EventSource> source = open(trace);
  Replayer replayer(*source);
  std::string packets;
  std::string log;
  StringSink packet_sink(packets);
  StringSink log_sink(log);
  TraceRecorder trace_recorder(packet_sink, {});
  LogRecorder log_recorder(log_sink);
  replayer.observe_records(&trace_recorder);
  replayer.observe_records(&log_recorder);
  while (replayer.step()) {
    if (replayer.heap().total_blocks() <= kSmallHeap) {
      replayer.heap().check_invariants();
    }
  }
  trace_recorder.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string trace = trace_from({data, size});
  try {
    report(trace);
    write_again(trace);
  } catch (const Error&) {
    return 0;  // no heap that can be modelled; that is an answer too
  }
  return 0;
}

}  // namespace libheap
