#include <cmath>

#include <fmt/format.h>

#include "libheap/report/pause_words.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"
#include "libheap/report/what_if_report.h"

namespace libheap {

namespace {

using Row = std::vector<std::string>;

std::string count_text(double value) {
  return with_commas(static_cast<uint64_t>(std::llround(value)));
}
std::string bytes_text(double value) {
  return human_bytes(static_cast<uint64_t>(std::llround(value)));
}
std::string time_text(double value) {
  return human_time(static_cast<uint64_t>(std::llround(value)));
}

using Form = std::string (*)(double);

Row row(const std::string& name, Form form,
        const std::optional<Bracket>& answer,
        const std::optional<Bracket>& recorded) {
  Row cells = {name};
  if (answer) {
    cells.insert(cells.end(), {form(answer->low), form(answer->estimate),
                               form(answer->high)});
  } else {
    cells.insert(cells.end(), {"-", "-", "-"});
  }
  cells.push_back(recorded ? form(recorded->estimate) : "-");
  return cells;
}

std::string one_answer(const WhatIf& answer, const WhatIf& recorded,
                       const TextStyle& style) {
  std::string text = toned(style, Tone::kHeading,
                           fmt::format("{}, heap of {}", threshold_text(answer),
                                       human_bytes(answer.heap_bytes)));
  text += answer.exact ? "  exact: every collect is a recorded one\n" : "\n";
  std::vector<Row> rows = {
      row("collects", count_text, answer.collects, recorded.collects),
      row("peak used", bytes_text, answer.peak_used_bytes,
          recorded.peak_used_bytes),
      row("most left by a collect", bytes_text, answer.live_after_collect_bytes,
          recorded.live_after_collect_bytes),
      row("smallest largest free run", bytes_text,
          answer.min_largest_free_run_bytes,
          recorded.min_largest_free_run_bytes),
      row("failed allocations", count_text, answer.failed_allocations,
          recorded.failed_allocations)};
  if (answer.max_pause_us) {
    rows.push_back(row("longest pause", time_text, answer.max_pause_us,
                       recorded.max_pause_us));
  }
  if (answer.gc_time_share) {
    rows.push_back(row("time in collects", percent, answer.gc_time_share,
                       recorded.gc_time_share));
  }
  return text + text_table({{"", Align::kLeft},
                            {"low"},
                            {"estimate"},
                            {"high"},
                            {"recorded"}},
                           rows, 2, style);
}

// Nothing where low and high are one.
std::string range_text(const Bracket& bracket, Form form) {
  if (bracket.known()) return {};
  return form(bracket.low) + " .. " + form(bracket.high);
}

// The estimates, and below them what lies between, if anything is open.
void add_rows(const std::string& name, const WhatIf& answer,
              std::vector<Row>& rows) {
  const std::vector<std::pair<const Bracket*, Form>> columns = {
      {&answer.collects, count_text},
      {&answer.peak_used_bytes, bytes_text},
      {&answer.min_largest_free_run_bytes, bytes_text},
      {&answer.failed_allocations, count_text}};
  Row estimates = {name};
  Row ranges = {""};
  bool open = false;
  for (const auto& [bracket, form] : columns) {
    estimates.push_back(form(bracket->estimate));
    ranges.push_back(range_text(*bracket, form));
    open = open || !bracket->known();
  }
  rows.push_back(std::move(estimates));
  if (open) rows.push_back(std::move(ranges));
}

std::string many_answers(const WhatIfReport& report, const TextStyle& style) {
  std::vector<Row> rows;
  for (const WhatIf& answer : report.answers) {
    add_rows(
        answer.threshold_bytes ? with_commas(*answer.threshold_bytes) : "off",
        answer, rows);
  }
  add_rows("recorded", report.recorded, rows);
  return "Estimates; below each, where it is open, low .. high.\n" +
         text_table({{"threshold"},
                     {"collects"},
                     {"peak used"},
                     {"smallest largest run"},
                     {"failed"}},
                    rows, 2, style);
}

}  // namespace

std::string threshold_text(const WhatIf& answer) {
  return answer.threshold_bytes
             ? fmt::format("gc.threshold({})", *answer.threshold_bytes)
             : "gc.threshold(-1)";
}

std::string simulate_text(const WhatIfReport& report, const TextStyle& style) {
  std::string text =
      report.answers.size() == 1
          ? one_answer(report.answers.front(), report.recorded, style)
          : many_answers(report, style);
  if (report.answers.size() == 1 && report.snapshots != 0) {
    text +=
        "\n" + wrapped(estimated_from_snapshots(report.snapshots), 0, style);
  }
  for (const std::string& limit : report.limits) {
    text += "\n" + wrapped("Note: " + limit + ".", 0, style);
  }
  return text;
}

}  // namespace libheap
