#include <algorithm>

#include <fmt/format.h>

#include "libheap/analysis/problems.h"
#include "libheap/report/frag_report.h"
#include "libheap/report/graph_words.h"
#include "libheap/report/origin_text.h"
#include "libheap/report/text_proof.h"
#include "libheap/report/text_table.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

constexpr size_t kIndent = 2;
constexpr size_t kDeepIndent = 4;
constexpr size_t kCardsShown = 3;
constexpr size_t kOriginsShown = 8;
constexpr size_t kTrendsShown = 8;
constexpr size_t kInTheWayShown = 6;

std::string heading(const TextStyle& style, const std::string& text) {
  return "\n" + toned(style, Tone::kHeading, text) + "\n";
}

class FragText {
 public:
  FragText(const Findings& findings, const TextStyle& style)
      : findings_(findings), found_(findings.fragmentation), style_(style) {}

  [[nodiscard]] std::string verdict() const;
  [[nodiscard]] std::string since() const;
  [[nodiscard]] std::string cards() const;
  [[nodiscard]] std::string worst() const;
  [[nodiscard]] std::string origins() const;
  [[nodiscard]] std::string trends(bool only_growing) const;
  [[nodiscard]] std::string peaks() const;

 private:
  [[nodiscard]] std::string bytes(uint64_t blocks) const {
    return human_bytes(blocks * findings_.heap.block_bytes);
  }
  [[nodiscard]] static std::string at(uint64_t event, uint64_t time_us) {
    return time_us == Event::kNoTime
               ? "at event " + with_commas(event)
               : fmt::format("at {} (event {})", human_time(time_us),
                             with_commas(event));
  }
  // Those with the verdict, first the one that failed with most memory free.
  [[nodiscard]] std::vector<const FailureCard*> telling_cards(
      FailureVerdict verdict) const;
  [[nodiscard]] const FailureCard* telling_card(FailureVerdict verdict) const;
  [[nodiscard]] std::string from(const std::optional<LiveObject>& born) const;
  [[nodiscard]] static std::string age(const std::optional<LiveObject>& born,
                                       const FragmentationMoment& moment);
  [[nodiscard]] std::string object(const KnownObject& one,
                                   const FragmentationMoment& moment) const;
  [[nodiscard]] std::string card(const FailureCard& one) const;
  [[nodiscard]] std::string cure(const FailureCard& one) const;
  [[nodiscard]] std::string growth() const;
  [[nodiscard]] std::string splitters(const SplitHeap& heap) const;

  const Findings& findings_;
  const FragmentationFindings& found_;
  const TextStyle& style_;
};

const FailureCard* FragText::telling_card(FailureVerdict verdict) const {
  const std::vector<const FailureCard*> cards = telling_cards(verdict);
  return cards.empty() ? nullptr : cards.front();
}

std::string FragText::verdict() const {
  const FailureFindings& failures = found_.failures;
  if (const FailureCard* one = telling_card(FailureVerdict::kFragmented)) {
    return fmt::format(
        "{} failed although there was enough memory, in pieces{} {} "
        "bytes when {} were free, but no run longer than {}.",
        counted(failures.fragmented, "allocation"),
        failures.fragmented == 1 ? ": it asked for" : "; one asked for",
        with_commas(one->failed.n_bytes), bytes(one->failed.free_blocks),
        bytes(one->failed.largest_free_run));
  }
  if (const FailureCard* one = telling_card(FailureVerdict::kExhausted)) {
    return fmt::format(
        "{} failed because memory had run out{} {} bytes when {} were "
        "free. Fragmentation was not the cause.",
        counted(failures.exhausted, "allocation"),
        failures.exhausted == 1 ? ": it asked for" : "; one asked for",
        with_commas(one->failed.n_bytes), bytes(one->failed.free_blocks));
  }
  const std::string largest = bytes(found_.largest_request_blocks);
  if (found_.verdict == FragmentationVerdict::kNoRoom) {
    return fmt::format(
        "No allocation failed for want of memory, but the last collect left no "
        "room for one as large as the largest ({}): the next will fail.",
        largest);
  }
  if (found_.collects == 0) {
    return "No allocation failed, and the trace has no collect to judge "
           "fragmentation by.";
  }
  return fmt::format(
      "Fragmentation does no harm here: no allocation failed for want of "
      "memory, and the last collect left room for one as large as the largest "
      "({}).",
      largest);
}

std::string FragText::since() const {
  const FailureCard* one = telling_card(FailureVerdict::kFragmented);
  const bool failed = one != nullptr;
  if (!failed && found_.verdict != FragmentationVerdict::kNoRoom) return {};
  const std::optional<LongRun>& room =
      failed ? one->last_room : found_.last_room;
  if (!room) {
    return "No collect of the trace left so long a run: ask for it before "
           "anything else.";
  }
  return fmt::format(
      "Fragmentation set in after collect {}, {}, the last that left so long a "
      "run ({}); {} since did not. What is asked for before then, once, and "
      "kept, always has room.",
      with_commas(room->collect), at(room->event, room->time_us),
      bytes(room->blocks),
      with_commas(failed ? one->collects_since
                         : found_.collects - room->collect));
}

std::string FragText::from(const std::optional<LiveObject>& born) const {
  if (!born) return "not known";
  if (born->site == SiteTable::kUnknown) return "no site";
  return site_text(found_.sites[born->site]);
}

std::string FragText::age(const std::optional<LiveObject>& born,
                          const FragmentationMoment& moment) {
  if (!born) return "-";
  if (born->born_us != Event::kNoTime && moment.time_us != Event::kNoTime) {
    return human_time(moment.time_us - born->born_us);
  }
  return counted(moment.event - born->born_event, "event");
}

std::string FragText::object(const KnownObject& one,
                             const FragmentationMoment& moment) const {
  return fmt::format("{} ({}, {} old)", bytes(one.object.blocks),
                     from(one.born), age(one.born, moment));
}

// What would have prevented it.
std::string FragText::cure(const FailureCard& one) const {
  if (!one.in_the_way) {
    return fmt::format(
        "More than {} objects lie in the way of any place for "
        "it.",
        kMostInTheWay);
  }
  const KnownGroup& way = *one.in_the_way;
  std::string text = fmt::format(
      "In the way of a run of {}, if no longer there: ", bytes(way.joined));
  for (size_t i = 0; i < std::min(way.objects.size(), kInTheWayShown); ++i) {
    text += (i == 0 ? "" : ", ") + object(way.objects[i], one.heap.moment);
  }
  if (way.objects.size() > kInTheWayShown) {
    text += fmt::format(" and {} more", way.objects.size() - kInTheWayShown);
  }
  return text + ".";
}

std::string FragText::card(const FailureCard& one) const {
  const FailedAllocation& failed = one.failed;
  const std::string site = one.site == SiteTable::kUnknown
                               ? std::string()
                               : " in " + site_text(found_.sites[one.site]);
  std::string text = fmt::format(
      "{} {} bytes failed {}{}: {} free, the largest run {}. ",
      failed.resize ? "Resize to" : "Request of", with_commas(failed.n_bytes),
      at(failed.event, failed.time_us), site, bytes(failed.free_blocks),
      bytes(failed.largest_free_run));
  switch (failed.verdict) {
    case FailureVerdict::kFragmented:
      text += "Fragmented. " + cure(one);
      break;
    case FailureVerdict::kExhausted:
      text += fmt::format("Exhausted: {} too little.",
                          bytes(failed.blocks - failed.free_blocks));
      break;
    case FailureVerdict::kTooLarge:
      text += "Too large for any heap: the size itself is wrong.";
      break;
    case FailureVerdict::kLocked:
      text +=
          "The heap was locked: allocate before the lock, the interrupt or "
          "the finaliser.";
      break;
  }
  if (failed.collect_off) {
    text +=
        " Automatic collection was off, so what counts as used may be "
        "garbage: gc.enable(), or gc.collect() before.";
  }
  return text;
}

std::string FragText::splitters(const SplitHeap& heap) const {
  std::vector<std::vector<std::string>> rows;
  for (const KnownSplitter& one : heap.splitters) {
    rows.push_back(
        {fmt::format("{}:{}", one.splitter.object.head.area,
                     one.splitter.object.head.block),
         bytes(one.splitter.object.blocks), bytes(one.splitter.free_before),
         bytes(one.splitter.free_after), bytes(one.splitter.joined()),
         age(one.born, heap.moment), from(one.born)});
  }
  return text_table({{"block"},
                     {"size"},
                     {"free before"},
                     {"after"},
                     {"would join"},
                     {"age"},
                     {"from", Align::kLeft, Cut::kBegin}},
                    rows, kIndent, style_);
}

std::vector<const FailureCard*> FragText::telling_cards(
    FailureVerdict verdict) const {
  std::vector<const FailureCard*> cards;
  for (const FailureCard& one : found_.cards) {
    if (one.failed.verdict == verdict) cards.push_back(&one);
  }
  std::stable_sort(cards.begin(), cards.end(),
                   [](const FailureCard* one, const FailureCard* other) {
                     return one->failed.free_blocks > other->failed.free_blocks;
                   });
  return cards;
}

std::string FragText::cards() const {
  std::string text;
  for (const FailureVerdict verdict :
       {FailureVerdict::kFragmented, FailureVerdict::kExhausted,
        FailureVerdict::kTooLarge, FailureVerdict::kLocked}) {
    const std::vector<const FailureCard*> telling = telling_cards(verdict);
    for (size_t i = 0; i < std::min(telling.size(), kCardsShown); ++i) {
      text += wrapped(card(*telling[i]), kIndent, style_);
    }
  }
  if (text.empty()) return {};
  const FailureFindings& failures = found_.failures;
  text = heading(style_, fmt::format("Failures: {} fragmented, {} exhausted, "
                                     "{} too large, {} under the lock",
                                     with_commas(failures.fragmented),
                                     with_commas(failures.exhausted),
                                     with_commas(failures.too_large),
                                     with_commas(failures.locked))) +
         text;
  if (const FailureCard* one = telling_card(FailureVerdict::kFragmented);
      one != nullptr && !one->heap.splitters.empty()) {
    text += fmt::format("  What split the heap {}:\n",
                        at(one->failed.event, one->failed.time_us)) +
            splitters(one->heap);
  }
  return text;
}

std::string FragText::worst() const {
  if (!found_.worst) return {};
  const FragmentationMoment& moment = found_.worst->moment;
  if (moment.runs.runs < 2) return {};
  return heading(style_, "Most fragmented after a collect") +
         wrapped(fmt::format("{}: {} free in {}, the largest {} (fragmentation "
                             "{}).",
                             at(moment.event, moment.time_us),
                             bytes(moment.runs.free_blocks),
                             counted(moment.runs.runs, "run"),
                             bytes(moment.runs.largest),
                             percent(moment.runs.fragmentation())),
                 kIndent, style_) +
         splitters(*found_.worst);
}

std::string FragText::origins() const {
  if (found_.origins.empty()) return {};
  std::vector<std::vector<std::string>> rows;
  for (const SplittingOrigin& one : found_.origins) {
    if (rows.size() == kOriginsShown) break;
    rows.push_back({with_commas(one.times), with_commas(one.first_times),
                    bytes(one.joined_blocks / one.times),
                    origin_text(one.origin, found_.sites)});
  }
  return heading(style_, "Whose objects split the heap, over all looks") +
         text_table({{"times"},
                     {"as the first"},
                     {"run each would join"},
                     {"from", Align::kLeft, Cut::kBegin}},
                    rows, kIndent, style_);
}

std::string FragText::trends(bool only_growing) const {
  std::vector<std::vector<std::string>> rows;
  for (const LiveTrend& trend : found_.trends.origins) {
    if (rows.size() == kTrendsShown) break;
    if (only_growing && trend.verdict != LiveVerdict::kGrows) continue;
    const double bytes_each =
        1000 * static_cast<double>(findings_.heap.block_bytes);
    rows.push_back({std::string(name_of(trend.verdict)),
                    bytes(trend.first_blocks), bytes(trend.last_blocks),
                    bytes(trend.allocated_blocks),
                    trend.verdict == LiveVerdict::kUnknown
                        ? "-"
                        : fmt::format("{:+.0f} ({:+.0f} to {:+.0f})",
                                      trend.per_event.slope * bytes_each,
                                      trend.per_event.low * bytes_each,
                                      trend.per_event.high * bytes_each),
                    origin_text(trend.origin, found_.sites)});
  }
  if (rows.empty()) return {};
  return heading(style_, "What stays after collects, and what grows") +
         growth() +
         text_table({{"verdict", Align::kLeft},
                     {"live first"},
                     {"last"},
                     {"allocated"},
                     {"B per 1,000 events"},
                     {"from", Align::kLeft, Cut::kBegin}},
                    rows, kIndent, style_);
}

std::string FragText::growth() const {
  std::string text;
  for (const LiveTrend& trend : found_.trends.origins) {
    if (!trend.events_until_full) continue;
    text += wrapped(
        fmt::format("{} hold ever more: at this rate the {} free after the "
                    "last collect are gone in {}.",
                    origin_text(trend.origin, found_.sites),
                    bytes(found_.trends.free_after_last),
                    counted(*trend.events_until_full, "event")),
        kIndent, style_);
    if (const GrowthRow* row = growth_of(findings_, trend.origin)) {
      text +=
          wrapped(growth_words(*findings_.graph, *row), kDeepIndent, style_);
    }
  }
  return text;
}

std::string FragText::peaks() const {
  const PeakFragmentation::Measures& peaks = found_.peaks;
  if (peaks.collects == 0) return {};
  return heading(style_, "More heap than is held (Johnstone and Wilson)") +
         text_facts(
             {{"average over the trace", percent(peaks.average)},
              {"when most was held", percent(peaks.at_most_live)},
              {"when the heap reached highest", percent(peaks.at_most_used)},
              {"highest reach against most held", percent(peaks.of_peaks)}},
             kIndent);
}

}  // namespace

std::string frag_verdict(const Findings& findings) {
  return FragText(findings, TextStyle()).verdict();
}

std::string frag_section(const Findings& findings, const TextStyle& style) {
  const FragText text(findings, style);
  std::string section;
  if (const std::string since = text.since(); !since.empty()) {
    section = heading(style, "Fragmentation") + wrapped(since, kIndent, style);
  }
  return section + text.worst() + text.trends(/*only_growing=*/true);
}

std::string frag_text(const Findings& findings, const TextStyle& style) {
  const FragText text(findings, style);
  const FragmentationVerdict verdict = findings.fragmentation.verdict;
  const Tone tone = verdict == FragmentationVerdict::kSound    ? Tone::kGood
                    : verdict == FragmentationVerdict::kNoRoom ? Tone::kWarning
                                                               : Tone::kBad;
  return wrapped(toned(style, tone, text.verdict()), 0, style) +
         wrapped(text.since(), 0, style) + text.cards() + text.worst() +
         text.origins() + text.trends(/*only_growing=*/false) + text.peaks() +
         "\n" + proof_line(findings, style) + troubles_text(findings, style);
}

}  // namespace libheap
