// The pause model against measured pauses of real MicroPython: shapes of heap
// are left out in turn and predicted by what the others taught; the built-in
// profiles are what the fit gives; times alone tell the rescan passes.

#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "libheap/analysis/pause_calibration.h"
#include "libheap/analysis/pause_findings.h"
#include "libheap/analysis/state_predictions.h"
#include "libheap/model/pause_profiles.h"
#include "tests/support/golden_files.h"

namespace libheap {
namespace {

constexpr uint64_t kRp2040Hz = 125'000'000;

// The table is in tests/golden as a whole.
std::vector<PauseStateRow> golden_rows() {
  const auto path = testing::golden_dir() / "pauses" / "pauses.csv";
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return read_pause_states(text.str(), path.string(), "");
}

std::vector<MeasuredPause> measured(const std::vector<PauseStateRow>& rows) {
  std::vector<MeasuredPause> pauses;
  for (const PauseStateRow& row : rows) pauses.push_back(row.pause);
  return pauses;
}

void print(const char* name, const PauseScore& counted,
           const PauseScore& estimated) {
  std::printf("  %-16s %4zu  %6.2f %6.2f %6.1f   %6.2f %6.2f %6.1f\n", name,
              counted.count, 100 * counted.mean_abs_error_share,
              100 * counted.worst_error_share, 100 * counted.coverage,
              100 * estimated.mean_abs_error_share,
              100 * estimated.worst_error_share, 100 * estimated.coverage);
}

void print_table(const std::vector<LeftOutScore>& scores) {
  std::printf(
      "                         amounts counted        amounts estimated\n"
      "  left out         rows   mean%% worst%% inside%%   mean%% worst%% "
      "inside%%\n");
  for (const LeftOutScore& one : scores) {
    print(one.group.empty() ? "all" : one.group.c_str(), one.counted,
          one.estimated);
  }
  print("without rescans", scores.back().one_round_counted,
        scores.back().one_round_estimated);
}

class PauseModel : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(rows_.size(), 111U); }

  // Pauses of a release, as the trace of a processor so many times slower
  // would tell them, one after the other.
  [[nodiscard]] PauseTrace as_trace(const std::string& release,
                                    double slower) const;

  std::vector<PauseStateRow> rows_ = golden_rows();
};

// golden/pauses gives the time of rescans only as a column of its own; it is
// read here, where the truth is needed.
std::vector<double> rescan_times() {
  std::ifstream file(testing::golden_dir() / "pauses" / "pauses.csv");
  std::string line;
  std::getline(file, line);
  std::vector<double> times;
  while (std::getline(file, line)) {
    std::stringstream fields(line);
    std::string field;
    for (int column = 0; column <= 25; ++column) {
      std::getline(fields, field, ',');
    }
    times.push_back(std::stod(field));
  }
  return times;
}

PauseTrace PauseModel::as_trace(const std::string& release,
                                double slower) const {
  const std::vector<double> rescans = rescan_times();
  PauseTrace trace;
  trace.release = release;
  uint64_t now = 1000;
  for (size_t i = 0; i < rows_.size(); ++i) {
    const MeasuredPause& row = rows_[i].pause;
    if (row.release != release) continue;
    Pause pause;
    pause.state = row.state;
    pause.state.visits.reset();
    pause.state.rescan_passes.reset();
    pause.begin_us = now;
    pause.mark_end_us = now + static_cast<uint64_t>(std::llround(
                                  slower * (*row.mark_us - rescans[i])));
    pause.end_us =
        now + static_cast<uint64_t>(std::llround(slower * row.total_us));
    now = pause.end_us + 1000;
    trace.pauses.push_back(pause);
  }
  trace.end_us = now;
  return trace;
}

TEST_F(PauseModel, PredictsShapesItHasNotSeen) {
  const std::vector<MeasuredPause> pauses = measured(rows_);
  const PauseFit fit = fit_pause_profiles(pauses, "rp2040", kRp2040Hz);
  const std::vector<LeftOutScore> scores = left_out_scores(fit);
  print_table(scores);
  const LeftOutScore& all = scores.back();
  for (const PauseScore* one_round :
       {&all.one_round_counted, &all.one_round_estimated}) {
    EXPECT_EQ(one_round->count, 39U);
    EXPECT_LT(one_round->mean_abs_error_share, 0.03);
    EXPECT_LT(one_round->worst_error_share, 0.08);
  }
  for (const PauseScore* score : {&all.counted, &all.estimated}) {
    EXPECT_EQ(score->count, 111U);
    EXPECT_LT(score->mean_abs_error_share, 0.06);
    EXPECT_GE(score->coverage, 0.93);
    EXPECT_LE(score->coverage, 0.97);
  }
}

TEST_F(PauseModel, EachReleaseAlone) {
  const std::vector<MeasuredPause> pauses = measured(rows_);
  PauseFit fit = fit_pause_profiles(pauses, "rp2040", kRp2040Hz);
  const std::vector<JudgedPause> all = fit.judged;
  for (const PauseProfile& profile : fit.profiles) {
    fit.judged.clear();
    for (const JudgedPause& one : all) {
      if (one.measured->release == profile.release) fit.judged.push_back(one);
    }
    const LeftOutScore score = left_out_scores(fit).back();
    print(profile.release.c_str(), score.counted, score.estimated);
    EXPECT_LT(score.one_round_counted.mean_abs_error_share, 0.03);
    EXPECT_LT(score.one_round_counted.worst_error_share, 0.08);
    EXPECT_LT(score.counted.mean_abs_error_share, 0.06);
    // A third of the programs each: a little above what all together reach.
    EXPECT_LT(score.one_round_estimated.mean_abs_error_share, 0.04);
    EXPECT_LT(score.one_round_estimated.worst_error_share, 0.08);
    EXPECT_LT(score.estimated.mean_abs_error_share, 0.065);
  }
}

TEST_F(PauseModel, BuiltInProfilesAreWhatTheFitGives) {
  const std::vector<MeasuredPause> pauses = measured(rows_);
  const PauseFit fit = fit_pause_profiles(pauses, "rp2040", kRp2040Hz);
  const auto builtin = builtin_pause_profiles();
  ASSERT_EQ(fit.profiles.size(), builtin.size());
  for (size_t i = 0; i < builtin.size(); ++i) {
    EXPECT_EQ(fit.profiles[i].name, builtin[i].name);
    for (const PauseTermName& one : pause_terms()) {
      EXPECT_NEAR(fit.profiles[i].cost.*one.term, builtin[i].cost.*one.term,
                  1e-5)
          << builtin[i].name << " " << one.name;
    }
    EXPECT_NEAR(fit.profiles[i].content.aligned_share,
                builtin[i].content.aligned_share, 1e-6);
    EXPECT_NEAR(fit.profiles[i].content.pointers_per_object,
                builtin[i].content.pointers_per_object, 1e-6);
    EXPECT_EQ(fit.profiles[i].content.booted, builtin[i].content.booted);
    EXPECT_NEAR(fit.profiles[i].bars.counted_share,
                builtin[i].bars.counted_share, 1e-6);
    EXPECT_NEAR(fit.profiles[i].bars.rescans_share,
                builtin[i].bars.rescans_share, 1e-6);
  }
}

TEST_F(PauseModel, SweepIsExact) {
  const StatePredictions all = predict_states(rows_, {}, Given::kCounts);
  ASSERT_TRUE(all.worst_sweep_us);
  EXPECT_LT(*all.worst_sweep_us, 0.1);
}

TEST_F(PauseModel, MeasuredColumnsDoNotReachPredictions) {
  std::vector<PauseStateRow> blind = rows_;
  for (PauseStateRow& row : blind) {
    row.measured = false;
    row.pause.total_us = 0;
    row.pause.mark_us.reset();
    row.pause.sweep_us.reset();
  }
  for (const Given given : {Given::kHeap, Given::kPasses, Given::kCounts}) {
    const StatePredictions seen = predict_states(rows_, {}, given);
    const StatePredictions unseen = predict_states(blind, {}, given);
    EXPECT_FALSE(unseen.all);
    for (size_t i = 0; i < rows_.size(); ++i) {
      EXPECT_EQ(seen.rows[i].predicted.us, unseen.rows[i].predicted.us);
      EXPECT_EQ(seen.rows[i].predicted.high_us,
                unseen.rows[i].predicted.high_us);
    }
  }
}

TEST_F(PauseModel, TimesTellTheRescanPasses) {
  for (const double slower : {1.0, 0.5, 2.5}) {
    for (const PauseProfile& profile : builtin_pause_profiles()) {
      const PauseTrace trace = as_trace(profile.release, slower);
      const PauseFindings findings =
          judge_pauses(trace, choose_builtin(trace, 0));
      size_t wrong = 0;
      size_t at = 0;
      for (const PauseStateRow& row : rows_) {
        if (row.pause.release != profile.release) continue;
        const JudgedTracePause& found = findings.pauses.at(at++);
        if (found.pause.state.rescan_passes != row.pause.state.rescan_passes) {
          ++wrong;
        }
      }
      EXPECT_EQ(at, 37U);
      EXPECT_EQ(wrong, 0U) << profile.name << " x " << slower;
    }
  }
}

TEST_F(PauseModel, ASlowerBoardIsNoticedAndCalibrated) {
  const PauseTrace trace = as_trace("v1.23.0", 2.5);
  const PauseFindings first = judge_pauses(trace, choose_builtin(trace, 0));
  EXPECT_EQ(first.verdict, ProfileVerdict::kOff);
  EXPECT_NEAR(first.measured_to_predicted, 2.5, 0.3);
  const ChosenProfile fitted = calibrate({first}, first.chosen, "slow");
  EXPECT_EQ(fitted.origin, ProfileOrigin::kFitted);
  const PauseFindings again = judge_pauses(trace, fitted);
  EXPECT_EQ(again.verdict, ProfileVerdict::kSuits);
  EXPECT_LT(again.fit.mean_abs_error_share, 0.07);
  EXPECT_GT(again.fit.coverage, 0.9);
}

}  // namespace
}  // namespace libheap
