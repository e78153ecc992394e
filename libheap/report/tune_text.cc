#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "libheap/analysis/tune_facts.h"
#include "libheap/report/pause_words.h"
#include "libheap/report/text_chart.h"
#include "libheap/report/text_table.h"
#include "libheap/report/tune_report.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

constexpr size_t kIndent = 2;
constexpr size_t kChartRows = 4;
constexpr size_t kHotLines = 5;
constexpr size_t kSeams = 3;

uint64_t whole(double value) {
  return static_cast<uint64_t>(std::llround(std::max(0.0, value)));
}
std::string bytes_text(double value) { return human_bytes(whole(value)); }
std::string time_text(double us) { return human_time(whole(us)); }

std::string heading(const TextStyle& style, const std::string& text) {
  return "\n" + toned(style, Tone::kHeading, text) + "\n";
}

// --- The recommendation -----------------------------------------------------

std::string indented(const std::string& code, const TextStyle& style) {
  std::string text;
  size_t from = 0;
  while (from <= code.size()) {
    const size_t end = std::min(code.find('\n', from), code.size());
    text += "    " + toned(style, Tone::kGood, code.substr(from, end - from)) +
            "\n";
    from = end + 1;
  }
  return text;
}

// --- What was gone by -------------------------------------------------------

std::string rate_text(const TuneInputs& inputs) {
  const std::string rate =
      human_number(*inputs.iterations_per_second) + " iterations per second";
  switch (inputs.rate_origin) {
    case RateOrigin::kGiven:
      return rate + " (--rate)";
    case RateOrigin::kTicks:
      return rate + " (mpheap.tick() says)";
    case RateOrigin::kLabel:
      return rate + " (by a label)";
    case RateOrigin::kPeriod:
      return rate + " (by what repeats)";
    case RateOrigin::kNone:
      break;
  }
  return rate;
}

std::string budget_text(const TuneInputs& inputs) {
  if (!inputs.pause_budget_us) return "none; --pause-budget gives one";
  const std::string budget = time_text(*inputs.pause_budget_us);
  return inputs.budget_origin == BudgetOrigin::kLoopPeriod
             ? budget + ", one iteration; --pause-budget gives another"
             : budget;
}

std::string inputs_text(const TuneFindings& found, const TextStyle& style) {
  const TuneInputs& inputs = found.inputs;
  std::vector<std::pair<std::string, std::string>> facts;
  if (inputs.iterations_per_second) {
    facts.emplace_back("loop", rate_text(inputs));
  }
  if (inputs.alloc_bytes_per_iteration) {
    facts.emplace_back(
        "allocated per iteration",
        fmt::format("{:.0f} B in whole blocks ({:.0f} B asked for)",
                    *inputs.alloc_bytes_per_iteration,
                    *inputs.requested_bytes_per_iteration));
  }
  if (inputs.alloc_bytes_per_second) {
    facts.emplace_back("allocated per second",
                       bytes_text(*inputs.alloc_bytes_per_second));
  }
  facts.emplace_back("pause budget", budget_text(inputs));
  facts.emplace_back("largest request",
                     fmt::format("{}; {} must always be free in one piece",
                                 human_bytes(inputs.largest_request_bytes),
                                 bytes_text(inputs.room_bytes())));
  return heading(style, "Goes by") + text_facts(facts, kIndent);
}

// --- The candidates ---------------------------------------------------------

// Those with a name, the choice, and what is half and twice as large.
bool telling(const TuneFindings& found, size_t i) {
  const Candidate& one = found.candidates[i];
  if (!one.names.empty() || found.choice == i) return true;
  const uint64_t bytes = *one.answer.threshold_bytes;
  if (!found.choice) return std::has_single_bit(bytes) && bytes >= 4096;
  const uint64_t chosen =
      *found.candidates[*found.choice].answer.threshold_bytes;
  return bytes == chosen * 2 || bytes * 2 == chosen || bytes * 4 == chosen;
}

std::string threshold_cell(const Candidate& one) {
  if (!one.answer.threshold_bytes) return "off";
  return with_commas(*one.answer.threshold_bytes);
}

std::string apart_text(const Candidate& one) {
  if (one.seconds_apart) return time_text(*one.seconds_apart * 1e6);
  if (one.iterations_apart) {
    return fmt::format("{:.0f} iterations", *one.iterations_apart);
  }
  return "-";
}

std::string why_not(const Candidate& one) {
  if (one.fits()) return "fits";
  if (!one.tried) return "untried";
  if (!one.serves) {
    return one.answer.failed_allocations.low > 0 ? "fails" : "may fail";
  }
  if (!one.leaves_room) return "no room";
  if (!one.in_budget) return "too long";
  return "below need";
}

std::string remark(const TuneFindings& found, size_t i) {
  const Candidate& one = found.candidates[i];
  std::string text = why_not(one);
  if (!one.fits() && one.fits_by_estimate) text = "likely";
  for (const std::string_view name : one.names) {
    if (name != "off") text += fmt::format(", {}", name);
  }
  return found.choice == i ? text + " <-" : text;
}

std::string range(double estimate, double worst, std::string (*text)(double)) {
  const std::string first = text(estimate);
  const std::string second = text(worst);
  return first == second ? first : first + " / " + second;
}

std::vector<std::string> candidate_row(const TuneFindings& found, size_t i) {
  const Candidate& one = found.candidates[i];
  const WhatIf& answer = one.answer;
  return {threshold_cell(one), apart_text(one),
          answer.max_pause_us ? range(answer.max_pause_us->estimate,
                                      answer.max_pause_us->high, time_text)
                              : "-",
          range(answer.min_largest_free_run_bytes.estimate,
                answer.min_largest_free_run_bytes.low, bytes_text),
          remark(found, i)};
}

std::string candidates_text(const TuneFindings& found, bool all,
                            const TextStyle& style) {
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < found.candidates.size(); ++i) {
    if (all || telling(found, i)) rows.push_back(candidate_row(found, i));
  }
  std::string text = heading(style, "Thresholds tried (estimate / worst case)");
  text += text_table({{"threshold"},
                      {"one every"},
                      {"longest pause"},
                      {"largest free run"},
                      {"", Align::kLeft, Cut::kEnd}},
                     rows, kIndent, style);
  if (rows.size() < found.candidates.size()) {
    text += fmt::format("  ... of {}; --all shows every one\n",
                        with_commas(found.candidates.size()));
  }
  return text;
}

// One column per threshold that was tried, smallest first.
std::string chart(const TuneFindings& found, const std::string& caption,
                  const std::vector<uint64_t>& values, uint64_t full,
                  const std::string& full_text, const TextStyle& style) {
  std::string text = "  " + caption + "\n";
  const std::vector<std::string> lines =
      column_chart(values, full, kChartRows, style);
  for (size_t row = 0; row < lines.size(); ++row) {
    const std::string label = row == 0                  ? full_text
                              : row + 1 == lines.size() ? "0"
                                                        : "";
    text += fmt::format("{:>10} {}{}\n", label, style.unicode ? "│" : "|",
                        lines[row]);
  }
  if (!found.choice) return text;
  const std::string mark = threshold_cell(found.candidates[*found.choice]);
  const size_t column = 12 + *found.choice;
  return text + (column > mark.size() + 14
                     ? fmt::format("{:>{}} ^\n", mark, column - 1)
                     : fmt::format("{:>{}} {}\n", "^", column + 1, mark));
}

std::string charts_text(const TuneFindings& found, const TextStyle& style) {
  std::vector<uint64_t> runs;
  std::vector<uint64_t> pauses;
  uint64_t longest = 0;
  const bool worst = found.choice && !found.by_estimate_only;
  for (const Candidate& one : found.candidates) {
    const Bracket& run = one.answer.min_largest_free_run_bytes;
    runs.push_back(whole(worst ? run.low : run.estimate));
    const auto& pause = one.answer.max_pause_us;
    if (!pause) continue;
    pauses.push_back(whole(worst ? pause->high : pause->estimate));
    longest = std::max(longest, pauses.back());
  }
  const uint64_t pool = found.candidates.front().answer.pool_bytes;
  std::string text = heading(
      style, fmt::format("{}, by threshold (smallest on the left, off at the "
                         "right)",
                         worst ? "Worst case" : "Estimate"));
  text += chart(found, "largest free run, at its smallest", runs, pool,
                human_bytes(pool), style);
  if (longest != 0) {
    text += chart(found, "longest pause", pauses, longest, human_time(longest),
                  style);
  }
  return text;
}

// --- Strategies -------------------------------------------------------------

std::string_view mark_of(RuleVerdict verdict) {
  switch (verdict) {
    case RuleVerdict::kFits:
      return "fits";
    case RuleVerdict::kDoesNotFit:
      return "no";
    case RuleVerdict::kUnknown:
      return "unknown";
  }
  return "";
}

std::string strategies_text(const TuneFindings& found, const TextStyle& style) {
  std::string text = heading(style, "Strategies");
  for (const StrategyRule& rule : found.advice.rules) {
    const bool chosen = found.advice.strategy == rule.strategy;
    text += fmt::format("  {} {}: {}\n", chosen ? "*" : " ",
                        name_of(rule.strategy), mark_of(rule.verdict));
    std::string why(rule.says);
    const std::string evidence = evidence_text(rule.evidence);
    if (!evidence.empty()) why += " " + evidence + ".";
    text += wrapped(why, 6, style);
    text += wrapped(fmt::format("Would change it: {}", rule.would_change), 6,
                    style);
    if (rule.verdict == RuleVerdict::kFits && !chosen && !rule.code.empty()) {
      text += "  " + indented(rule.code, style);
    }
  }
  return text;
}

std::string place_cell(const HotLine& line) {
  const std::string place = place_text(line.place);
  if (!place.empty()) return place;
  return line.n_bytes != 0 ? fmt::format("{} B requests", line.n_bytes)
                           : "several sizes";
}

std::string hot_path_text(const TuneFindings& found, const TextStyle& style) {
  if (found.hot.lines.empty()) return {};
  std::vector<std::vector<std::string>> rows;
  std::vector<ObjectKind> kinds;
  for (const HotLine& line : found.hot.lines) {
    if (rows.size() == kHotLines) break;
    rows.push_back({place_cell(line), std::string(remedy_for(line.kind).name),
                    percent(line.share),
                    line.bytes_per_iteration
                        ? fmt::format("{:.0f} B", *line.bytes_per_iteration)
                        : "-"});
    if (std::find(kinds.begin(), kinds.end(), line.kind) == kinds.end()) {
      kinds.push_back(line.kind);
    }
  }
  std::string text =
      heading(style, found.hot.from_first_tick
                         ? "What the loop allocates"
                         : "What allocates (no ticks: all of it)");
  text += text_table({{"", Align::kLeft},
                      {"makes", Align::kLeft},
                      {"share"},
                      {"saves per iteration"}},
                     rows, kIndent, style);
  for (const ObjectKind kind : kinds) {
    const ObjectRemedy& remedy = remedy_for(kind);
    text += wrapped(fmt::format("{}: {}", remedy.name, remedy.remedy), kIndent,
                    style);
  }
  return text;
}

std::string seams_text(const TuneFindings& found, const TextStyle& style) {
  if (found.seams.seams.empty()) return {};
  std::vector<std::vector<std::string>> rows;
  for (const QuietSeam& seam : found.seams.seams) {
    if (rows.size() == kSeams) break;
    rows.push_back({human_time(seam.gap_p01_us), human_time(seam.gap_p50_us),
                    with_commas(seam.count),
                    place_text(seam.before) + " -> " + place_text(seam.after)});
  }
  return heading(style, "Quiet seams (how long nothing is asked of the heap)") +
         text_table({{"99 in 100"},
                     {"half"},
                     {"times"},
                     {"between", Align::kLeft, Cut::kBegin}},
                    rows, kIndent, style);
}

std::string warnings_text(const TuneFindings& found, const TextStyle& style) {
  std::string text;
  for (const AdviceWarning& one : found.advice.warnings) {
    text +=
        "\n" + wrapped(fmt::format("Warning: {} {}. {}", one.says,
                                   evidence_text(one.evidence), one.instead),
                       0, style);
  }
  if (found.snapshots != 0) {
    text += "\n" + wrapped(estimated_from_snapshots(found.snapshots), 0, style);
  }
  for (const std::string& limit : found.limits) {
    text += "\n" + wrapped("Note: " + limit + ".", 0, style);
  }
  return text;
}

}  // namespace

std::string tune_in_short(const TuneFindings& found, const TextStyle& style) {
  const Advice& advice = found.advice;
  if (!advice.strategy) {
    return toned(style, Tone::kWarning, "No recommendation.") + "\n" +
           wrapped(why_text(found), kIndent, style);
  }
  std::string text =
      indented(advice.code, style) +
      wrapped(fmt::format("Strategy {}, confidence {}. {}",
                          name_of(*advice.strategy), name_of(advice.confidence),
                          why_text(found)),
              kIndent, style);
  if (found.meanwhile) {
    text += "\n" + indented(meanwhile_code(found), style) +
            wrapped(meanwhile_why(found), kIndent, style);
  }
  return text;
}

std::string tune_text(const TuneFindings& found, const TuneTextOptions& options,
                      const TextStyle& style) {
  std::string text = tune_in_short(found, style) + inputs_text(found, style) +
                     candidates_text(found, options.all_candidates, style);
  if (found.advice.strategy) {
    text += charts_text(found, style) + strategies_text(found, style);
  }
  return text + seams_text(found, style) + hot_path_text(found, style) +
         warnings_text(found, style);
}

}  // namespace libheap
