#include <algorithm>

#include <fmt/format.h>

#include "libheap/analysis/collects.h"
#include "libheap/report/text_report.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

constexpr size_t kIndent = 2;
constexpr size_t kShown = 10;

std::string tables_of(const TraceHeader& header) {
  std::string text = "allocation";
  if (header.finaliser) text += ", finaliser";
  if (header.weakref) text += ", weak-reference";
  return text + (header.finaliser || header.weakref ? " tables" : " table");
}

std::string split_of(const TraceContents& contents) {
  switch (contents.header.split) {
    case SplitKind::kNone:
      return "one area";
    case SplitKind::kManual:
      return fmt::format("split, {} added",
                         counted(contents.areas_added, "area"));
    case SplitKind::kAuto:
      break;
  }
  return fmt::format("grows by itself, {} added",
                     counted(contents.areas_added, "area"));
}

std::string duration_of(const TraceContents& contents) {
  if (contents.first_us == Event::kNoTime) return "no times in this trace";
  return human_time(contents.last_us - contents.first_us);
}

std::string end_of(const TraceContents& contents) {
  if (!contents.ended) return "cut off: no END record";
  return contents.complete ? "complete" : "ended early by the recorder";
}

std::string kinds_table(const TraceContents& contents, const TextStyle& style) {
  std::vector<std::vector<std::string>> rows;
  for (size_t kind = 0; kind < kEventKinds; ++kind) {
    const uint64_t count = contents.by_kind[kind];
    if (count == 0) continue;
    const auto event = static_cast<EventKind>(kind);
    rows.push_back({std::string(name_of(event)), with_commas(count),
                    is_counted(event) ? percent_of(count, contents.events)
                                      : std::string()});
  }
  return text_table({{"kind", Align::kLeft}, {"count"}, {"of events"}}, rows,
                    kIndent, style);
}

std::string damage_lines(const DamageLog& damage) {
  std::string text;
  for (size_t i = 0; i < std::min(kShown, damage.first().size()); ++i) {
    const Damage& one = damage.first()[i];
    text += fmt::format(
        "  damage at {} {}: {}\n", one.line != 0 ? "line" : "byte",
        with_commas(one.line != 0 ? one.line : one.offset), one.reason);
  }
  return text;
}

}  // namespace

std::string info_text(const TraceContents& contents, const TextStyle& style) {
  const TraceHeader& header = contents.header;
  std::string text = toned(style, Tone::kHeading, contents.source) + "\n";
  text += text_facts(
      {{"format", header.format},
       {"firmware", fmt::format("MicroPython {}, {}-bit", header.release,
                                8 * header.word_bytes)},
       {"program", header.workload.empty() ? "not recorded" : header.workload},
       {"heap", fmt::format("{} ({} blocks of {} bytes), {}",
                            human_bytes(contents.pool_bytes),
                            with_commas(contents.blocks), header.block_bytes,
                            split_of(contents))},
       {"tables", tables_of(header)},
       {"duration", duration_of(contents)},
       {"events", with_commas(contents.events)},
       {"failed", counted(contents.failed, "request")},
       {"lost", fmt::format("{} in {}", counted(contents.gaps.lost(), "event"),
                            counted(contents.gaps.size(), "gap"))},
       {"damage", counted(contents.damage.count(), "place")},
       {"end", end_of(contents)}},
      kIndent);
  text += "\n" + kinds_table(contents, style);
  return text + damage_lines(contents.damage);
}

}  // namespace libheap
