// The tuner against recordings of real MicroPython: what it recommends from
// one recording of a program is put to the others.

#include "libheap/analysis/tune.h"

#include <iostream>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/golden_files.h"

namespace libheap {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kOff = UINT64_MAX;

// By threshold.
using Recordings = std::map<uint64_t, fs::path>;

// "v1.24.1__json_doc__2048__192K": release, program, threshold, heap.
std::map<std::string, Recordings> programs() {
  std::map<std::string, Recordings> found;
  for (const fs::path& log : testing::golden_logs("thresholds")) {
    const std::string name = log.filename().string();
    const size_t program = name.find("__");
    const size_t threshold = name.find("__", program + 2);
    const std::string text = name.substr(threshold + 2);
    found[name.substr(0, threshold)]
         [text.starts_with("off") ? kOff : std::stoull(text)] = log;
  }
  return found;
}

TuneTrace trace_of(const fs::path& log) {
  const std::unique_ptr<EventSource> source = open_trace(log.string());
  return read_for_tune(*source);
}

// What each recording really came to.
using Truths = std::map<uint64_t, SimulationRun>;

Truths truths_of(const Recordings& recordings) {
  Truths truths;
  for (const auto& [bytes, log] : recordings) {
    const TuneTrace trace = trace_of(log);
    truths[bytes] = simulate(trace.workload, {}, trace.workload.estimates[0]);
  }
  return truths;
}

TuneFindings tuned(const fs::path& log) {
  TuneOptions options;
  options.steps_per_octave = 4;
  return tune(trace_of(log), options);
}

// Whatever is recorded at or below the recommendation served every request and
// kept room for the largest; and where that leaves a quarter of the heap in
// one piece at more than twice the recommendation, it was too timid.
TEST(Tune, RecommendsWhatTheRecordingsBearOut) {
  const std::map<std::string, Recordings> all = programs();
  if (all.empty()) GTEST_SKIP() << "no recordings";
  std::cout << "program                      from  recommended  confidence\n";
  for (const auto& [program, recordings] : all) {
    const Truths truths = truths_of(recordings);
    for (const uint64_t from : {uint64_t{2048}, uint64_t{16'384}}) {
      SCOPED_TRACE(fmt::format("{} from {}", program, from));
      const TuneFindings found = tuned(recordings.at(from));
      ASSERT_TRUE(found.choice);
      const WhatIf& chosen = found.candidates[*found.choice].answer;
      const uint64_t threshold = *chosen.threshold_bytes;
      std::cout << fmt::format("{:<26} {:>6} {:>12}  {}\n", program, from,
                               threshold, name_of(found.advice.confidence));
      const double room =
          static_cast<double>(found.inputs.largest_request_bytes);
      for (const auto& [bytes, truth] : truths) {
        const double run = static_cast<double>(truth.smallest_largest_run) *
                           static_cast<double>(chosen.pool_bytes) /
                           static_cast<double>(truth.total_blocks);
        if (bytes <= threshold) {
          EXPECT_EQ(truth.failed_allocations, 0u) << bytes;
          EXPECT_GE(run, room) << bytes;
        } else if (bytes != kOff && bytes > 2 * threshold) {
          EXPECT_LT(run, static_cast<double>(chosen.pool_bytes) / 4) << bytes;
        }
      }
    }
  }
}

}  // namespace
}  // namespace libheap
