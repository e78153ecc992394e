#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "libheap/model/release.h"
#include "libheap/report/graph_report.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

constexpr size_t kIndent = 2;
constexpr size_t kDeepIndent = 6;

std::string heading(const TextStyle& style, const std::string& text) {
  return "\n" + toned(style, Tone::kHeading, text) + "\n";
}

std::string time_of(double us) {
  return human_time(static_cast<uint64_t>(std::llround(us)));
}

std::string objects_of(uint64_t objects, uint64_t bytes) {
  return fmt::format("{}, {}", counted(objects, "object"), human_bytes(bytes));
}

std::string facts_text(const GraphFindings& findings) {
  const SnapshotFacts& facts = findings.facts;
  const SweepCounts& sweep = findings.sweep;
  const uint64_t freed_blocks = sweep.freed_objects + sweep.freed_tails;
  return text_facts(
      {{"program", findings.program.empty() ? "not known" : findings.program},
       {"firmware",
        fmt::format("MicroPython {}, {} MHz", to_string(facts.release),
                    facts.clock_hz / 1'000'000)},
       {"heap", fmt::format("{} ({} blocks of {} bytes)",
                            human_bytes(facts.pool_end() - facts.pool_start),
                            with_commas(facts.blocks), facts.block_bytes)},
       {"live", objects_of(sweep.live_objects,
                           sweep.live_blocks() * facts.block_bytes)},
       {"garbage",
        objects_of(sweep.freed_objects, freed_blocks * facts.block_bytes)}},
      kIndent);
}

// --- The pause ---------------------------------------------------------------

std::string seen_text(const GraphFindings& findings, const TextStyle& style) {
  if (!findings.seen) return "";
  const GraphFindings::Seen& seen = *findings.seen;
  std::string text =
      wrapped(fmt::format("The chip took {}; the prediction is {} off.",
                          time_of(seen.collect.total_us),
                          percent(std::abs(seen.error_share))),
              kIndent, style);
  if (!seen.survivors_equal) {
    text +=
        toned(style, Tone::kBad,
              "  Other objects survived on the chip than are marked here.") +
        "\n";
  }
  if (!seen.passes_equal) {
    text += toned(style, Tone::kBad,
                  fmt::format("  The chip took {}.",
                              counted(seen.collect.rescan_passes, "rescan"))) +
            "\n";
  }
  return text;
}

std::string pause_text(const GraphFindings& findings, const TextStyle& style) {
  const MarkCounts& counts = findings.counts;
  const PredictedPause& pause = findings.pause;
  std::string text =
      heading(style, "This collect takes " + time_of(pause.total_us()));
  std::string marking =
      fmt::format("Marking {}: {} and {} looked at", time_of(pause.mark_us),
                  counted(counts.scanned_objects, "object"),
                  counted(counts.scanned_words(), "word"));
  if (counts.rescan_passes != 0) {
    marking += fmt::format(", {} of it in {}", time_of(pause.rescan_us),
                           counted(counts.rescan_passes, "rescan"));
  }
  text += wrapped(marking + ".", kIndent, style);
  text += wrapped(fmt::format("Sweep {}: {}.", time_of(pause.sweep_us),
                              counted(findings.sweep.swept_blocks, "block")),
                  kIndent, style);
  if (findings.priced_as != findings.facts.release) {
    text += wrapped(fmt::format("{} was not measured: priced like {}.",
                                to_string(findings.facts.release),
                                to_string(findings.priced_as)),
                    kIndent, style);
  }
  return text + seen_text(findings, style);
}

// --- Objects -----------------------------------------------------------------

std::string root_text(RootKind kind, uint32_t word) {
  switch (kind) {
    case RootKind::kStatic:
      return fmt::format("static root, word {}", word);
    case RootKind::kStack:
      return fmt::format("registers and stack, word {}", word);
    case RootKind::kOtherCore:
      break;
  }
  return fmt::format("other core, word {}", word);
}

std::string way_text(const ObjectRow& row) {
  if (row.way.empty()) return "nothing holds it: this collect frees it";
  std::string text = root_text(row.root, row.root_word);
  const size_t cut = row.way_left_out == 0 ? 0 : row.way.size() / 2;
  for (size_t i = 0; i < row.way.size(); ++i) {
    if (cut != 0 && i == cut) {
      text += fmt::format(" -> {} more", with_commas(row.way_left_out));
    }
    const WayStep& step = row.way[i];
    const bool last = i + 1 == row.way.size();
    text += last ? std::string(" -> this")
                 : fmt::format(" -> block {} ({}), word {}", step.block,
                               step.type, step.word);
  }
  return text;
}

std::string doubt_text(HeldBy held) {
  switch (held) {
    case HeldBy::kStack:
      return "Only the stack holds it: a running function, or a stale word.";
    case HeldBy::kLookAlike:
      return "Only a word that is no pointer, but looks like one, holds it.";
    default:
      return "";
  }
}

std::string object_text(const ObjectRow& row, const TextStyle& style) {
  std::string text = fmt::format("  block {} at 0x{:x}: {}, {}\n", row.block,
                                 row.address, row.type, human_bytes(row.bytes));
  if (row.held != HeldBy::kNothing) {
    text += wrapped(fmt::format("retains {}", objects_of(row.retained_objects,
                                                         row.retained_bytes)),
                    kDeepIndent, style);
  }
  text += wrapped(way_text(row), kDeepIndent, style);
  const std::string doubt = doubt_text(row.held);
  return doubt.empty() ? text : text + wrapped(doubt, kDeepIndent, style);
}

// --- The mark stack ----------------------------------------------------------

std::string ram_text(int64_t extra_bytes) {
  if (extra_bytes == 0) return "as it is";
  return (extra_bytes < 0 ? "-" : "+") +
         human_bytes(static_cast<uint64_t>(std::abs(extra_bytes)));
}

std::string mark_stack_table(const GraphFindings& findings,
                             const TextStyle& style) {
  std::vector<std::vector<std::string>> rows;
  for (const MarkStackRow& row : findings.mark_stacks) {
    rows.push_back({with_commas(row.entries), ram_text(row.extra_bytes),
                    with_commas(row.rescan_passes), time_of(row.predicted_us)});
  }
  return text_table({{"entries"}, {"RAM"}, {"rescans"}, {"pause"}}, rows,
                    kIndent, style);
}

// What the smallest stack without a rescan costs and brings.
std::string cure_text(const GraphFindings& findings) {
  for (const MarkStackRow& row : findings.mark_stacks) {
    if (row.entries != findings.smallest_mark_stack) continue;
    return fmt::format(
        "With {} ({} more RAM) there is no rescan, and the collect takes {} "
        "instead of {}.",
        with_commas(row.entries),
        human_bytes(static_cast<uint64_t>(row.extra_bytes)),
        time_of(row.predicted_us), time_of(findings.pause.total_us()));
  }
  return "";
}

std::string mark_stack_text(const GraphFindings& findings,
                            const TextStyle& style) {
  const uint32_t entries = findings.facts.mark_stack_entries;
  const uint32_t smallest = findings.smallest_mark_stack;
  std::string text = heading(style, "Mark stack (MICROPY_ALLOC_GC_STACK_SIZE)");
  if (smallest <= entries) {
    text += wrapped(fmt::format("{} of {} entries were needed: no rescan.",
                                with_commas(smallest), with_commas(entries)),
                    kIndent, style);
  } else {
    text += wrapped(fmt::format("{} entries are too few: {} did not fit. {}",
                                with_commas(entries),
                                counted(findings.counts.overflowed, "object"),
                                cure_text(findings)),
                    kIndent, style);
  }
  text += "\n" + mark_stack_table(findings, style);
  if (findings.overflowing.empty()) return text;
  text += fmt::format("\n  What overflows it ({} in all):\n",
                      counted(findings.overflowing_objects, "object"));
  for (const OverflowRow& row : findings.overflowing) {
    text += object_text(row.object, style);
    text += wrapped(fmt::format("{} of what it points at did not fit",
                                with_commas(row.overflows)),
                    kDeepIndent, style);
  }
  return text;
}

// --- Who keeps what alive ----------------------------------------------------

const char* held_text(HeldBy held) {
  switch (held) {
    case HeldBy::kStatic:
      return "static roots";
    case HeldBy::kStack:
      return "the stack only: running functions, or stale words";
    case HeldBy::kLookAlike:
      return "only words that look like pointers";
    case HeldBy::kNothing:
      break;
  }
  return "nothing (garbage)";
}

std::string held_table(const GraphFindings& findings, const TextStyle& style) {
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < kHeldByKinds; ++i) {
    if (findings.held[i].objects == 0) continue;
    rows.push_back({with_commas(findings.held[i].objects),
                    human_bytes(findings.held[i].bytes),
                    held_text(static_cast<HeldBy>(i))});
  }
  return text_table({{"objects"}, {"size"}, {"held by", Align::kLeft}}, rows,
                    kIndent, style);
}

std::string types_table(const GraphFindings& findings, const TextStyle& style) {
  std::vector<std::vector<std::string>> rows;
  for (const TypeRow& row : findings.types) {
    rows.push_back({human_bytes(row.retained_bytes), human_bytes(row.bytes),
                    with_commas(row.objects), row.type});
  }
  std::string text =
      text_table({{"retained"}, {"own"}, {"objects"}, {"type", Align::kLeft}},
                 rows, kIndent, style);
  const uint64_t more = findings.types_in_all - findings.types.size();
  if (more != 0) text += "  " + counted(more, "type") + " more\n";
  return text;
}

std::string keeping_text(const GraphFindings& findings,
                         const TextStyle& style) {
  std::string text = heading(style, "Who keeps what alive");
  text += held_table(findings, style) + "\n" + types_table(findings, style);
  if (!findings.types_known) {
    text += wrapped(
        "Types are told by their address. --elf FIRMWARE.elf gives them "
        "names, and finds numbers that only look like pointers.",
        kIndent, style);
  }
  text += "\n  The objects that retain most:\n";
  for (const ObjectRow& row : findings.objects) {
    text += object_text(row, style);
  }
  return text;
}

}  // namespace

std::string graph_text(const GraphFindings& findings, const TextStyle& style) {
  std::string text = toned(style, Tone::kHeading, findings.source) + "\n";
  if (findings.asked) {
    return text + object_text(*findings.asked, style);
  }
  text += facts_text(findings) + pause_text(findings, style) +
          mark_stack_text(findings, style) + keeping_text(findings, style);
  return text;
}

}  // namespace libheap
