#include "libheap/report/text_pauses.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libheap/analysis/collects.h"
#include "libheap/report/graph_report.h"
#include "libheap/report/pause_words.h"
#include "libheap/report/text_chart.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"

namespace libheap {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kLongest = 8;
constexpr size_t kIdleShown = 5;
// Columns of a terminal that has room for everything.
constexpr size_t kWide = 120;

std::string heading(const TextStyle& style, const std::string& text) {
  return "\n" + toned(style, Tone::kHeading, text) + "\n";
}

std::string time_of(double us) {
  return human_time(static_cast<uint64_t>(std::llround(us)));
}

std::string time_or_dash(const std::optional<double>& us) {
  return us ? time_of(*us) : "-";
}

std::string between(const PauseEstimate& estimate) {
  return time_of(estimate.low_us) + " to " + time_of(estimate.high_us);
}

std::string causes(const PauseTotals& all) {
  std::string text;
  for (const CollectCause cause :
       {CollectCause::kThreshold, CollectCause::kExhausted,
        CollectCause::kExplicit}) {
    const uint64_t count = all.by_cause[static_cast<size_t>(cause)];
    if (count == 0) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", with_commas(count), name_of(cause));
  }
  return text;
}

double length_of(const JudgedTracePause& one) {
  return one.pause.timed() ? static_cast<double>(one.pause.total_us())
                           : one.predicted.us;
}

std::vector<const JudgedTracePause*> longest(
    const std::vector<JudgedTracePause>& pauses) {
  std::vector<const JudgedTracePause*> sorted;
  for (const JudgedTracePause& one : pauses) sorted.push_back(&one);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const JudgedTracePause* a, const JudgedTracePause* b) {
                     return length_of(*a) > length_of(*b);
                   });
  sorted.resize(std::min(sorted.size(), kLongest));
  return sorted;
}

std::string where(const PauseFindings& findings, const Pause& pause) {
  std::string text;
  if (pause.tick != 0) {
    text = fmt::format("iteration {}", with_commas(pause.tick));
  }
  if (pause.label != 0) {
    if (!text.empty()) text += ", ";
    text += fmt::format("after \"{}\"", findings.trace.labels[pause.label - 1]);
  }
  return text;
}

std::string when(const Pause& pause) {
  return pause.timed() ? human_time(pause.begin_us)
                       : "event " + with_commas(pause.event);
}

// --- Measured ---------------------------------------------------------------

std::string lengths(const PauseFigures& figures) {
  const PausePercentiles& lengths = figures.pause_us;
  const std::string share = fmt::format(
      "{} standing still in all, {} of {}. ", human_time(figures.total_us),
      percent(figures.share_of_time()), human_time(figures.duration_us));
  if (figures.timed < kPausesToJudge) {
    return share + fmt::format("Shortest {}, longest {}.",
                               human_time(lengths.min),
                               human_time(lengths.max));
  }
  return share +
         fmt::format(
             "Half within {}, 90 % within {}, 99 % within {}, longest {}.",
             human_time(lengths.p50), human_time(lengths.p90),
             human_time(lengths.p99), human_time(lengths.max));
}

std::string period(const PausePeriod& period) {
  if (period.regular) {
    return fmt::format("Regular: one every {}.", human_time(period.median_us));
  }
  return fmt::format("One every {}, half of the gaps between {} and {}.",
                     human_time(period.median_us),
                     human_time(period.quarter_us),
                     human_time(period.three_quarters_us));
}

std::string loop_iterations(const PauseFindings& findings) {
  if (findings.trace.ticks == 0) return {};
  return fmt::format("{} of {} had a collect in them.",
                     with_commas(findings.figures.ticks_hit),
                     counted(findings.trace.ticks, "loop iteration"));
}

std::string other_core(const PauseFindings& findings) {
  if (findings.trace.cores < 2) return {};
  const PauseTotals& all = findings.all;
  if (all.other_core_waits == 0) return "The other core waited for none.";
  return fmt::format(
      "The other core waited for {} to end, {} in all, {} at most.",
      counted(all.other_core_waits, "collect"),
      human_time(all.other_core_waited_us),
      human_time(all.other_core_longest_us));
}

std::string histogram(const PauseFigures& figures, const TextStyle& style) {
  uint64_t most = 0;
  for (const PauseBin& bin : figures.histogram) {
    most = std::max(most, bin.count);
  }
  std::vector<std::vector<std::string>> rows;
  for (const PauseBin& bin : figures.histogram) {
    const size_t length =
        static_cast<size_t>((bin.count * 40 + most - 1) / most);
    rows.push_back({human_time(bin.from_us), human_time(bin.to_us),
                    with_commas(bin.count), std::string(length, '#')});
  }
  return text_table({{"from"}, {"to"}, {"pauses"}, {"", Align::kLeft}}, rows,
                    kIndent, style);
}

std::string utilisation(const PauseFigures& figures, const TextStyle& style) {
  std::vector<std::vector<std::string>> rows;
  for (const UtilisationPoint& point : figures.utilisation) {
    rows.push_back({human_time(point.window_us), percent(point.utilisation)});
  }
  if (rows.empty()) return {};
  return heading(style, "Left for the program in the worst stretch of") +
         text_table({{"length"}, {"left"}}, rows, kIndent, style);
}

std::string longest_table(const PauseFindings& findings,
                          const TextStyle& style) {
  const bool rescans = findings.overflowed != 0;
  const bool wide = style.width >= kWide;
  const bool snapshots = findings.chosen.snapshots != 0;
  // What is measured goes before what is predicted where not both fit.
  const bool predicted = wide || !rescans || findings.figures.timed == 0;
  std::vector<TextColumn> columns = {
      {"at"}, {"cause", Align::kLeft}, {"pause"}, {"mark"}};
  if (rescans) columns.push_back({"rescans"});
  columns.push_back({"sweep"});
  if (predicted) columns.push_back({"predicted"});
  if (wide) {
    columns.insert(columns.end(), {{"low"}, {"high"}, {"objects"}, {"blocks"}});
    if (snapshots) columns.push_back({"from", Align::kLeft});
  }
  columns.push_back({"", Align::kLeft, Cut::kEnd});
  std::vector<std::vector<std::string>> rows;
  for (const JudgedTracePause* one : longest(findings.pauses)) {
    const Pause& pause = one->pause;
    rows.push_back({when(pause), std::string(name_of(pause.cause)),
                    pause.timed() ? human_time(pause.total_us()) : "-",
                    time_or_dash(one->mark_us)});
    std::vector<std::string>& row = rows.back();
    if (rescans) row.push_back(time_or_dash(one->rescan_us));
    row.push_back(time_or_dash(one->sweep_us));
    if (predicted) row.push_back(time_of(one->predicted.us));
    if (wide) {
      row.insert(row.end(), {time_of(one->predicted.low_us),
                             time_of(one->predicted.high_us),
                             with_commas(pause.state.live_objects),
                             with_commas(pause.state.live_blocks)});
      if (snapshots) row.emplace_back(name_of(one->from));
    }
    row.push_back(where(findings, pause));
  }
  return text_table(columns, rows, kIndent, style);
}

std::string made_of(const PauseEstimate& estimate) {
  std::string text;
  for (const PausePart& part : parts_of(estimate)) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", part.name, percent(part.share));
  }
  return text;
}

// Pauses that are long for different reasons; not the same words eight times.
std::string why(const PauseFindings& findings, const TextStyle& style) {
  std::string text;
  std::vector<std::string> said;
  for (const JudgedTracePause* one : longest(findings.pauses)) {
    const std::vector<PausePart> parts = parts_of(one->predicted);
    if (parts.empty() ||
        std::count(said.begin(), said.end(), parts.front().name) != 0) {
      continue;
    }
    said.push_back(parts.front().name);
    text += wrapped(fmt::format("{} at {}: {}. {}", time_of(length_of(*one)),
                                when(one->pause), made_of(one->predicted),
                                pause_advice(*one, findings.trace.release)),
                    kIndent, style);
  }
  return text;
}

std::string idle_explicit(const PauseFindings& findings,
                          const TextStyle& style) {
  if (findings.all.idle_explicit == 0) return {};
  std::string places;
  size_t shown = 0;
  for (const JudgedTracePause& one : findings.pauses) {
    if (!one.freed_next_to_nothing || shown == kIdleShown) continue;
    ++shown;
    if (!places.empty()) places += "; ";
    const std::string place = where(findings, one.pause);
    places += "at " + when(one.pause) + (place.empty() ? "" : ", " + place);
  }
  if (findings.all.idle_explicit > shown) places += "; ...";
  return heading(style, "gc.collect() for nothing") +
         wrapped(fmt::format(
                     "{} freed less than 1 % of what was used: {}.",
                     counted(findings.all.idle_explicit, "explicit collect"),
                     places),
                 kIndent, style);
}

std::string prediction(const PauseFindings& findings, const TextStyle& style) {
  std::string text = "Predicted with " +
                     profile_words(findings.chosen, findings.trace.release);
  if (findings.fit.count != 0) {
    const auto inside = static_cast<uint64_t>(std::llround(
        findings.fit.coverage * static_cast<double>(findings.fit.count)));
    text +=
        fmt::format(": mean error {}, {} of {} in their 95 % intervals",
                    percent(findings.fit.mean_abs_error_share),
                    with_commas(inside), counted(findings.fit.count, "pause"));
  }
  text = wrapped(text + ".", kIndent, style);
  const std::string sources = prediction_sources(findings);
  if (!sources.empty()) text += wrapped(sources, kIndent, style);
  for (const std::string& warning : profile_warnings(findings)) {
    text += wrapped(warning, kIndent, style);
  }
  return text;
}

std::string measured(const PauseFindings& findings, const TextStyle& style) {
  const PauseFigures& figures = findings.figures;
  if (figures.timed == 0) {
    return wrapped("The trace has no times, so nothing is measured.", kIndent,
                   style);
  }
  std::string text = wrapped(lengths(figures), kIndent, style);
  if (figures.period) text += wrapped(period(*figures.period), kIndent, style);
  for (const std::string& line :
       {loop_iterations(findings), other_core(findings)}) {
    if (!line.empty()) text += wrapped(line, kIndent, style);
  }
  return text;
}

std::string title(const PauseFindings& findings, const TextStyle& style) {
  if (findings.pauses.empty()) return heading(style, "Pauses: no collects");
  std::string text =
      heading(style, fmt::format("Pauses: {} ({})",
                                 counted(findings.all.count, "collect"),
                                 causes(findings.all)));
  if (findings.trace.pause_stride != 1) {
    text += wrapped(
        fmt::format(
            "1 of {} is looked at one by one below; lengths are of all.",
            with_commas(findings.trace.pause_stride)),
        kIndent, style);
  }
  return text;
}

}  // namespace

std::string pauses_in_short(const PauseFindings& findings,
                            const TextStyle& style) {
  const std::optional<GraphFindings>& longest = findings.longest_snapshot;
  if (findings.figures.timed == 0 && !longest) return {};
  std::string text = title(findings, style) + measured(findings, style) +
                     prediction(findings, style) + why(findings, style);
  if (longest) text += mark_stack_in_short(*longest, style);
  return text;
}

std::string pauses_text(const PauseFindings& findings, const TextStyle& style) {
  std::string text = title(findings, style).substr(1);  // without a blank line
  if (findings.pauses.empty()) return text;
  text += measured(findings, style) + prediction(findings, style);
  if (findings.figures.timed != 0) {
    text += heading(style, "Lengths") + histogram(findings.figures, style);
    text += utilisation(findings.figures, style);
  }
  text += heading(style, findings.figures.timed != 0
                             ? "The longest"
                             : "The longest, as predicted") +
          longest_table(findings, style);
  text += heading(style, "Why so long") + why(findings, style);
  if (findings.longest_snapshot) {
    text += mark_stack_of_pauses(*findings.longest_snapshot, style);
  }
  return text + idle_explicit(findings, style);
}

std::string pause_curve_text(const PauseFindings& findings,
                             const PauseCurve& curve, const TextStyle& style) {
  if (curve.points.empty()) {
    return "No collects in this trace: no curve.\n";
  }
  std::string text = toned(style, Tone::kHeading, "Pause against live objects");
  text +=
      "\n" +
      wrapped(fmt::format(
                  "MicroPython {}, {} of {:.1f} blocks each on average. "
                  "Predicted with {}.",
                  findings.trace.release, "objects", curve.blocks_per_object,
                  profile_words(findings.chosen, findings.trace.release)),
              kIndent, style);
  // What the columns of figures leave.
  const size_t room = style.width - std::min<size_t>(style.width, 72);
  const double longest_bar = static_cast<double>(std::min<size_t>(room, 40));
  const double most = curve.points.back().one_round.us;
  std::vector<std::vector<std::string>> rows;
  for (const PauseCurvePoint& point : curve.points) {
    const auto length = static_cast<size_t>(
        std::llround(point.one_round.us / most * longest_bar));
    rows.push_back({with_commas(point.live_objects),
                    time_of(point.one_round.us), between(point.one_round),
                    time_of(point.with_rescan.us),
                    point.measured == 0
                        ? ""
                        : fmt::format("{} ({})", time_of(point.measured_us),
                                      with_commas(point.measured)),
                    std::string(length, '#')});
  }
  return text + text_table({{"objects"},
                            {"predicted"},
                            {"95 % between", Align::kLeft},
                            {"rescanned"},
                            {"measured (of)"},
                            {"", Align::kLeft}},
                           rows, kIndent, style);
}

}  // namespace libheap
