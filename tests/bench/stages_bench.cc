// What an event costs from bytes to findings: the whole golden set decoded,
// replayed, and analysed by everything `mpheap report` knows.

#include <benchmark/benchmark.h>

#include "libheap/analysis/findings.h"
#include "libheap/base/check.h"
#include "libheap/replay/replayer.h"
#include "tests/bench/bench_traces.h"

namespace libheap::bench {
namespace {

const std::vector<BenchTrace>& traces() {
  static const std::vector<BenchTrace> all = golden_traces();
  return all;
}

// Runs `one` on every trace, which answers how many events it saw.
template <typename One>
void over_all(benchmark::State& state, const One& one) {
  uint64_t events = 0;
  for (const BenchTrace& trace : traces()) events += trace.events;
  for (auto _ : state) {
    for (const BenchTrace& trace : traces()) {
      const std::unique_ptr<EventSource> source = open(trace);
      HEAP_CHECK(one(*source) == trace.events, "every event is seen");
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(events) * state.iterations());
}

uint64_t decode(EventSource& source) {
  Event event;
  uint64_t events = 0;
  while (source.next(event)) {
    const bool counted = is_counted(event.kind);
    events += counted && event.phase != EventPhase::kEnd ? 1 : 0;
  }
  return events;
}

uint64_t replay(EventSource& source) {
  Replayer replayer(source);
  replayer.run();
  HEAP_CHECK(replayer.result().divergences == 0, "the model is exact");
  return replayer.result().events;
}

uint64_t find(EventSource& source) {
  return analyse(source, "golden").proof.events;
}

void golden_decode(benchmark::State& state) { over_all(state, decode); }
void golden_replay(benchmark::State& state) { over_all(state, replay); }
void golden_report(benchmark::State& state) { over_all(state, find); }

BENCHMARK(golden_decode)->Unit(benchmark::kMillisecond);
BENCHMARK(golden_replay)->Unit(benchmark::kMillisecond);
BENCHMARK(golden_report)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace libheap::bench
