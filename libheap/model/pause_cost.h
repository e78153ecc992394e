#pragma once

// What a collect costs: one linear model, and the pause it predicts.
//
// A collect scans roots, marks, and sweeps. Each step does a few things many
// times, each of which takes a fixed number of cycles of a small processor:
//
//     pause = roots + marking + rescans + sweep + finalisers
//     marking and rescans = objects visited   * price of an object
//                         + words looked at   * price of a word
//                         + of them aligned   * what that adds
//                         + of them pointers  * what that adds
//                         + rescanned entries * price of an entry
//     sweep = a sum over table entries by what they hold
//
// PauseTerms has the prices (firmware and clock), PauseState the amounts (the
// heap at one collect). The amounts of the sweep follow from the table, so its
// time is exact. Those of marking depend on what objects hold and on the order
// they are found in; where nobody counted them, HeapContent estimates them
// (programs), and PauseBars says by how much such predictions were wrong where
// they could be compared (data not fitted). A PauseProfile is all four.
//
// The mark stack has 64 entries. When it is full the collector goes on without
// remembering, and afterwards walks the whole table and scans every marked
// object again, once or more: rescan passes. They can cost more than all else.
//
// Cost: some 40 multiplications per prediction. docs/analyses.md, "Pauses".

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libheap/model/release.h"

namespace libheap {

// One number for each thing a collect does many times: its price in
// microseconds (never negative), or how many times it was done.
struct PauseTerms {
  // Roots and marking.
  double start = 0;  // once per collect, with the roots
  double object = 0;
  double word = 0;          // of roots and objects
  double aligned_word = 0;  // more: its low four bits are clear
  double pointer = 0;       // more: it points into the pool
  double rescan_entry = 0;  // table entry looked at by a rescan pass
  // Sweep.
  double sweep_start = 0;
  double swept_block = 0;  // any entry
  double live_object = 0;  // more, for each of these
  double live_tail = 0;
  double freed_object = 0;
  double freed_tail = 0;
  double flag_byte = 0;  // of the finaliser table; v1.25
  double finaliser = 0;

  bool operator==(const PauseTerms&) const = default;
};

struct PauseTermName {
  double PauseTerms::*term;
  std::string_view name;
  bool marking;  // or sweeping
};
// All of them, in order.
[[nodiscard]] std::span<const PauseTermName> pause_terms();

// Price times amount, over all terms.
[[nodiscard]] double cost_of(const PauseTerms& prices,
                             const PauseTerms& amounts);

// What marking looked at in the pool, repeats by rescan passes counted again.
struct MarkVisits {
  double objects = 0;
  double words = 0;
  double aligned_words = 0;
  double pointers = 0;

  bool operator==(const MarkVisits&) const = default;
};

// What objects of a program hold, where nobody looked: the heap as it is after
// booting, and averages over what the program adds.
struct HeapContent {
  MarkVisits booted;         // one round of marking just after booting
  double root_words = 0;     // static roots, registers, C stack
  double root_pointers = 0;  // of them into the pool
  double aligned_share = 0;  // of the words the program adds
  double pointers_per_object = 0;
  // Of what is beyond the booted heap and one full mark stack, the share that
  // is visited before the first rescan pass (the rest only by the pass).
  double first_round_objects = 0;
  double first_round_words = 0;
  // Where the program has more objects than the stack has entries.
  double overflow_chance = 0;
  double second_pass_chance = 0;  // of those that overflow
  // Where it is known that the stack overflows with so many live objects or
  // more, and does not with so many or fewer: that instead of a chance.
  double overflows_from = 0;  // 0: not known
  double fits_up_to = 0;

  bool operator==(const HeapContent&) const = default;
};

// Half the width of a 95 % interval, as a share of marking without roots, found
// on data left out of the fit. (The sweep's time is exact.)
struct PauseBars {
  double counted_share = 0;    // where its amounts are known
  double estimated_share = 0;  // where they are estimated
  double rescans_share = 0;    // likewise, with rescan passes in it
  double at_least_us = 0;      // clock resolution

  bool operator==(const PauseBars&) const = default;
};

struct PauseProfile {
  std::string name;     // "rp2040-v1.23.0"
  std::string release;  // of the firmware it was measured on
  uint64_t clock_hz = 0;
  PauseTerms cost;
  HeapContent content;
  PauseBars bars;
};

// The heap at one collect. Objects and blocks live and freed are as after it.
struct PauseState {
  uint64_t live_objects = 0;
  uint64_t live_blocks = 0;
  uint64_t freed_objects = 0;
  uint64_t freed_blocks = 0;
  uint64_t total_blocks = 0;
  uint64_t swept_blocks = 0;  // see swept_blocks()
  uint64_t flag_bytes = 0;    // see swept_flag_bytes()
  uint64_t finalisers = 0;    // called
  uint32_t words_per_block = 4;
  uint32_t mark_stack_entries = 64;
  std::optional<uint32_t> rescan_passes;  // none: not known
  std::optional<double> overflow_chance;  // then: better than the content's
  std::optional<MarkVisits> visits;       // none: estimated
  std::optional<double> root_words;       // none: as in the profile
  std::optional<double> root_pointers;
};

// Where the time goes; all in microseconds.
struct PauseParts {
  double roots = 0;
  double objects = 0;  // finding and queueing them: pointers, the mark stack
  double words = 0;    // looking at what they hold
  double rescans = 0;
  double sweep = 0;
  double finalisers = 0;

  [[nodiscard]] double mark() const {
    return roots + objects + words + rescans;
  }
  [[nodiscard]] double total() const { return mark() + sweep + finalisers; }
};

struct PauseEstimate {
  PauseParts parts;  // of the estimate
  double us = 0;
  double low_us = 0;  // 95 % of pauses are between
  double high_us = 0;
};

// Table entries the sweep looks at: all up to v1.20, later those up to
// `last_used_block`, the firmware's own bound before the collect.
[[nodiscard]] uint64_t swept_blocks(const ReleaseTraits& traits,
                                    uint64_t total_blocks,
                                    uint64_t last_used_block);
// Bytes of the finaliser table that are gone through before (v1.25).
[[nodiscard]] uint64_t swept_flag_bytes(const ReleaseTraits& traits,
                                        uint64_t last_used_block);

// What marking will look at in `state`, if it takes `passes` rescan passes.
[[nodiscard]] MarkVisits estimate_visits(const HeapContent& content,
                                         const PauseState& state,
                                         uint32_t passes);

// How often a collect of `state` does each thing.
[[nodiscard]] PauseTerms pause_amounts(const HeapContent& content,
                                       const PauseState& state,
                                       uint32_t passes);

// The bar of marking that was replayed on a snapshot of another moment, as a
// share: from that of counted amounts to that of estimated ones, as the share
// of words that nobody saw grows from 0 to 1.
[[nodiscard]] double replayed_share(const PauseBars& bars, bool rescans,
                                    double changed_share);

// With unknown passes: their mean, and an interval that has room for each
// number of them that has a chance.
[[nodiscard]] PauseEstimate predict_pause(const PauseProfile& profile,
                                          const PauseState& state);

// The same firmware on the same processor at another clock.
[[nodiscard]] PauseTerms scaled(const PauseTerms& cost, double factor);

}  // namespace libheap
