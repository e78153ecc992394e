#include "libheap/analysis/advice_rules.h"

#include <utility>

namespace libheap {

namespace {

// A program that goes around more seldom lives at a human's pace, and one
// pause in so many seconds is not seen.
constexpr double kHumanRate = 10;     // iterations per second
constexpr double kHumanSeconds = 10;  // from one collect to the next

using Unit = EvidenceUnit;

Evidence bytes(std::string_view what, double value) {
  return {what, Unit::kBytes, value, {}};
}
Evidence micros(std::string_view what, double value) {
  return {what, Unit::kMicroseconds, value, {}};
}
Evidence share(std::string_view what, double value) {
  return {what, Unit::kShare, value, {}};
}
Evidence words(std::string_view what, std::string text) {
  return {what, Unit::kText, 0, std::move(text)};
}

void add_pause(const std::optional<LikelyPause>& pause,
               std::vector<Evidence>& evidence) {
  if (!pause) return;
  evidence.push_back(micros("longest pause", pause->us));
  evidence.push_back(micros("at most", pause->high_us));
}

void add_budget(const AdviceFacts& facts, std::vector<Evidence>& evidence) {
  if (!facts.pause_budget_us) return;
  evidence.push_back(micros(
      facts.budget_given ? "pause budget" : "one iteration, taken as budget",
      *facts.pause_budget_us));
}

bool human_pace(const AdviceFacts& facts) {
  return !facts.budget_given &&
         facts.iterations_per_second.value_or(0) < kHumanRate &&
         facts.seconds_to_full && *facts.seconds_to_full >= kHumanSeconds;
}

// --- The rules --------------------------------------------------------------

StrategyRule defaults_rule(const AdviceFacts& facts) {
  StrategyRule rule;
  rule.strategy = Strategy::kDefaults;
  add_pause(facts.off_pause, rule.evidence);
  add_budget(facts, rule.evidence);
  if (facts.seconds_to_full) {
    rule.evidence.push_back(
        micros("from one collect to the next", *facts.seconds_to_full * 1e6));
  }
  const bool harmless = facts.off_serves && in_budget(facts, facts.off_pause);
  const bool own = collects_by_itself(facts);
  if (harmless && facts.off_leaves_room && facts.off_tried && !own) {
    rule.verdict = RuleVerdict::kFits;
    rule.says =
        "Without a threshold nothing fails, and the largest request always "
        "finds room.";
  } else if (harmless && human_pace(facts)) {
    rule.verdict = RuleVerdict::kFits;
    rule.says =
        "The program allocates so slowly that a collect when the heap is full "
        "is rare, short enough, and serves every request.";
  } else {
    rule.verdict = RuleVerdict::kDoesNotFit;
    rule.says = own ? "The program collects by itself already."
                : facts.off_serves
                    ? "Without a threshold the heap runs full before each "
                      "collect, at a moment of its own choosing."
                    : "Without a threshold allocations may fail.";
  }
  rule.would_change =
      "A faster loop, a stricter pause budget, or larger requests.";
  if (rule.verdict == RuleVerdict::kFits) {
    rule.code = "gc.threshold(-1)  # the default: leave it";
  }
  return rule;
}

void add_room(const AdviceFacts& facts, double room_bytes,
              std::vector<Evidence>& evidence) {
  evidence.push_back(bytes("largest free run, at its smallest", room_bytes));
  evidence.push_back(bytes("largest request",
                           static_cast<double>(facts.largest_request_bytes)));
}

StrategyRule threshold_rule(const AdviceFacts& facts) {
  StrategyRule rule;
  rule.strategy = Strategy::kThreshold;
  rule.would_change =
      "A pause budget below the pause, or requests larger than the largest "
      "free run.";
  if (facts.threshold_bytes) {
    rule.verdict = RuleVerdict::kFits;
    rule.says = facts.threshold_by_estimate
                    ? "By the estimate this is the largest threshold that "
                      "serves everything; the worst case leaves it open."
                    : "The largest threshold under which every request is "
                      "served, the largest always finds room, and the pause "
                      "stays within the budget.";
    add_pause(facts.threshold_pause, rule.evidence);
    add_budget(facts, rule.evidence);
    add_room(facts, facts.threshold_room_bytes, rule.evidence);
    rule.code = "gc.threshold(" + std::to_string(*facts.threshold_bytes) + ")";
    return rule;
  }
  rule.verdict = RuleVerdict::kDoesNotFit;
  if (!facts.any_leaves_room) {
    rule.says = "Under no threshold does the largest request always find room.";
    add_room(facts, facts.best_room_bytes, rule.evidence);
  } else if (!in_budget(facts, facts.shortest_pause)) {
    rule.says = "The pause is over the budget under every threshold.";
    rule.would_change = "A larger pause budget.";
    add_pause(facts.shortest_pause, rule.evidence);
    add_budget(facts, rule.evidence);
  } else {
    rule.says = "No threshold keeps room and stays within the budget at once.";
    add_budget(facts, rule.evidence);
    add_room(facts, facts.best_room_bytes, rule.evidence);
  }
  return rule;
}

std::string manual_code(const AdviceFacts& facts) {
  const std::string at =
      facts.seam.empty() ? std::string() : "  # " + facts.seam;
  if (!facts.collect_every || *facts.collect_every <= 1) {
    return "gc.collect()" + at;
  }
  return "n = (n + 1) % " + std::to_string(*facts.collect_every) + at +
         "\nif n == 0:\n    gc.collect()";
}

// The program's own collects keep room without a threshold.
bool own_collects_suffice(const AdviceFacts& facts) {
  return collects_by_itself(facts) && facts.off_serves &&
         facts.off_leaves_room && in_budget(facts, facts.off_pause);
}

StrategyRule own_collects_rule(const AdviceFacts& facts) {
  StrategyRule rule;
  rule.strategy = Strategy::kManual;
  rule.verdict = RuleVerdict::kFits;
  rule.says =
      "The program's own gc.collect() calls suffice: between them the heap "
      "never runs full.";
  rule.evidence.push_back({"explicit collects",
                           Unit::kCount,
                           static_cast<double>(facts.explicit_collects),
                           {}});
  add_pause(facts.off_pause, rule.evidence);
  rule.would_change = "More allocated from one of its collects to the next.";
  rule.code = "gc.threshold(-1)  # keep your gc.collect() calls";
  return rule;
}

void add_gaps(const AdviceFacts& facts, std::vector<Evidence>& evidence) {
  evidence.push_back(micros("99th-percentile gap", facts.gap_p99_us));
  if (facts.seam.empty()) return;
  evidence.push_back(words("quietest seam", facts.seam));
  evidence.push_back(
      micros("gap there, 99 times in 100, at least", facts.seam_p01_us));
}

StrategyRule seam_rule(const AdviceFacts& facts) {
  StrategyRule rule;
  rule.strategy = Strategy::kManual;
  if (!facts.timed) {
    rule.says = "The trace has no times, so its quiet windows are not known.";
    rule.would_change = "A capture with times.";
    return rule;
  }
  const auto& pause =
      facts.manual_pause ? facts.manual_pause : facts.shortest_pause;
  add_pause(pause, rule.evidence);
  add_gaps(facts, rule.evidence);
  if (!pause) {
    rule.says = "How long a collect takes is not known.";
    rule.would_change = "A trace with collects.";
  } else if (facts.seam.empty() || facts.seam_p01_us < pause->high_us) {
    rule.verdict = RuleVerdict::kDoesNotFit;
    rule.says = "No place in the loop is quiet for as long as a collect takes.";
    rule.would_change = "A longer wait somewhere in the loop.";
  } else {
    rule.verdict = RuleVerdict::kFits;
    rule.says =
        "The loop has a place that is quiet for longer than a collect takes.";
    rule.would_change =
        "A seam that must not wait, or a longer pause than its gaps.";
    rule.code = manual_code(facts);
  }
  return rule;
}

StrategyRule manual_rule(const AdviceFacts& facts) {
  return own_collects_suffice(facts) ? own_collects_rule(facts)
                                     : seam_rule(facts);
}

StrategyRule preallocate_rule(const AdviceFacts& facts) {
  StrategyRule rule;
  rule.strategy = Strategy::kPreallocate;
  rule.would_change =
      "A pause budget above the pause, or a quiet window in the loop.";
  if (!facts.hot_line.empty()) {
    rule.evidence.push_back(words("allocates most", facts.hot_line));
    rule.evidence.push_back(
        share("its share of what the loop allocates", facts.hot_share));
  }
  if (!facts.any_leaves_room) {
    rule.verdict = RuleVerdict::kFits;
    rule.says =
        "No threshold keeps room for the largest request: allocate it once, "
        "at boot, before the heap is in pieces.";
    rule.evidence.push_back(bytes(
        "largest request", static_cast<double>(facts.largest_request_bytes)));
  } else if (!in_budget(facts, facts.shortest_pause)) {
    rule.verdict = RuleVerdict::kFits;
    rule.says =
        "A pause is longer than the budget: what is not allocated needs no "
        "collect.";
    add_pause(facts.shortest_pause, rule.evidence);
    add_budget(facts, rule.evidence);
  } else if (!facts.threshold_bytes) {
    rule.verdict = RuleVerdict::kFits;
    rule.says =
        "No threshold serves the program, so the less it allocates the better.";
    rule.would_change = "A threshold that fits.";
  } else {
    rule.verdict = RuleVerdict::kDoesNotFit;
    rule.says =
        "Not needed: collects fit in. It would make them rarer all the same.";
  }
  rule.code = facts.hot_code;
  return rule;
}

StrategyRule smaller_heap_rule(const AdviceFacts& facts) {
  StrategyRule rule;
  rule.strategy = Strategy::kSmallerHeap;
  rule.would_change = "A pause that is mostly sweep.";
  if (!facts.sweep_share) {
    rule.says = "What pauses are made of is not known.";
    return rule;
  }
  rule.evidence.push_back(share("sweep, of the pause", *facts.sweep_share));
  add_budget(facts, rule.evidence);
  const bool dominates = *facts.sweep_share > kSweepDominates;
  if (dominates && facts.smaller_heap_bytes &&
      !in_budget(facts, facts.shortest_pause)) {
    rule.verdict = RuleVerdict::kFits;
    rule.says =
        "The sweep is most of the pause, and a smaller heap would serve. Last "
        "resort: it means another firmware.";
    rule.evidence.push_back(bytes(
        "heap that serves", static_cast<double>(*facts.smaller_heap_bytes)));
    add_pause(facts.smaller_heap_pause, rule.evidence);
    rule.code = "# build the firmware with a GC heap of " +
                std::to_string(*facts.smaller_heap_bytes) + " bytes";
    return rule;
  }
  rule.verdict = RuleVerdict::kDoesNotFit;
  rule.says = !dominates ? "Marking is most of the pause; a smaller heap "
                           "would not shorten that."
              : in_budget(facts, facts.shortest_pause)
                  ? "Not needed: the pause fits."
                  : "No smaller heap serves all requests within the budget.";
  return rule;
}

}  // namespace

bool in_budget(const AdviceFacts& facts,
               const std::optional<LikelyPause>& pause) {
  return !facts.pause_budget_us || !pause ||
         pause->high_us <= *facts.pause_budget_us;
}

bool collects_by_itself(const AdviceFacts& facts) {
  return facts.explicit_collects >= kOwnCollects;
}

std::vector<StrategyRule> strategy_rules(const AdviceFacts& facts) {
  return {defaults_rule(facts), threshold_rule(facts), manual_rule(facts),
          preallocate_rule(facts), smaller_heap_rule(facts)};
}

}  // namespace libheap
