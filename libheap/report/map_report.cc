#include "libheap/report/map_report.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "libheap/report/text_table.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

constexpr size_t kIndent = 2;
constexpr size_t kDamageShown = 5;

std::string bytes_of(const MemInfoFindings& found, uint64_t blocks) {
  return human_bytes(blocks * found.block_bytes);
}

std::string signed_count(int64_t value, std::string_view noun) {
  return (value < 0 ? "-" : "+") +
         counted(static_cast<uint64_t>(value < 0 ? -value : value), noun);
}

std::string verdict(const MemInfoFindings& found, const TextStyle& style) {
  const Census& census = found.census;
  const std::string free = fmt::format(
      "{} of {} free, the largest run {}", bytes_of(found, census.free_blocks),
      bytes_of(found, census.total_blocks), bytes_of(found, census.max_free));
  switch (found.health) {
    case HeapHealth::kGood:
      return toned(style, Tone::kGood, "Good") + ": " + free + ".";
    case HeapHealth::kLittleFree:
      return toned(style, Tone::kBad, "Nearly full") + ": " + free +
             ". No arrangement of the heap helps: hold fewer objects, or "
             "smaller ones.";
    case HeapHealth::kInPieces:
      break;
  }
  return toned(style, Tone::kBad, "In pieces") + ": " + free +
         ". What is free is cut up by objects that stay: make those, and large "
         "buffers, once and early, before the short-lived ones.";
}

std::string fits(const MemInfoFindings& found) {
  const std::vector<uint64_t>& fitting = found.runs.fitting;
  std::string text;
  for (size_t k = 0; k < fitting.size(); ++k) {
    const uint64_t bytes = (uint64_t{1} << k) * found.block_bytes;
    if (bytes != 256 && bytes != 1024 && bytes != 4096 && bytes != 16384) {
      continue;
    }
    if (!text.empty()) text += ", ";
    text += fmt::format("{} x {}", with_commas(fitting[k]), human_bytes(bytes));
  }
  return text;
}

std::string change_of(const MemInfoFindings& found) {
  const MemInfoChange& change = *found.change;
  std::string text = fmt::format("{} used, largest run {}",
                                 signed_count(change.used_blocks, "block"),
                                 signed_count(change.max_free, "block"));
  if (change.objects != 0) {
    text += ", " + signed_count(change.objects, "object");
  }
  if (change.compared_blocks) {
    text += fmt::format("; {} taken, {} let go",
                        counted(change.taken_blocks, "block"),
                        with_commas(change.freed_blocks));
  }
  std::string kinds;
  for (const auto& [kind, grown] : change.by_kind) {
    kinds += fmt::format("{}{} {:+}", kinds.empty() ? "" : ", ", kind, grown);
  }
  if (!kinds.empty()) text += " (" + kinds + ")";
  return text;
}

std::string check_of(const MemInfoFindings& found, const TextStyle& style) {
  if (!found.has_map) return "no map: mem_info(1) prints one";
  if (!found.whole) {
    return toned(style, Tone::kWarning,
                 fmt::format("{} of the map are missing",
                             counted(found.lost_blocks, "block")));
  }
  if (!found.checked) return "no figures to compare the map with";
  if (found.differences.empty()) return "map and figures agree";
  std::string text;
  for (const FigureDifference& one : found.differences) {
    text += fmt::format("{}{} printed {}, in the map {}",
                        text.empty() ? "" : "; ", one.name,
                        with_commas(one.printed), with_commas(one.counted));
  }
  return toned(style, Tone::kWarning, text);
}

std::string damage_text(const MemInfoFindings& found) {
  std::string text;
  for (const Damage& one : found.damage) {
    if (&one - found.damage.data() == kDamageShown) {
      return text +
             fmt::format("  ... {} more\n", found.damage.size() - kDamageShown);
    }
    text += fmt::format("  line {}: {}\n", with_commas(one.line), one.reason);
  }
  return text;
}

std::string splitters_text(const MemInfoFindings& found,
                           const TextStyle& style) {
  if (found.splitters.empty()) return {};
  std::vector<std::vector<std::string>> rows;
  for (const DumpSplitter& one : found.splitters) {
    const PlacedObject& object = one.splitter.object;
    rows.push_back(
        {fmt::format("{:08x}", object.head.block * found.block_bytes),
         std::string(1, one.kind), bytes_of(found, object.blocks),
         bytes_of(found, one.splitter.free_before),
         bytes_of(found, one.splitter.free_after),
         bytes_of(found, one.splitter.joined())});
  }
  return "  What splits it:\n" + text_table({{"offset"},
                                             {"kind", Align::kLeft},
                                             {"size"},
                                             {"free before"},
                                             {"after"},
                                             {"would join to"}},
                                            rows, kIndent, style);
}

}  // namespace

std::string mem_info_text(const MemInfoFindings& found, size_t number,
                          const TextStyle& style) {
  std::string text = toned(style, Tone::kHeading,
                           fmt::format("mem_info {} (line {})", number,
                                       with_commas(found.line))) +
                     "\n" + wrapped(verdict(found, style), kIndent, style);
  std::vector<std::pair<std::string, std::string>> facts;
  facts.emplace_back("fragmentation", percent(found.fragmentation));
  if (found.has_map && found.whole) {
    facts.emplace_back("objects", with_commas(found.census.objects));
    facts.emplace_back("free runs", with_commas(found.runs.runs));
    const std::string sizes = fits(found);
    if (!sizes.empty()) facts.emplace_back("room for", sizes);
  }
  if (found.stack_bytes && found.stack_limit_bytes) {
    facts.emplace_back(
        "stack", fmt::format("{} of {} bytes", with_commas(*found.stack_bytes),
                             with_commas(*found.stack_limit_bytes)));
  }
  if (found.change) facts.emplace_back("since before", change_of(found));
  facts.emplace_back("check", check_of(found, style));
  text += text_facts(facts, kIndent) + damage_text(found);
  return found.health == HeapHealth::kInPieces
             ? text + splitters_text(found, style)
             : text;
}

std::string film_text(const HeapFilm& film, const TextStyle& style) {
  static constexpr std::array<std::string_view, 5> kBlocks = {" ", "░", "▒",
                                                              "▓", "█"};
  static constexpr std::array<std::string_view, 5> kAscii = {" ", ".", ":", "x",
                                                             "#"};
  constexpr size_t kLabel = 14;
  const size_t width = style.width > kLabel + 20 ? style.width - kLabel : 20;
  size_t bins = 1;
  for (const FilmFrame& frame : film.frames) {
    bins = std::max(bins, frame.used.size());
  }
  const size_t per_column = (bins + width - 1) / width;
  const uint64_t per_bytes =
      per_column * film.blocks_per_bin * film.block_bytes;
  std::string text = fmt::format(
      "{:>12}  the heap{}, one character for {}; darker: more of it in use\n",
      film.of == HeapFilm::Of::kDumps ? "line" : "event",
      film.of == HeapFilm::Of::kCollects ? " after collects" : "",
      human_bytes(per_bytes));
  for (const FilmFrame& frame : film.frames) {
    text += fmt::format("{:>12}  ", frame.time_us == Event::kNoTime
                                        ? with_commas(frame.event)
                                        : human_time(frame.time_us));
    std::string row;
    for (size_t b = 0; b < frame.used.size(); b += per_column) {
      const size_t end = std::min(b + per_column, frame.used.size());
      uint64_t used = 0;
      for (size_t i = b; i < end; ++i) used += frame.used[i];
      const uint64_t all =
          std::min((end - b) * film.blocks_per_bin,
                   frame.total_blocks - b * film.blocks_per_bin);
      row += (style.unicode ? kBlocks : kAscii)[(used * 4 + all - 1) / all];
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

}  // namespace libheap
