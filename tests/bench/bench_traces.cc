#include "tests/bench/bench_traces.h"

#include "libheap/replay/replayer.h"
#include "libheap/replay/trace_recorder.h"
#include "libheap/trace/byte_sink.h"
#include "tests/support/golden_files.h"

namespace libheap::bench {

namespace {

BenchTrace reencoded(const std::filesystem::path& log) {
  BenchTrace trace;
  trace.name = log.filename().string();
  trace.name.resize(std::min(trace.name.find(".golden"), trace.name.size()));
  StringSink sink(trace.bytes);
  const std::unique_ptr<EventSource> source = open_trace(log.string());
  Replayer replayer(*source);
  TraceRecorder recorder(sink, {.time = RecorderOptions::Time::kPacket});
  replayer.observe_records(&recorder);
  replayer.run();
  recorder.finish();
  trace.events = replayer.result().events;
  return trace;
}

}  // namespace

std::vector<BenchTrace> golden_traces() {
  std::vector<BenchTrace> traces;
  for (const std::filesystem::path& log : testing::golden_logs("events")) {
    traces.push_back(reencoded(log));
  }
  return traces;
}

std::unique_ptr<EventSource> open(const BenchTrace& trace) {
  return open_trace(memory_byte_source(trace.bytes, trace.name));
}

}  // namespace libheap::bench
