// What-if answers against recordings of real MicroPython: the recorded setting
// is reproduced to the last block, and a program recorded at one threshold
// predicts itself at every other.

#include "libheap/simulate/what_if.h"

#include <cmath>
#include <iostream>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "libheap/simulate/build_workload.h"
#include "libheap/simulate/lifetimes.h"
#include "tests/support/golden_files.h"

namespace libheap {
namespace {

namespace fs = std::filesystem;
using Threshold = SimulationSettings::Threshold;

Workload workload_of(const fs::path& log) {
  const std::unique_ptr<EventSource> source = open_trace(log.string());
  Workload workload = build_workload(*source);
  estimate_deaths(workload);
  return workload;
}

std::vector<fs::path> all_logs() {
  std::vector<fs::path> logs = testing::golden_logs("events");
  const std::vector<fs::path> more = testing::golden_logs("thresholds");
  logs.insert(logs.end(), more.begin(), more.end());
  return logs;
}

// --- The recorded setting ---------------------------------------------------

class RecordedSetting : public ::testing::TestWithParam<fs::path> {};

TEST_P(RecordedSetting, IsReproducedExactly) {
  const Workload workload = workload_of(GetParam());
  for (const std::vector<Position>* deaths :
       {&workload.early, &workload.estimates[0], &workload.late}) {
    const SimulationRun run = simulate(workload, {}, *deaths);
    EXPECT_TRUE(run.exact());
    EXPECT_EQ(run.collects, workload.recorded.collects.size());
    EXPECT_EQ(run.final_digest.table, workload.recorded.final_digest.table);
    EXPECT_EQ(run.failed_allocations, workload.recorded.failed_allocations);
    EXPECT_EQ(run.growths, workload.recorded.growths);
  }
}

INSTANTIATE_TEST_SUITE_P(All, RecordedSetting, ::testing::ValuesIn(all_logs()),
                         [](const auto& log) {
                           return testing::test_name_of(log.param);
                         });

// --- One threshold from another ---------------------------------------------

struct Recording {
  std::string threshold;
  Workload workload;
  SimulationRun truth;
};

// By program: "v1.20.0__pid_float".
std::map<std::string, std::vector<fs::path>> programs() {
  std::map<std::string, std::vector<fs::path>> found;
  for (const fs::path& log : testing::golden_logs("thresholds")) {
    const std::string name = log.filename().string();
    const size_t end = name.find("__", name.find("__") + 2);
    found[name.substr(0, end)].push_back(log);
  }
  return found;
}

std::string threshold_in(const fs::path& log) {
  const std::string name = log.filename().string();
  const size_t begin = name.find("__", name.find("__") + 2) + 2;
  return name.substr(begin, name.find("__", begin) - begin);
}

SimulationSettings settings_for(const std::string& threshold) {
  SimulationSettings settings;
  settings.threshold = threshold == "off" ? Threshold::kOff : Threshold::kBytes;
  if (threshold != "off") settings.threshold_bytes = std::stoull(threshold);
  return settings;
}

// One figure of one prediction.
struct Compared {
  Bracket predicted;
  double truth = 0;
  double least_noise = 0;  // what two recordings of one run may differ by

  [[nodiscard]] double noise(double share) const {
    return std::max(least_noise, share * truth);
  }
  [[nodiscard]] bool inside() const {
    return truth >= predicted.low - noise(0.01) &&
           truth <= predicted.high + noise(0.01);
  }
  [[nodiscard]] bool close() const {
    return std::abs(predicted.estimate - truth) <= noise(0.05);
  }
  [[nodiscard]] double error() const {
    return truth == 0 ? (predicted.estimate == 0 ? 0 : 1)
                      : std::abs(predicted.estimate - truth) / truth;
  }
};

struct Figures {
  Compared collects;
  Compared peak;
  Compared run;
};

Figures compare(const WhatIf& answer, const SimulationRun& truth) {
  const auto bytes = [](uint64_t blocks) { return 16.0 * double(blocks); };
  return {{answer.collects, double(truth.collects), 1},
          {answer.peak_used_bytes, bytes(truth.peak_used_blocks), 0},
          {answer.min_largest_free_run_bytes, bytes(truth.smallest_largest_run),
           0}};
}

// Mean and worst error of the estimates of one figure.
struct Errors {
  double sum = 0;
  double worst = 0;
  double width = 0;
  int count = 0;

  void add(const Compared& compared) {
    sum += compared.error();
    worst = std::max(worst, compared.error());
    ++count;
    if (compared.truth == 0) return;
    width +=
        (compared.predicted.high - compared.predicted.low) / compared.truth;
  }
  [[nodiscard]] std::string text() const {
    const double n = std::max(count, 1);
    return fmt::format("{:5.1f} {:5.1f} {:7.1f}", 100 * sum / n, 100 * worst,
                       100 * width / n);
  }
};

using ErrorRow = std::array<Errors, 3>;

void print_table(const std::map<std::string, ErrorRow>& rows) {
  std::cout << "errors of the estimates and widths of the brackets in %: "
               "mean, worst, mean width\n"
            << fmt::format("{:<22} {:>19} {:>19} {:>19}\n", "recorded at",
                           "collects", "peak", "smallest run");
  for (const auto& [threshold, row] : rows) {
    std::cout << fmt::format("{:<22} {} {} {}\n", threshold, row[0].text(),
                             row[1].text(), row[2].text());
  }
}

TEST(WhatIf, EveryThresholdPredictsEveryOther) {
  std::map<std::string, ErrorRow> rows;
  for (const auto& [program, logs] : programs()) {
    std::vector<Recording> recordings;
    std::vector<SimulationSettings> settings;
    for (const fs::path& log : logs) {
      Recording recording{threshold_in(log), workload_of(log), {}};
      recording.truth =
          simulate(recording.workload, {}, recording.workload.early);
      settings.push_back(settings_for(recording.threshold));
      recordings.push_back(std::move(recording));
    }
    for (const Recording& from : recordings) {
      const std::vector<WhatIf> answers = what_if(from.workload, settings);
      for (size_t i = 0; i < recordings.size(); ++i) {
        const Recording& to = recordings[i];
        if (to.threshold == from.threshold) {
          EXPECT_TRUE(answers[i].exact) << program << " " << to.threshold;
          continue;
        }
        const Figures figures = compare(answers[i], to.truth);
        const std::string what = fmt::format("{} at {} predicts {}", program,
                                             from.threshold, to.threshold);
        size_t figure = 0;
        for (const Compared* one :
             {&figures.collects, &figures.peak, &figures.run}) {
          EXPECT_LE(one->predicted.low, one->predicted.estimate) << what;
          EXPECT_LE(one->predicted.estimate, one->predicted.high) << what;
          EXPECT_TRUE(one->inside())
              << what << ": figure " << figure << " is " << one->truth
              << ", not in " << one->predicted.low << " to "
              << one->predicted.high;
          if (from.threshold == "2048") {
            EXPECT_TRUE(one->close())
                << what << ": figure " << figure << " is " << one->truth
                << ", estimated " << one->predicted.estimate;
          }
          rows[from.threshold][figure++].add(*one);
        }
      }
    }
  }
  print_table(rows);
}

}  // namespace
}  // namespace libheap
