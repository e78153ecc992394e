#include "libheap/report/graph_words.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "libheap/analysis/object_types.h"
#include "libheap/base/in_quotes.h"
#include "libheap/report/origin_text.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

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

// As Python writes it. Bytes of text beyond ASCII are whole characters.
void append_as_python(std::string& out, char byte, bool is_text) {
  if (byte == '\n') {
    out += "\\n";
  } else if (byte == '\r') {
    out += "\\r";
  } else if (byte == '\t') {
    out += "\\t";
  } else if (is_text && static_cast<uint8_t>(byte) >= 0x80) {
    out += byte;
  } else {
    append_escaped(out, byte, '\'');
  }
}

// As Python writes it: what has neither point nor exponent gets a ".0".
template <typename Float>
std::string float_words(const std::string& bytes) {
  Float value = 0;
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof(value)));
  std::string words = fmt::format("{}", value);
  const bool whole = words.find_first_not_of("-0123456789") == words.npos;
  return whole ? words + ".0" : words;
}

// What the smallest stack without a rescan costs and brings.
std::string cure_words(const GraphFindings& findings) {
  for (const MarkStackRow& row : findings.mark_stacks) {
    if (row.entries != findings.smallest_mark_stack) continue;
    const std::string cure = fmt::format(
        "{} entries instead of {} ({} more RAM)", with_commas(row.entries),
        with_commas(findings.facts.mark_stack_entries),
        human_bytes(static_cast<uint64_t>(row.extra_bytes)));
    if (!findings.priced) return cure + " need no rescan.";
    return fmt::format("{} take this collect from {} to {}, without a rescan.",
                       cure, time_words(findings.pause.total_us()),
                       time_words(row.predicted_us));
  }
  return "";
}

}  // namespace

std::string block_words(BlockRef block) {
  return block.area == 0 ? std::to_string(block.block)
                         : fmt::format("{}:{}", block.area, block.block);
}

std::string time_words(double us) {
  return human_time(static_cast<uint64_t>(std::llround(us)));
}

std::string objects_words(uint64_t objects, uint64_t bytes) {
  return fmt::format("{}, {}", counted(objects, "object"), human_bytes(bytes));
}

std::string place_words(const SnapshotPlace& place) {
  const std::string event = "event " + with_commas(place.event);
  return fmt::format(
      "{} of {}, at {}", place.number, place.of,
      place.time_us == Event::kNoTime
          ? event
          : fmt::format("{} ({})", human_time(place.time_us), event));
}

std::string way_words(const ObjectRow& row) {
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
                 : fmt::format(
                       " -> block {} ({}), word {}", block_words(step.block),
                       typed_words(step.type, step.contents), step.word);
  }
  return text;
}

std::string contents_words(const ObjectContents& contents) {
  switch (contents.kind) {
    case ContentsKind::kNone:
      return "";
    case ContentsKind::kFloat:
      return contents.bytes.size() == sizeof(float)
                 ? float_words<float>(contents.bytes)
                 : float_words<double>(contents.bytes);
    case ContentsKind::kText:
    case ContentsKind::kBytes:
      break;
  }
  const bool is_text = contents.kind == ContentsKind::kText;
  std::string words = is_text ? "'" : "b'";
  for (const char byte : contents.bytes) append_as_python(words, byte, is_text);
  return words + (contents.cut ? "'..." : "'");
}

std::string typed_words(const std::string& type,
                        const ObjectContents& contents) {
  const std::string words = contents_words(contents);
  if (words.empty()) return type;
  return (type == ObjectTypes::kUntyped ? "text" : type) + " " + words;
}

std::string doubt_words(HeldBy held) {
  switch (held) {
    case HeldBy::kStack:
      return "Only the stack holds it: a running function, or a stale word.";
    case HeldBy::kLookAlike:
      return "Only a word that is no pointer, but looks like one, holds it.";
    default:
      return "";
  }
}

const char* held_words(HeldBy held) {
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

std::string site_words(const SiteRecord& site) {
  return site.id == 0 ? "a line that is not known" : site_text(site);
}

std::string holder_words(const GrowthRow& row) {
  const GrownGroup& grown = row.grown;
  if (grown.new_objects == 0) {
    return "no new objects: those that were there got longer";
  }
  const std::string share =
      fmt::format("{} of {} new ones", with_commas(grown.held_objects),
                  with_commas(grown.new_objects));
  if (!row.holder) return share + " are held by roots, or by several objects";
  const ObjectRow& holder = *row.holder;
  std::string text = fmt::format("{} are held by block {} ({}", share,
                                 block_words(holder.block),
                                 typed_words(holder.type, holder.contents));
  if (holder.site && holder.site->id != 0) {
    text += ", of " + site_words(*holder.site);
  }
  return text + "): " + way_words(holder);
}

std::string growth_words(const GraphFindings& findings, const GrowthRow& row) {
  const GrownGroup& grown = row.grown;
  return fmt::format(
      "From snapshot {} to {} it grew from {} to {} ({} more): "
      "{}.",
      findings.growth->since.number, findings.place->number,
      counted(grown.objects_before, "live object"),
      with_commas(grown.objects_after), human_bytes(grown.grown_bytes()),
      holder_words(row));
}

std::string overflow_words(const GraphFindings& findings) {
  std::string text;
  for (const OverflowGroup& group : findings.overflow_groups) {
    const bool first = text.empty();
    text += fmt::format(
        "{}{} {}{}", first ? "" : ", ",
        group.site ? site_words(*group.site) : group.type,
        with_commas(group.overflows),
        first ? " of " + with_commas(findings.counts.overflowed) : "");
  }
  return text;
}

std::string mark_stack_words(const GraphFindings& findings) {
  const uint32_t entries = findings.facts.mark_stack_entries;
  const uint32_t smallest = findings.smallest_mark_stack;
  if (smallest <= entries) {
    return fmt::format("{} of {} entries were needed: no rescan.",
                       with_commas(smallest), with_commas(entries));
  }
  return fmt::format(
      "{} entries are too few: {} did not fit. {}", with_commas(entries),
      counted(findings.counts.overflowed, "object"), cure_words(findings));
}

}  // namespace libheap
