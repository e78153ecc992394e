#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "libheap/model/release.h"
#include "libheap/report/graph_report.h"
#include "libheap/report/graph_words.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

constexpr size_t kIndent = 2;
constexpr size_t kDeepIndent = 6;
constexpr size_t kNamedInShort = 3;
constexpr const char* kMarkStack = "Mark stack (MICROPY_ALLOC_GC_STACK_SIZE)";

std::string heading(const TextStyle& style, const std::string& text) {
  return "\n" + toned(style, Tone::kHeading, text) + "\n";
}

std::string facts_text(const GraphFindings& findings) {
  const SnapshotFacts& facts = findings.facts;
  const SweepCounts& sweep = findings.sweep;
  const uint64_t freed_blocks = sweep.freed_objects + sweep.freed_tails;
  const std::string in_areas =
      facts.pools.size() == 1 ? ""
                              : fmt::format(" in {} areas", facts.pools.size());
  std::vector<std::pair<std::string, std::string>> rows = {
      {"program", findings.program.empty() ? "not known" : findings.program},
      {"firmware",
       facts.clock_hz == 0
           ? "MicroPython " + to_string(facts.release)
           : fmt::format("MicroPython {}, {} MHz", to_string(facts.release),
                         facts.clock_hz / 1'000'000)},
      {"heap",
       fmt::format("{} ({} blocks of {} bytes){}",
                   human_bytes(uint64_t{facts.blocks()} * facts.block_bytes),
                   with_commas(facts.blocks()), facts.block_bytes, in_areas)},
      {"live", objects_words(sweep.live_objects,
                             sweep.live_blocks() * facts.block_bytes)},
      {"garbage",
       objects_words(sweep.freed_objects, freed_blocks * facts.block_bytes)}};
  if (findings.place) {
    rows.insert(rows.begin(), {"snapshot", place_words(*findings.place)});
  }
  return text_facts(rows, kIndent);
}

// --- The pause ---------------------------------------------------------------

std::string rescans_text(const ChipCollect& seen) {
  if (seen.rescan_passes) return counted(*seen.rescan_passes, "rescan");
  return seen.overflowed ? "rescans" : "no rescan";
}

std::string seen_text(const GraphFindings& findings, const TextStyle& style) {
  if (!findings.seen) return "";
  const GraphFindings::Seen& seen = *findings.seen;
  std::string text;
  if (seen.error_share) {
    text = wrapped(fmt::format("The chip took {}; the prediction is {} off.",
                               time_words(*seen.collect.total_us),
                               percent(std::abs(*seen.error_share))),
                   kIndent, style);
  }
  if (!seen.survivors_equal) {
    text +=
        toned(style, Tone::kBad,
              "  Other objects survived on the chip than are marked here.") +
        "\n";
  }
  if (!seen.passes_equal) {
    text += toned(style, Tone::kBad,
                  "  The chip took " + rescans_text(seen.collect) + ".") +
            "\n";
  }
  return text;
}

std::string pause_text(const GraphFindings& findings, const TextStyle& style) {
  const MarkCounts& counts = findings.counts;
  const PredictedPause& pause = findings.pause;
  const bool priced = findings.priced;
  std::string text = heading(
      style, priced ? "This collect takes " + time_words(pause.total_us())
                    : "This collect");
  const auto part = [&](const char* name, double us) {
    return priced ? fmt::format("{} {}", name, time_words(us))
                  : std::string(name);
  };
  std::string marking =
      fmt::format("{}: {} and {} looked at", part("Marking", pause.mark_us),
                  counted(counts.scanned_objects, "object"),
                  counted(counts.scanned_words(), "word"));
  if (counts.rescan_passes != 0) {
    const std::string passes = counted(counts.rescan_passes, "rescan");
    marking += priced ? fmt::format(", {} of it in {}",
                                    time_words(pause.rescan_us), passes)
                      : ", in " + passes;
  }
  text += wrapped(marking + ".", kIndent, style);
  text += wrapped(part("Sweep", pause.sweep_us) + ": " +
                      counted(findings.sweep.swept_blocks, "block") + ".",
                  kIndent, style);
  if (!priced) {
    text += wrapped("What it takes is not known: the trace says no clock.",
                    kIndent, style);
  } else if (findings.priced_as != findings.facts.release) {
    text += wrapped(fmt::format("{} was not measured: priced like {}.",
                                to_string(findings.facts.release),
                                to_string(findings.priced_as)),
                    kIndent, style);
  }
  if (priced && findings.facts.split) {
    text +=
        wrapped("Builds for several areas were not measured: they take longer.",
                kIndent, style);
  }
  return text + seen_text(findings, style);
}

// --- Objects -----------------------------------------------------------------

std::string object_text(const ObjectRow& row, const TextStyle& style) {
  std::string text =
      wrapped(fmt::format("block {} at 0x{:x}: {}, {}", block_words(row.block),
                          row.address, typed_words(row.type, row.contents),
                          human_bytes(row.bytes)),
              kIndent, style);
  if (row.site) {
    text +=
        wrapped("allocated by " + site_words(*row.site), kDeepIndent, style);
  }
  if (row.held != HeldBy::kNothing) {
    text += wrapped(
        fmt::format("retains {}",
                    objects_words(row.retained_objects, row.retained_bytes)),
        kDeepIndent, style);
  }
  text += wrapped(way_words(row), kDeepIndent, style);
  const std::string doubt = doubt_words(row.held);
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
                    with_commas(row.rescan_passes),
                    findings.priced ? time_words(row.predicted_us) : "?"});
  }
  return text_table({{"entries"}, {"RAM"}, {"rescans"}, {"pause"}}, rows,
                    kIndent, style);
}

std::string mark_stack_text(const GraphFindings& findings,
                            const TextStyle& style) {
  std::string text = heading(style, kMarkStack);
  text += wrapped(mark_stack_words(findings), kIndent, style);
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

std::string held_table(const GraphFindings& findings, const TextStyle& style) {
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < kHeldByKinds; ++i) {
    if (findings.held[i].objects == 0) continue;
    rows.push_back({with_commas(findings.held[i].objects),
                    human_bytes(findings.held[i].bytes),
                    held_words(static_cast<HeldBy>(i))});
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

std::string sites_table(const GraphFindings& findings, const TextStyle& style) {
  std::vector<std::vector<std::string>> rows;
  for (const SiteRow& row : findings.sites) {
    rows.push_back({human_bytes(row.retained_bytes), human_bytes(row.bytes),
                    with_commas(row.objects), site_words(row.site)});
  }
  std::string text = text_table(
      {{"retained"}, {"own"}, {"objects"}, {"allocated by", Align::kLeft}},
      rows, kIndent, style);
  const uint64_t more = findings.sites_in_all - findings.sites.size();
  if (more != 0) text += "  " + counted(more, "line") + " more\n";
  return text;
}

std::string keeping_text(const GraphFindings& findings,
                         const TextStyle& style) {
  std::string text = heading(style, "Who keeps what alive");
  text += held_table(findings, style) + "\n" + types_table(findings, style);
  if (!findings.sites.empty()) text += "\n" + sites_table(findings, style);
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

// --- What grew ---------------------------------------------------------------

std::string growth_text(const GraphFindings& findings, const TextStyle& style) {
  if (!findings.growth) return "";
  const GraphGrowth& growth = *findings.growth;
  std::string text = heading(
      style, fmt::format("What grew since snapshot {}", growth.since.number));
  const auto bytes = static_cast<uint64_t>(std::abs(growth.live_bytes));
  text += wrapped(fmt::format("{} {} live than then.", human_bytes(bytes),
                              growth.live_bytes < 0 ? "less" : "more"),
                  kIndent, style);
  for (const GrowthRow& row : growth.rows) {
    const GrownGroup& grown = row.grown;
    const std::string who =
        grown.type.empty() ? site_words(grown.site) : grown.type;
    text += wrapped(fmt::format("{}: +{}, from {} to {}", who,
                                human_bytes(grown.grown_bytes()),
                                counted(grown.objects_before, "object"),
                                with_commas(grown.objects_after)),
                    kIndent, style);
    text += wrapped(holder_words(row), kDeepIndent, style);
  }
  return text;
}

// "main.py:41 (run) retains 34.0 KB, main.py:7 (init) 2.1 KB", of lines where
// the trace has them, else of types.
std::string most_retained_words(const GraphFindings& findings) {
  const bool lines = !findings.sites.empty();
  const size_t rows = lines ? findings.sites.size() : findings.types.size();
  std::string text;
  for (size_t i = 0; i < std::min(kNamedInShort, rows); ++i) {
    const std::string who =
        lines ? site_words(findings.sites[i].site) : findings.types[i].type;
    const uint64_t bytes = lines ? findings.sites[i].retained_bytes
                                 : findings.types[i].retained_bytes;
    text += fmt::format("{}{} {}{}", i == 0 ? "" : ", ", who,
                        i == 0 ? "retains " : "", human_bytes(bytes));
  }
  return text.empty() ? "nothing is live" : text;
}

}  // namespace

std::string graph_in_short(const GraphFindings& findings,
                           const TextStyle& style) {
  std::string text = most_retained_words(findings) + ".";
  if (findings.place) {
    text =
        fmt::format("At snapshot {}: {}", place_words(*findings.place), text);
  }
  return wrapped(text, kIndent, style);
}

std::string mark_stack_of_pauses(const GraphFindings& findings,
                                 const TextStyle& style) {
  std::string text = heading(style, kMarkStack);
  text += wrapped(
      fmt::format("Of the collects with a snapshot, replayed on "
                  "the one that takes longest ({}): {}",
                  place_words(*findings.place), mark_stack_words(findings)),
      kIndent, style);
  if (findings.overflow_groups.empty()) return text;
  return text + "\n" + mark_stack_table(findings, style) + "\n" +
         wrapped("What overflows it, by what points at what did not fit: " +
                     overflow_words(findings) + ".",
                 kIndent, style);
}

std::string mark_stack_in_short(const GraphFindings& findings,
                                const TextStyle& style) {
  if (findings.overflow_groups.empty()) return {};
  return wrapped(
      fmt::format("Mark stack, at snapshot {}: {} What overflows "
                  "it: {}.",
                  place_words(*findings.place), mark_stack_words(findings),
                  overflow_words(findings)),
      kIndent, style);
}

std::string graph_text(const GraphFindings& findings, const TextStyle& style) {
  std::string text = toned(style, Tone::kHeading, findings.source) + "\n";
  if (findings.asked) {
    return text + object_text(*findings.asked, style);
  }
  text += facts_text(findings) + pause_text(findings, style) +
          mark_stack_text(findings, style) + growth_text(findings, style) +
          keeping_text(findings, style);
  return text;
}

}  // namespace libheap
