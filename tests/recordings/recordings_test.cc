// Every recording of real MicroPython, put to the model: not one address,
// table, counter or digest may differ.

#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "libheap/replay/replayer.h"
#include "tests/support/golden_files.h"

namespace libheap {
namespace {

struct Expected {
  uint64_t events = 0;
  uint64_t collects = 0;
  uint64_t checkpoints = 0;
};

// What MANIFEST.tsv says of each event log.
std::map<std::string, Expected> manifest() {
  std::map<std::string, Expected> expected;
  std::ifstream file(testing::golden_dir() / "events" / "MANIFEST.tsv");
  std::string line;
  std::getline(file, line);  // titles
  while (std::getline(file, line)) {
    std::vector<std::string> cells;
    std::istringstream cells_of(line);
    for (std::string cell; std::getline(cells_of, cell, '\t');) {
      cells.push_back(cell);
    }
    if (cells.size() < 13) continue;
    expected[cells[0]] = {std::stoull(cells[5]), std::stoull(cells[10]),
                          std::stoull(cells[12])};
  }
  return expected;
}

std::string first_of(const ReplayResult& result) {
  if (result.first_divergences.empty()) return {};
  const Divergence& first = result.first_divergences.front();
  std::string text = "line " + std::to_string(first.line) + ": " + first.what;
  for (const std::string& before : first.events_before) {
    text += "\n  " + before.substr(0, 120);
  }
  return text;
}

class Recording : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(Recording, ReplaysWithoutADivergence) {
  const std::unique_ptr<EventSource> source = open_trace(GetParam().string());
  Replayer replayer(*source);
  replayer.run();
  const ReplayResult& result = replayer.result();
  EXPECT_EQ(result.divergences, 0u) << first_of(result);
  EXPECT_EQ(result.checkpoints_failed, 0u);
  EXPECT_EQ(source->damage().count(), 0u);
  EXPECT_TRUE(result.ended && result.complete);
  EXPECT_EQ(result.checkpoints_checked,
            result.by_kind[static_cast<size_t>(EventKind::kCheckpoint)]);
  EXPECT_GT(result.checkpoints_checked, 0u);
  EXPECT_GE(result.tables_checked, result.collects);
  replayer.heap().check_invariants();

  static const std::map<std::string, Expected> listed = manifest();
  const auto known = listed.find(GetParam().filename().string());
  if (known == listed.end()) return;
  EXPECT_EQ(result.events, known->second.events);
  EXPECT_EQ(result.by_kind[static_cast<size_t>(EventKind::kCollect)],
            known->second.collects);
  EXPECT_EQ(result.checkpoints_checked, known->second.checkpoints);
}

std::string test_name(
    const ::testing::TestParamInfo<std::filesystem::path>& info) {
  return testing::test_name_of(info.param);
}

INSTANTIATE_TEST_SUITE_P(Events, Recording,
                         ::testing::ValuesIn(testing::golden_logs("events")),
                         test_name);
INSTANTIATE_TEST_SUITE_P(
    Thresholds, Recording,
    ::testing::ValuesIn(testing::golden_logs("thresholds")), test_name);

TEST(Recordings, AreThere) {
  EXPECT_GE(testing::golden_logs("events").size(), 30u);
  EXPECT_GE(testing::golden_logs("thresholds").size(), 7u);
  if (!testing::all_recordings_present()) {
    GTEST_SKIP() << "only the committed third was replayed";
  }
}

}  // namespace
}  // namespace libheap
