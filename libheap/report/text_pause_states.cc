// Predictions for tables of heap states, and fits to them, as text.

#include <cmath>

#include <fmt/format.h>

#include "libheap/report/text_pauses.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"

namespace libheap {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kRowsShown = 40;

std::string microseconds(double us) { return fmt::format("{:.1f}", us); }

std::string words_for(Given given) {
  switch (given) {
    case Given::kHeap:
      return "heap only";
    case Given::kPasses:
      return "heap, rescan passes";
    case Given::kCounts:
      break;
  }
  return "heap, passes, words and pointers scanned";
}

std::vector<std::string> score_cells(const PauseScore& score) {
  return {fmt::format("{}", score.count), percent(score.mean_abs_error_share),
          percent(score.worst_error_share), percent(score.coverage)};
}

std::string score_table(const std::vector<StatePredictions>& scores,
                        const TextStyle& style) {
  std::vector<std::vector<std::string>> rows;
  for (const StatePredictions& one : scores) {
    const auto add = [&](const std::string& which,
                         const std::optional<PauseScore>& score) {
      if (!score) return;
      std::vector<std::string> row = {words_for(one.given), which};
      for (std::string& cell : score_cells(*score)) {
        row.push_back(std::move(cell));
      }
      rows.push_back(std::move(row));
    };
    add("all", one.all);
    add("without rescans", one.one_round);
  }
  if (rows.empty()) return {};
  return "\n" + toned(style, Tone::kHeading, "Against what was measured") +
         "\n" +
         text_table({{"given", Align::kLeft},
                     {"rows", Align::kLeft},
                     {""},
                     {"mean error"},
                     {"worst"},
                     {"in interval"}},
                    rows, kIndent, style);
}

}  // namespace

std::string states_text(const StatePredictions& predictions,
                        const std::vector<StatePredictions>& scores,
                        const TextStyle& style) {
  std::vector<std::vector<std::string>> rows;
  for (const StatePrediction& one : predictions.rows) {
    if (rows.size() == kRowsShown) break;
    const PauseEstimate& estimate = one.predicted;
    rows.push_back(
        {with_commas(one.row.line), one.row.pause.release, one.row.pause.group,
         with_commas(one.row.pause.state.live_objects),
         microseconds(estimate.us), microseconds(estimate.low_us),
         microseconds(estimate.high_us),
         one.row.measured ? microseconds(one.row.pause.total_us) : "-",
         one.profile});
  }
  std::string text = text_table({{"line"},
                                 {"release", Align::kLeft},
                                 {"shape", Align::kLeft},
                                 {"live objects"},
                                 {"predicted us"},
                                 {"low"},
                                 {"high"},
                                 {"measured"},
                                 {"profile", Align::kLeft}},
                                rows, kIndent, style);
  if (predictions.rows.size() > rows.size()) {
    text += fmt::format("  ... {} more; --json lists them\n",
                        with_commas(predictions.rows.size() - rows.size()));
  }
  text += score_table(scores, style);
  if (predictions.worst_sweep_us) {
    text += fmt::format("  the sweep alone is at most {:.2f} us off\n",
                        *predictions.worst_sweep_us);
  }
  return text;
}

std::string pause_fit_text(const PauseFit& fit, const TextStyle& style) {
  std::vector<std::vector<std::string>> rows;
  for (const LeftOutScore& one : left_out_scores(fit)) {
    std::vector<std::string> row = {one.group.empty() ? "all" : one.group};
    for (std::string& cell : score_cells(one.counted)) {
      row.push_back(std::move(cell));
    }
    std::vector<std::string> estimated = score_cells(one.estimated);
    row.insert(row.end(), estimated.begin() + 1, estimated.end());
    rows.push_back(std::move(row));
  }
  return pause_prices_text(fit.profiles, style) + "\n" +
         toned(style, Tone::kHeading,
               "Each shape predicted by a fit without it") +
         "\n" +
         wrapped(
             "First given what marking looked at, then given the heap and "
             "the number of rescan passes only.",
             kIndent, style) +
         text_table({{"left out", Align::kLeft},
                     {"rows"},
                     {"mean error"},
                     {"worst"},
                     {"in interval"},
                     {"mean error"},
                     {"worst"},
                     {"in interval"}},
                    rows, kIndent, style);
}

std::string pause_prices_text(const std::vector<PauseProfile>& profiles,
                              const TextStyle& style) {
  std::vector<TextColumn> columns = {{"us each", Align::kLeft}};
  for (const PauseProfile& profile : profiles)
    columns.push_back({profile.name});
  std::vector<std::vector<std::string>> rows;
  for (const PauseTermName& term : pause_terms()) {
    std::vector<std::string> row = {std::string(term.name)};
    for (const PauseProfile& profile : profiles) {
      row.push_back(fmt::format("{:.4f}", profile.cost.*term.term));
    }
    rows.push_back(std::move(row));
  }
  return text_table(columns, rows, kIndent, style);
}

}  // namespace libheap
