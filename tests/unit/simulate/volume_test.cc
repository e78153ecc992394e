#include "libheap/simulate/volume.h"

#include <gtest/gtest.h>

#include "libheap/simulate/build_workload.h"
#include "libheap/simulate/simulation.h"
#include "libheap/simulate/synthetic_trace.h"

namespace libheap {
namespace {

struct Made {
  Workload workload;
  std::vector<Position> deaths;
};

// Without a threshold of its own, so that a simulated one holds from the start.
Made make(std::string_view program, uint64_t rounds = 1000) {
  const SyntheticProgramKind& kind = *find_synthetic_program(program);
  SyntheticPlan plan;
  plan.device.heap_bytes = kind.heap_bytes;
  plan.rounds = rounds;
  SyntheticTrace trace(kind, plan);
  Made made{build_workload(trace), {}};
  made.deaths = trace.device().deaths();
  return made;
}

SimulationRun run_at(const Made& made, uint64_t threshold_blocks) {
  SimulationSettings settings;
  settings.threshold = SimulationSettings::Threshold::kBytes;
  settings.threshold_bytes = 16 * threshold_blocks;
  return simulate(made.workload, settings, made.deaths);
}

TEST(Volume, HoldsThePeakOfTheRealHeap) {
  for (const std::string_view program : {"json", "logger", "buffers", "pid"}) {
    const Made made = make(program);
    const Volume volume(made.workload, made.deaths);
    for (const uint64_t threshold : {256u, 1000u, 4096u}) {
      const SimulationRun run = run_at(made, threshold);
      if (run.exhausted_collects != 0) continue;
      // Resizes move more or less than recorded: a tenth more or less to go.
      EXPECT_LE(volume.peaks(threshold * 9 / 10).lowest, run.peak_used_blocks)
          << program << threshold;
      EXPECT_GE(volume.peaks(threshold * 11 / 10).highest, run.peak_used_blocks)
          << program << threshold;
    }
  }
}

// No resizes: sums and heap agree to the block, at the true phase.
TEST(Volume, CountsWhatTheHeapCounts) {
  const Made made = make("pid", 300);
  const Volume volume(made.workload, made.deaths);
  const SimulationRun run = run_at(made, 1u << 20);
  EXPECT_EQ(volume.allocated_blocks(), run.allocated_blocks);
  EXPECT_EQ(volume.peaks(1u << 20).highest, run.peak_used_blocks);
}

TEST(Volume, SaysWhereItsPointsAreTooFarApart) {
  const Made made = make("json");
  const Volume volume(made.workload, made.deaths);
  EXPECT_TRUE(volume.tells_apart(1000));
  EXPECT_FALSE(volume.tells_apart(1));
}

}  // namespace
}  // namespace libheap
