// Every recorded collect with its memory: the replay must mark what the chip
// marked, take the rescans it took, and price it as long as it was.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "libheap/analysis/graph_findings.h"
#include "libheap/report/snapshot_file.h"
#include "tests/oracle/naive_mark.h"
#include "tests/support/golden_files.h"

namespace libheap {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> snapshots() {
  std::vector<fs::path> found;
  const fs::path dir = testing::golden_dir() / "graphs";
  if (!fs::exists(dir)) return found;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir)) {
    if (entry.path().extension() == ".json") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

class RecordedGraph : public ::testing::TestWithParam<fs::path> {
 protected:
  GraphRecording recorded_ = read_recorded_graph(GetParam().string());
  GraphFindings findings_ = analyse_graph(recorded_, ElfSymbols(), {});
};

TEST_P(RecordedGraph, MarksWhatTheChipMarked) {
  ASSERT_TRUE(findings_.seen.has_value());
  EXPECT_TRUE(findings_.seen->survivors_equal);
  EXPECT_TRUE(findings_.seen->passes_equal);
  EXPECT_EQ(findings_.sweep.live_objects, recorded_.seen->live_objects);
}

// The recordings come with the counts of another replay of the same memory.
TEST_P(RecordedGraph, CountsWhatAnotherReplayCounted) {
  std::ifstream file(GetParam());
  const auto other = nlohmann::json::parse(file).at("from_replay");
  const MarkCounts& counts = findings_.counts;
  EXPECT_EQ(counts.scanned_objects, other.at("scanned_objects"));
  EXPECT_EQ(counts.scanned_words(), other.at("scanned_words"));
  EXPECT_EQ(counts.words.total() - counts.words.unaligned,
            other.at("aligned_words"));
  EXPECT_EQ(counts.words.in_pool, other.at("heap_pointers"));
  EXPECT_EQ(counts.rescan_blocks, other.at("rescan_blocks"));
}

// One cycle at 125 MHz is 0.008 us.
TEST_P(RecordedGraph, PricesTheCollectToTheCycle) {
  const ChipCollect& seen = *recorded_.seen;
  EXPECT_NEAR(findings_.pause.sweep_us, seen.sweep_us.value(), 0.008);
  EXPECT_NEAR(findings_.pause.total_us(), seen.total_us.value(), 0.008);
}

TEST_P(RecordedGraph, HoldsTheSameObjectsAsMarking) {
  const uint64_t held = findings_.held[0].objects + findings_.held[1].objects +
                        findings_.held[2].objects;
  EXPECT_EQ(held, findings_.sweep.live_objects);
  EXPECT_EQ(findings_.held[3].objects, findings_.sweep.freed_objects);
}

// With other mark stacks too, for which no chip was asked.
TEST_P(RecordedGraph, AgreesWithTheNaiveReplayOnAnyMarkStack) {
  HeapSnapshot snapshot = read_heap_snapshot(GetParam().string());
  for (const MarkStackRow& row : findings_.mark_stacks) {
    snapshot.facts.mark_stack_entries = row.entries;
    EXPECT_EQ(naive_mark(snapshot).passes, row.rescan_passes) << row.entries;
  }
}

std::string test_name(const ::testing::TestParamInfo<fs::path>& info) {
  return testing::test_name_of(info.param.stem());
}

INSTANTIATE_TEST_SUITE_P(Graphs, RecordedGraph,
                         ::testing::ValuesIn(snapshots()), test_name);

TEST(RecordedGraphs, AreThere) {
  EXPECT_GE(snapshots().size(), 20U);
  if (!testing::all_recordings_present()) {
    GTEST_SKIP() << "only the committed third was replayed";
  }
}

}  // namespace
}  // namespace libheap
