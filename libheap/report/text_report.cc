#include "libheap/report/text_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "libheap/report/frag_report.h"
#include "libheap/report/graph_report.h"
#include "libheap/report/sites_report.h"
#include "libheap/report/text_chart.h"
#include "libheap/report/text_pauses.h"
#include "libheap/report/text_proof.h"
#include "libheap/report/text_table.h"
#include "libheap/report/text_verdict.h"
#include "libheap/report/tune_report.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

constexpr size_t kIndent = 2;
constexpr size_t kChartRows = 6;
constexpr size_t kCollectsShown = 10;
constexpr size_t kFailuresShown = 5;
constexpr size_t kSitesShown = 12;
constexpr size_t kSizesShown = 6;

std::string heading(const TextStyle& style, const std::string& text) {
  return "\n" + toned(style, Tone::kHeading, text) + "\n";
}

std::string bytes_of(const Findings& findings, uint64_t blocks) {
  return human_bytes(blocks * findings.heap.block_bytes);
}

std::string at_event(const Findings& findings, uint64_t event,
                     uint64_t time_us) {
  if (time_us == Event::kNoTime) {
    return fmt::format("at event {} of {}", with_commas(event),
                       with_commas(findings.proof.events));
  }
  return fmt::format("at {} (event {})", human_time(time_us),
                     with_commas(event));
}

std::string title(const Findings& findings, const TextStyle& style) {
  const std::string name = findings.header.workload.empty()
                               ? findings.source
                               : findings.header.workload;
  const std::string heap =
      fmt::format("MicroPython {}, heap of {} ({} blocks of {} bytes)",
                  findings.heap.release, human_bytes(findings.heap.pool_bytes),
                  with_commas(findings.heap.blocks), findings.heap.block_bytes);
  const bool fits = name.size() + 2 + heap.size() <= style.width;
  return toned(style, Tone::kHeading, name) + (fits ? "  " : "\n") + heap +
         "\n";
}

// --- In short ----------------------------------------------------------------

std::string peak_in_short(const Findings& findings) {
  const uint64_t peak = findings.allocations.peak_used_blocks;
  return fmt::format(
      "Peak use {} of {} ({}), {}.", bytes_of(findings, peak),
      human_bytes(findings.heap.pool_bytes),
      percent_of(peak, findings.heap.blocks),
      at_event(findings, findings.allocations.peak_event, Event::kNoTime));
}

std::string smallest_in_short(const Findings& findings) {
  const SmallestRunSeen& smallest = findings.smallest_largest_run;
  if (smallest.blocks == 0) {
    return fmt::format("The heap was full {}: not one block was free.",
                       at_event(findings, smallest.event, smallest.time_us));
  }
  return fmt::format(
      "The largest free run was never below {} ({}); it was that {}, with {} "
      "free in all.",
      bytes_of(findings, smallest.blocks), counted(smallest.blocks, "block"),
      at_event(findings, smallest.event, smallest.time_us),
      bytes_of(findings, smallest.free_blocks));
}

std::string fragmentation_in_short(const Findings& findings) {
  const HeapOverTimeFindings& found = findings.over_time;
  if (found.worst_fragmentation == 0) return {};
  return fmt::format(
      "Most fragmented {}: {} free, the largest run {} (fragmentation {}).",
      at_event(findings, found.most_fragmented.event,
               found.most_fragmented.time_us),
      bytes_of(findings, found.most_fragmented.total_blocks -
                             found.most_fragmented.used_blocks),
      bytes_of(findings, found.most_fragmented.largest_free_run),
      percent(found.worst_fragmentation));
}

std::string in_short(const Findings& findings, const TextStyle& style) {
  std::string text = heading(style, "In short");
  for (const std::string& sentence :
       {peak_in_short(findings), smallest_in_short(findings),
        fragmentation_in_short(findings)}) {
    text += wrapped(sentence, kIndent, style);
  }
  return text;
}

// --- Heap over time ----------------------------------------------------------

std::string chart(const std::string& caption,
                  const std::vector<uint64_t>& values, const Findings& findings,
                  size_t rows, const TextStyle& style) {
  const std::string full = human_bytes(findings.heap.pool_bytes);
  const std::string axis = style.unicode ? "│" : "|";
  std::string text = "  " + caption + "\n";
  const std::vector<std::string> lines =
      column_chart(values, findings.heap.blocks, rows, style);
  for (size_t row = 0; row < rows; ++row) {
    const std::string label = row == 0          ? full
                              : row + 1 == rows ? std::string("0")
                                                : std::string();
    text += fmt::format("{:>10} {}{}\n", label, axis, lines[row]);
  }
  return text;
}

std::string heap_over_time(const Findings& findings, const TextStyle& style) {
  const size_t width = std::min<size_t>(style.width, 120);
  const std::vector<HeapColumn> heap =
      columns(findings.over_time, width > 20 ? width - 13 : 8);
  std::vector<uint64_t> used;
  std::vector<uint64_t> run;
  for (const HeapColumn& column : heap) {
    used.push_back(column.max_used_blocks);
    run.push_back(column.min_largest_free_run);
  }
  return heading(style, fmt::format("Heap over time ({} events, left to right)",
                                    with_commas(findings.proof.events))) +
         chart("used, highest in each column", used, findings, kChartRows,
               style) +
         chart("largest free run, lowest in each column", run, findings,
               kChartRows / 2, style);
}

// --- Collects ----------------------------------------------------------------

std::string causes(const CollectFindings& collects) {
  std::string text;
  for (const CollectCause cause :
       {CollectCause::kThreshold, CollectCause::kExhausted,
        CollectCause::kExplicit}) {
    const uint64_t count = collects.by_cause[static_cast<size_t>(cause)];
    if (count == 0) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", with_commas(count), name_of(cause));
  }
  return text;
}

std::vector<std::string> collect_row(const Findings& findings,
                                     const CollectSummary& one) {
  return {with_commas(one.event),
          one.sweep_all ? "reset" : std::string(name_of(one.cause)),
          bytes_of(findings, one.amount),
          bytes_of(findings, one.used_before),
          bytes_of(findings, one.used_after),
          with_commas(one.objects_after),
          bytes_of(findings, one.largest_run_before),
          bytes_of(findings, one.largest_run_after)};
}

std::string collects_section(const Findings& findings, const TextStyle& style) {
  const CollectFindings& collects = findings.collects;
  if (collects.count == 0 && collects.sweeps_of_all == 0) {
    return heading(style, "Collects: none");
  }
  std::string text = heading(
      style,
      fmt::format("Collects: {} ({})", with_commas(collects.count),
                  collects.count == 0 ? "resets only" : causes(collects)));
  text += wrapped(
      fmt::format("Live after a collect: {} to {}. Freed in all: {} in {}.",
                  bytes_of(findings, collects.live_after_min),
                  bytes_of(findings, collects.live_after_max),
                  bytes_of(findings, collects.freed_blocks),
                  counted(collects.freed_objects, "object")),
      kIndent, style);
  if (collects.idle_explicit != 0) {
    text += wrapped(
        fmt::format("{} freed less than 1 % of what was used.",
                    counted(collects.idle_explicit, "explicit collect")),
        kIndent, style);
  }
  std::vector<std::vector<std::string>> rows;
  for (const CollectSummary& one : collects.listed) {
    if (rows.size() == kCollectsShown) break;
    rows.push_back(collect_row(findings, one));
  }
  text += text_table({{"event"},
                      {"cause", Align::kLeft},
                      {"allocated"},
                      {"used"},
                      {"after"},
                      {"objects"},
                      {"free run"},
                      {"after"}},
                     rows, kIndent, style);
  const uint64_t all = collects.count + collects.sweeps_of_all;
  if (all > rows.size()) {
    text += fmt::format("  ... {} more; --json and --html list them\n",
                        with_commas(all - rows.size()));
  }
  return text;
}

// --- Allocations -------------------------------------------------------------

std::string allocations_section(const Findings& findings,
                                const TextStyle& style) {
  const AllocationFindings& found = findings.allocations;
  const uint64_t given = found.blocks * findings.heap.block_bytes;
  std::string text = heading(
      style, fmt::format("Allocations: {} for {}", with_commas(found.requests),
                         human_bytes(found.requested_bytes)));
  text += wrapped(
      fmt::format(
          "Rounding up to blocks added {} ({} of what was given). "
          "{}: {} in place, {} moved. {} freed by the program. "
          "Largest request {}.",
          human_bytes(given - std::min(given, found.requested_bytes)),
          percent_of(given - std::min(given, found.requested_bytes), given),
          counted(found.resizes, "resize"), with_commas(found.resizes_in_place),
          with_commas(found.resizes_moved), counted(found.frees, "object"),
          human_bytes(found.largest_request_bytes)),
      kIndent, style);
  std::vector<std::vector<std::string>> rows;
  for (const SizeCount& size : found.top_sizes) {
    const uint64_t blocks = size.blocks * size.count;
    rows.push_back({with_commas(size.n_bytes), with_commas(size.blocks),
                    with_commas(size.count), bytes_of(findings, blocks),
                    percent_of(blocks, found.blocks)});
  }
  text += text_table({{"bytes"}, {"blocks"}, {"times"}, {"in all"}, {"share"}},
                     rows, kIndent, style);
  if (found.distinct_sizes > rows.size()) {
    text += fmt::format("  ... of {} different sizes\n",
                        with_commas(found.distinct_sizes));
  }
  return text;
}

// --- Failures ----------------------------------------------------------------

std::string failure_card(const Findings& findings,
                         const FailedAllocation& one) {
  const std::string asked = fmt::format(
      "{} {} bytes ({}) failed {}: {} free, the largest run {}.",
      one.resize ? "Resize to" : "Allocation of", with_commas(one.n_bytes),
      counted(one.blocks, "block"), at_event(findings, one.event, one.time_us),
      bytes_of(findings, one.free_blocks),
      bytes_of(findings, one.largest_free_run));
  std::string why = one.verdict == FailureVerdict::kFragmented
                        ? " Fragmented: enough was free, but in pieces."
                        : " Exhausted: there was not that much free.";
  if (one.collect_off) why += " Automatic collection was off.";
  return asked + why;
}

std::string failures_section(const Findings& findings, const TextStyle& style) {
  const FailureFindings& failures = findings.failures;
  std::string text;
  if (failures.count == 0) {
    text = heading(style, "Failed allocations: none");
  } else {
    text =
        heading(style, fmt::format("Failed allocations: {} ({} exhausted, {} "
                                   "fragmented)",
                                   with_commas(failures.count),
                                   with_commas(failures.exhausted),
                                   with_commas(failures.fragmented)));
    for (size_t i = 0; i < std::min(kFailuresShown, failures.first.size());
         ++i) {
      text +=
          wrapped(failure_card(findings, failures.first[i]), kIndent, style);
    }
    if (failures.count > kFailuresShown) {
      text += fmt::format("  ... {} more\n",
                          with_commas(failures.count - kFailuresShown));
    }
  }
  if (failures.locked != 0) {
    text += wrapped(
        fmt::format("{} failed because the heap was locked (in a finaliser, "
                    "an interrupt or micropython.heap_lock()).",
                    counted(failures.locked, "more request")),
        kIndent, style);
  }
  return text;
}

// --- Sites -------------------------------------------------------------------

std::string sites_section(const Findings& findings, const TextStyle& style) {
  const SiteFindings& found = findings.sites;
  if (found.total.objects == 0) return {};
  if (!found.has_sites) {
    return heading(style,
                   "Lifetimes by size (no sites in this trace: "
                   "mpheap.start(sites=True) sends them)") +
           sites_table(found, {.by = SiteGrouping::kSize, .top = kSizesShown},
                       style);
  }
  return heading(style, "Who allocates") +
         sites_table(found, {.by = SiteGrouping::kLine, .top = kSitesShown},
                     style) +
         "\n" +
         sites_table(found, {.by = SiteGrouping::kRuntime, .top = kSizesShown},
                     style);
}

// --- What keeps what alive ---------------------------------------------------

std::string graph_section(const Findings& findings, const TextStyle& style) {
  if (!findings.graph) return {};
  return heading(style, "What keeps what alive (mpheap graph says more)") +
         graph_in_short(*findings.graph, style);
}

// --- What to pass to gc.threshold --------------------------------------------

std::string tune_section(const Findings& findings, const TextStyle& style) {
  if (!findings.tune) return {};
  return heading(style,
                 "What to pass to gc.threshold (mpheap tune says more)") +
         tune_in_short(*findings.tune, style);
}

}  // namespace

std::string report_text(const Findings& findings, const TextStyle& style) {
  return title(findings, style) + proof_line(findings, style) +
         verdict_text(findings, style) + tune_section(findings, style) +
         in_short(findings, style) + failures_section(findings, style) +
         frag_section(findings, style) + heap_over_time(findings, style) +
         collects_section(findings, style) +
         pauses_in_short(findings.pauses, style) +
         sites_section(findings, style) + graph_section(findings, style) +
         allocations_section(findings, style) + troubles_text(findings, style);
}

}  // namespace libheap
