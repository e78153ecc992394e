// Google Benchmark, with the benchmarks that exist only once the golden logs
// have been read. --benchmark_filter and all its other options are as usual.

#include <benchmark/benchmark.h>

namespace libheap::bench {
void register_model_benchmarks();
}

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  libheap::bench::register_model_benchmarks();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
