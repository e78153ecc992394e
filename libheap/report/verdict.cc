#include "libheap/report/verdict.h"

#include <algorithm>

#include <fmt/format.h>

#include "libheap/report/graph_words.h"
#include "libheap/report/origin_text.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

// The rule of MicroPython's own documentation: collect when as much was
// allocated as a quarter of what is free now.
constexpr const char* kDocumentedThreshold =
    "gc.threshold(gc.mem_free() // 4 + gc.mem_alloc())";

std::string bytes_of(const Findings& findings, uint64_t blocks) {
  return human_bytes(blocks * findings.heap.block_bytes);
}

using Failures = std::vector<const FailedAllocation*>;

// "At least" where not all failures were kept.
std::string how_many(const Findings& findings, const Failures& failures) {
  const FailureFindings& all = findings.failures;
  const std::string text = counted(failures.size(), "allocation");
  return all.count > all.first.size() ? "At least " + text : text;
}

std::string what_failed(const Findings& findings, const FailedAllocation& one) {
  return fmt::format(
      "The first, at event {}, asked for {} in one piece; {} was free, the "
      "largest run {}.",
      with_commas(one.event), human_bytes(one.n_bytes),
      bytes_of(findings, one.free_blocks),
      bytes_of(findings, one.largest_free_run));
}

uint64_t largest_of(const Failures& failures) {
  uint64_t largest = 0;
  for (const FailedAllocation* one : failures) {
    largest = std::max(largest, one->n_bytes);
  }
  return largest;
}

VerdictItem fragmented(const Findings& findings, const Failures& failures) {
  return {"",
          fmt::format("{} failed although there was room: the free memory "
                      "lay in pieces.",
                      how_many(findings, failures)),
          what_failed(findings, *failures.front()) +
              " Collecting again does not help, for nothing is moved. Allocate "
              "large buffers first, while the heap is whole, and keep them.",
          fmt::format("buffer = bytearray({})  # first thing, and kept",
                      largest_of(failures))};
}

VerdictItem exhausted(const Findings& findings, const Failures& failures) {
  return {"",
          fmt::format("{} failed: less memory was free than was asked for.",
                      how_many(findings, failures)),
          what_failed(findings, *failures.front()) +
              " No arrangement of the heap would have done: keep less alive "
              "at that moment, or ask for less.",
          ""};
}

VerdictItem too_large(const Findings& findings, const Failures& failures) {
  return {"",
          fmt::format("A request for {} is more than the whole heap of {}.",
                      human_bytes(failures.front()->n_bytes),
                      bytes_of(findings, most_blocks(findings))),
          fmt::format("At event {}. Look at where this size comes from: it may "
                      "be a mistake.",
                      with_commas(failures.front()->event)),
          ""};
}

VerdictItem collect_off(const Findings& findings, const Failures& failures) {
  return {"",
          fmt::format("{} failed while automatic collection was off.",
                      how_many(findings, failures)),
          what_failed(findings, *failures.front()) +
              " Nothing was collected first, so part of what counts as used "
              "may be garbage.",
          "gc.enable()"};
}

VerdictItem locked(const Findings& findings) {
  return {"",
          fmt::format("{} came while the heap was locked, and got nothing.",
                      counted(findings.failures.locked, "request")),
          "Nothing can be allocated in a hard interrupt handler, in a "
          "finaliser, or after micropython.heap_lock(). Use what was allocated "
          "before, or leave the work to later.",
          "micropython.schedule(handler, argument)  # runs when the heap is "
          "not locked"};
}

// "12,345 events", with the time they take where there are times.
std::string so_many_events(const Findings& findings, uint64_t events) {
  const std::string text = counted(events, "event");
  const ReplayResult& proof = findings.proof;
  if (proof.events == 0 || proof.last_us <= proof.first_us) return text;
  const double each = static_cast<double>(proof.last_us - proof.first_us) /
                      static_cast<double>(proof.events);
  return fmt::format(
      "{} ({})", text,
      human_time(static_cast<uint64_t>(each * static_cast<double>(events))));
}

VerdictItem leak(const Findings& findings) {
  const std::vector<const LiveTrend*> all = leaks(findings);
  const LiveTrend& first = *all.front();
  const std::string who =
      origin_text(first.origin, findings.fragmentation.sites);
  std::string why =
      fmt::format("After collects, {} of it was live at first and {} at last.",
                  bytes_of(findings, first.first_blocks),
                  bytes_of(findings, first.last_blocks));
  if (all.size() > 1) {
    why += fmt::format(" {} more {} too.", with_commas(all.size() - 1),
                       all.size() == 2 ? "grows" : "grow");
  }
  if (first.events_until_full) {
    why += fmt::format(
        " At this rate the {} that are free now last for {}.",
        bytes_of(findings, findings.fragmentation.trends.free_after_last),
        so_many_events(findings, *first.events_until_full));
  }
  if (const GrowthRow* row = growth_of(findings, first.origin)) {
    why += " " + growth_words(*findings.graph, *row);
  }
  why +=
      " A cache that fills up looks the same at first; a list that nothing is "
      "taken from never ends.";
  return {"", fmt::format("Ever more stays after collects: {}.", who), why,
          "from collections import deque\n"
          "kept = deque((), 100)  # forgets the oldest beyond 100"};
}

VerdictItem little_headroom(const Findings& findings) {
  const uint64_t live = findings.collects.live_after_max;
  return {"",
          fmt::format("After a collect, up to {} of the heap was still in use.",
                      percent_of(live, most_blocks(findings))),
          fmt::format("{} of {} stayed. The fuller the heap, the more often "
                      "it is collected and the more easily it breaks into "
                      "pieces.",
                      bytes_of(findings, live),
                      bytes_of(findings, most_blocks(findings))),
          ""};
}

// The tuner's answer, if it has one.
std::string threshold_code(const Findings& findings) {
  const bool tuned = findings.tune && findings.tune->advice.strategy;
  return tuned ? findings.tune->advice.code : kDocumentedThreshold;
}

VerdictItem no_threshold(const Findings& findings) {
  const uint64_t exhausted =
      findings.collects.by_cause[static_cast<size_t>(CollectCause::kExhausted)];
  return {"",
          fmt::format("The heap runs full before it is collected: {}.",
                      counted(exhausted, "collect")),
          fmt::format(
              "No collect came of a threshold; {} came only when no free run "
              "was long enough. Objects that live on are then strewn over the "
              "whole heap, and the largest free run was down to {}. Collecting "
              "earlier keeps them together.",
              counted(exhausted, "collect"),
              bytes_of(findings, findings.smallest_largest_run.blocks)),
          threshold_code(findings)};
}

VerdictItem idle_collects(const Findings& findings) {
  const CollectFindings& collects = findings.collects;
  const uint64_t all =
      collects.by_cause[static_cast<size_t>(CollectCause::kExplicit)];
  return {"",
          fmt::format("{} of {} calls of gc.collect() freed next to nothing.",
                      with_commas(collects.idle_explicit), with_commas(all)),
          "Each freed less than a hundredth of what was used, and stopped the "
          "program for it. Call it less often, or leave it to a threshold.",
          ""};
}

VerdictItem healthy(const Findings& findings) {
  if (findings.proof.events == 0) {
    return {"healthy", "Nothing happens in this trace.", "", ""};
  }
  const uint64_t run = findings.smallest_largest_run.blocks;
  std::string why =
      fmt::format("Every request was served. Peak use was {} of {}.",
                  bytes_of(findings, findings.allocations.peak_used_blocks),
                  human_bytes(findings.heap.pool_bytes));
  if (run <= findings.heap.blocks) {
    why += fmt::format(" {} could be had in one piece at any moment.",
                       bytes_of(findings, run));
  }
  return {"healthy", "Nothing is wrong with this heap.", why, ""};
}

VerdictItem item(const Findings& findings, Problem problem) {
  const Failures failures = failures_of(findings, problem);
  switch (problem) {
    case Problem::kFragmented:
      return fragmented(findings, failures);
    case Problem::kExhausted:
      return exhausted(findings, failures);
    case Problem::kTooLarge:
      return too_large(findings, failures);
    case Problem::kCollectOff:
      return collect_off(findings, failures);
    case Problem::kLocked:
      return locked(findings);
    case Problem::kLeak:
      return leak(findings);
    case Problem::kLittleHeadroom:
      return little_headroom(findings);
    case Problem::kNoThreshold:
      return no_threshold(findings);
    case Problem::kIdleCollects:
      break;
  }
  return idle_collects(findings);
}

}  // namespace

std::vector<VerdictItem> verdict(const Findings& findings) {
  std::vector<VerdictItem> items;
  for (const Problem problem : problems(findings)) {
    items.push_back(item(findings, problem));
    items.back().id = name_of(problem);
  }
  if (items.empty()) items.push_back(healthy(findings));
  return items;
}

}  // namespace libheap
