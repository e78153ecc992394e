#pragma once

// Advice: which of the five strategies for the collector fits a program.
//
//     defaults      leave everything as it is
//     threshold     gc.threshold(n)
//     manual        gc.collect() at a quiet seam of the program
//     preallocate   allocate nothing in the hot path
//     smaller_heap  less for the sweep to go through; the last resort
//
// Each is one small rule over what is known (AdviceFacts): it fits, does not,
// or the trace does not tell; with the evidence it goes by and what would turn
// it over. Two tie-breakers choose where more than one fits:
//
//     gap    the 99th-percentile gap between requests against the pause: if it
//            is longer, the program has quiet windows, and manual goes before
//            threshold
//     room   the largest free run against the largest request: if no threshold
//            keeps it free, preallocate goes before everything
//
// Anti-patterns are warnings, whatever is chosen. Words are fixed; the figures
// are in the evidence. docs/analyses.md, "Strategies".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libheap {

enum class Strategy : uint8_t {
  kDefaults,
  kThreshold,
  kManual,
  kPreallocate,
  kSmallerHeap,
};
[[nodiscard]] std::string_view name_of(Strategy strategy);

enum class RuleVerdict : uint8_t { kFits, kDoesNotFit, kUnknown };
[[nodiscard]] std::string_view name_of(RuleVerdict verdict);

enum class EvidenceUnit : uint8_t {
  kCount,
  kBytes,
  kMicroseconds,
  kShare,
  kText,
};

// A figure a rule goes by.
struct Evidence {
  std::string_view what;
  EvidenceUnit unit = EvidenceUnit::kCount;
  double value = 0;
  std::string text;  // kText
};

struct StrategyRule {
  Strategy strategy = Strategy::kDefaults;
  RuleVerdict verdict = RuleVerdict::kUnknown;
  std::string_view says;  // one sentence
  std::vector<Evidence> evidence;
  std::string_view would_change;  // what would turn the verdict over
  std::string code;               // to paste; empty where it does not fit
};

// A habit that costs, whatever the strategy.
struct AdviceWarning {
  std::string_view id;
  std::string_view says;
  std::vector<Evidence> evidence;
  std::string_view instead;
};

enum class Confidence : uint8_t { kNone, kLow, kMedium, kHigh };
[[nodiscard]] std::string_view name_of(Confidence confidence);

struct Advice {
  std::optional<Strategy> strategy;  // none: the trace does not tell
  std::optional<uint64_t> threshold_bytes;
  std::string code;
  std::string_view tie_breaker;  // "gap", "room" or nothing
  Confidence confidence = Confidence::kNone;
  std::vector<StrategyRule> rules;  // all five, in order
  std::vector<AdviceWarning> warnings;
  // Where the trace does not tell: why, and what to capture.
  std::string refusal;
};

// A pause beside its worst case.
struct LikelyPause {
  double us = 0;
  double high_us = 0;
};

// What rules go by. Nothing where it is not known.
struct AdviceFacts {
  // The loop.
  std::optional<double> iterations_per_second;
  std::optional<double> alloc_bytes_per_iteration;
  std::optional<double> alloc_bytes_per_second;
  std::optional<double> pause_budget_us;
  bool budget_given = false;
  // The recording.
  uint64_t explicit_collects = 0;
  uint64_t idle_explicit = 0;  // of them, freed next to nothing
  double explicit_per_iteration = 0;
  uint64_t locked_requests = 0;
  std::optional<uint64_t> recorded_threshold;
  // Without a threshold.
  bool off_serves = false;       // no failure, in the worst case
  bool off_leaves_room = false;  // and the largest request always fits
  // Heaps full were allocated, so that the above says something.
  bool off_tried = false;
  std::optional<LikelyPause> off_pause;
  std::optional<double> seconds_to_full;  // until the heap is exhausted
  // The threshold that was chosen, if any.
  std::optional<uint64_t> threshold_bytes;
  bool threshold_by_estimate = false;
  std::optional<LikelyPause> threshold_pause;
  double threshold_room_bytes = 0;  // smallest largest free run, low
  double threshold_collects = 0;
  // Of all thresholds tried.
  std::optional<LikelyPause> shortest_pause;
  bool any_leaves_room = false;
  double best_room_bytes = 0;
  uint64_t largest_request_bytes = 0;
  double need_bytes = 0;
  // Quiet seams.
  bool timed = false;
  double gap_p99_us = 0;
  std::string seam;  // the quietest, in words
  double seam_p01_us = 0;
  std::optional<uint64_t> collect_every;  // iterations, as tried
  std::optional<LikelyPause> manual_pause;
  // The hot path.
  std::string hot_line;  // that allocates most
  std::string hot_code;  // its remedy
  double hot_share = 0;  // of what the loop allocates
  double top_share = 0;  // of the lines listed with a known remedy
  // The sweep's share of the pause, and a heap half the size.
  std::optional<double> sweep_share;
  std::optional<uint64_t> smaller_heap_bytes;  // that would serve
  std::optional<LikelyPause> smaller_heap_pause;
};

// The rules, the tie-breakers and the warnings. Confidence is the caller's.
[[nodiscard]] Advice advise(const AdviceFacts& facts);

}  // namespace libheap
