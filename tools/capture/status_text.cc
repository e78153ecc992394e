#include "tools/capture/status_text.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "libheap/analysis/collects.h"
#include "libheap/report/units.h"

namespace libheap::tools {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{3};

struct Form {
  int worth = 0;
  std::string text;
};

struct Part {
  std::vector<Form> forms;  // the next to be used first
  std::optional<Tone> tone;
};

size_t columns_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

// What changes all the time does not push what is behind it to and fro.
std::string right_aligned(const std::string& text, size_t columns) {
  const size_t has = columns_of(text);
  return std::string(columns - std::min(has, columns), ' ') + text;
}

constexpr size_t kShareColumns = 6;  // "62.0 %"

// --- The heap ---------------------------------------------------------------

// `cells` of `part` in `whole`: at least one of what is there at all.
size_t cells_of(uint64_t part, uint64_t whole, size_t cells) {
  if (part == 0 || whole == 0) return 0;
  const auto share = static_cast<size_t>((part * cells + whole / 2) / whole);
  return std::clamp<size_t>(share, 1, cells);
}

std::string bar(const HeapNow& heap, size_t cells, const TextStyle& style) {
  const uint64_t free = heap.total_blocks - heap.used_blocks;
  size_t used = cells_of(heap.used_blocks, heap.total_blocks, cells);
  if (free != 0) used = std::min(used, cells - 1);
  const size_t run = std::min(
      cells_of(heap.largest_free_run, heap.total_blocks, cells), cells - used);
  std::string text = "[";
  for (size_t i = 0; i < used; ++i) text += style.unicode ? "█" : "#";
  for (size_t i = used + run; i < cells; ++i) {
    text += style.unicode ? "░" : ":";
  }
  return text + std::string(run, ' ') + "]";
}

Part heap_part(const HeapNow& heap, const TextStyle& style) {
  using State = HeapNow::State;
  switch (heap.state) {
    case State::kUnknown:
      return {};
    case State::kWaiting:
      return {{{35, "heap: waiting for a keyframe"}}, Tone::kQuiet};
    case State::kNoModel:
      return {{{75, heap.problem}}, Tone::kWarning};
    case State::kExact:
    case State::kInexact:
    case State::kCatchUp:
      break;
  }
  const std::string share =
      right_aligned((heap.state == State::kExact ? "" : "~") +
                        percent_of(heap.used_blocks, heap.total_blocks),
                    kShareColumns);
  const std::string of =
      " of " + human_bytes(heap.total_blocks * heap.block_bytes);
  Part part;
  const auto add = [&](int worth, size_t cells, const std::string& figures) {
    const std::string drawn = cells == 0 ? "" : bar(heap, cells, style) + " ";
    part.forms.push_back({worth, "heap " + drawn + figures});
  };
  add(10, 30, share + of);
  add(30, 20, share + of);
  add(45, 10, share + of);
  add(55, 10, share);
  add(70, 0, share);
  return part;
}

Part run_part(const HeapNow& heap) {
  if (heap.total_blocks == 0) return {};
  const std::string whole = human_bytes(heap.total_blocks * heap.block_bytes);
  const std::string run = right_aligned(
      human_bytes(heap.largest_free_run * heap.block_bytes), columns_of(whole));
  return {{{25, "largest run " + run}, {65, "run " + run}}, {}};
}

Part pause_part(const HeapNow& heap) {
  if (heap.pauses.empty()) {
    if (heap.collects == 0) return {};
    return {{{40, counted(heap.collects, "collect")}}, {}};
  }
  const auto one = [](const HeapNow::Pause& pause) {
    return human_time(pause.us) + " " + std::string(name_of(pause.cause));
  };
  std::string causes = "pauses " + one(heap.pauses[0]);
  std::string times = causes;
  for (size_t i = 1; i < heap.pauses.size(); ++i) {
    causes += ", " + one(heap.pauses[i]);
    times += ", " + human_time(heap.pauses[i].us);
  }
  return {{{15, causes},
           {20, times},
           {40, "pause " + one(heap.pauses[0])},
           {60, "pause " + human_time(heap.pauses[0].us)}},
          {}};
}

Part doubt_part(const HeapNow& heap) {
  if (heap.state == HeapNow::State::kCatchUp) {
    return {
        {{36, "live view behind: skipping to a keyframe"}, {50, "skipping"}},
        Tone::kQuiet};
  }
  if (heap.divergences == 0) return {};
  return {{{80, counted(heap.divergences, "divergence")}}, Tone::kWarning};
}

// --- The stream -------------------------------------------------------------

Part lost_part(const StreamCounts& counts) {
  if (counts.packets == 0) return {};
  const std::string text = with_commas(counts.lost_events) + " lost";
  if (counts.lost_events == 0) return {{{50, text}}, {}};
  return {{{90, text}}, Tone::kBad};
}

Part damage_part(const StreamCounts& counts) {
  if (counts.damage == 0) return {};
  return {{{85, human_bytes(counts.damage_bytes) + " damaged"}},
          Tone::kWarning};
}

Part rate_part(const StatusFacts& facts) {
  const std::string why =
      facts.note.empty() ? trouble(facts.counts, facts.elapsed) : facts.note;
  if (!why.empty()) {
    return {{{95, why}, {97, why.substr(0, why.find(':'))}}, Tone::kWarning};
  }
  if (facts.counts.packets == 0) {
    return {{{75, "waiting for the first packet"}}, Tone::kQuiet};
  }
  const std::string rate = with_commas(facts.events_per_second);
  return {{{28, rate + " events/s"}, {75, rate + "/s"}}, {}};
}

// Nothing is not worth a word.
Part sum_part(int worth, uint64_t sum, const std::string& text) {
  if (sum == 0) return {};
  return {{{worth, text}}, {}};
}

std::vector<Part> parts_of(const StatusFacts& facts, const TextStyle& style) {
  const StreamCounts& counts = facts.counts;
  return {{{{99, clock_text(facts.elapsed)}}, {}},
          sum_part(3, counts.bytes, human_bytes(counts.bytes)),
          sum_part(1, counts.packets, counted(counts.packets, "packet")),
          sum_part(2, counts.events, counted(counts.events, "event")),
          rate_part(facts),
          lost_part(counts),
          damage_part(counts),
          heap_part(facts.heap, style),
          run_part(facts.heap),
          pause_part(facts.heap),
          doubt_part(facts.heap)};
}

// --- Layout -----------------------------------------------------------------

constexpr size_t kBetween = 2;

size_t width_of(const std::vector<Part>& parts) {
  size_t width = 0;
  for (const Part& part : parts) {
    if (part.forms.empty()) continue;
    width += columns_of(part.forms.front().text) + (width != 0 ? kBetween : 0);
  }
  return width;
}

// False if there is nothing left to shorten.
bool shorten(std::vector<Part>& parts) {
  Part* least = nullptr;
  for (Part& part : parts) {
    if (part.forms.empty()) continue;
    if (least == nullptr ||
        part.forms.front().worth < least->forms.front().worth) {
      least = &part;
    }
  }
  if (least == nullptr) return false;
  least->forms.erase(least->forms.begin());
  return true;
}

}  // namespace

std::string clock_text(milliseconds elapsed) {
  const auto total = elapsed.count() / 1000;
  const auto hours = total / 3600;
  const auto minutes = total / 60 % 60;
  if (hours == 0) return fmt::format("{}:{:02}", minutes, total % 60);
  return fmt::format("{}:{:02}:{:02}", hours, minutes, total % 60);
}

std::string trouble(const StreamCounts& counts, milliseconds elapsed) {
  if (elapsed < kPatience || counts.packets != 0) return "";
  if (counts.bytes == 0) {
    return "nothing received yet: is this the port, is the program tracing?";
  }
  if (counts.damage_bytes > counts.text_bytes) {
    return "no packets, but noise: wrong --baud?";
  }
  return "no packets: is the program tracing (mpheap.start())?";
}

std::string status_text(const StatusFacts& facts, const TextStyle& style) {
  std::vector<Part> parts = parts_of(facts, style);
  while (width_of(parts) > style.width && shorten(parts)) {
  }
  std::string line;
  for (const Part& part : parts) {
    if (part.forms.empty()) continue;
    if (!line.empty()) line += std::string(kBetween, ' ');
    const std::string& text = part.forms.front().text;
    line += part.tone ? toned(style, *part.tone, text) : text;
  }
  return line;
}

}  // namespace libheap::tools
