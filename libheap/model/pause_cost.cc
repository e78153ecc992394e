#include "libheap/model/pause_cost.h"

#include <algorithm>
#include <array>

namespace libheap {
namespace {

// An outcome rarer than this is left out of a 95 % interval.
constexpr double kTail = 0.025;

double words_of(const PauseState& state) {
  return static_cast<double>(state.live_blocks) * state.words_per_block;
}

// Of all that was looked at, the share before the first rescan pass; each pass
// looks at everything that is live.
double before_rescans(double live, double visited, uint32_t passes) {
  if (passes == 0 || visited <= 0) return 1;
  return std::max(0.0, 1 - passes * live / visited);
}

MarkVisits visits_of(const HeapContent& content, const PauseState& state,
                     uint32_t passes) {
  return state.visits.value_or(estimate_visits(content, state, passes));
}

// Root words and pointers are looked at by the code that looks at objects.
double root_words(const HeapContent& content, const PauseState& state) {
  return state.root_words.value_or(content.root_words);
}
double root_pointers(const HeapContent& content, const PauseState& state) {
  return state.root_pointers.value_or(content.root_pointers);
}

double sweep_us(const PauseTerms& cost, const PauseTerms& amounts) {
  double us = 0;
  for (const PauseTermName& one : pause_terms()) {
    if (!one.marking) us += cost.*one.term * amounts.*one.term;
  }
  return us;
}

PauseParts parts_of(const PauseProfile& profile, const PauseState& state,
                    uint32_t passes) {
  const PauseTerms& cost = profile.cost;
  const MarkVisits visits = visits_of(profile.content, state, passes);
  const PauseTerms amounts = pause_amounts(profile.content, state, passes);
  const double objects = visits.objects * cost.object;
  const double words =
      visits.words * cost.word + visits.aligned_words * cost.aligned_word;
  const double pointers = visits.pointers * cost.pointer;
  const double first_words =
      before_rescans(words_of(state), visits.words, passes);
  const double first_objects = before_rescans(
      static_cast<double>(state.live_objects), visits.objects, passes);

  PauseParts parts;
  parts.roots = cost.start + root_words(profile.content, state) * cost.word +
                root_pointers(profile.content, state) * cost.pointer;
  // Pointers are in what is scanned in every round.
  parts.objects = objects * first_objects + pointers / (1.0 + passes);
  parts.words = words * first_words;
  parts.rescans = objects + pointers + words - parts.objects - parts.words +
                  amounts.rescan_entry * cost.rescan_entry;
  parts.finalisers = amounts.finaliser * cost.finaliser;
  parts.sweep = sweep_us(cost, amounts) - parts.finalisers;
  return parts;
}

double share_of(const PauseBars& bars, bool counted, bool rescans) {
  if (counted) return bars.counted_share;
  return rescans ? bars.rescans_share : bars.estimated_share;
}

PauseEstimate given_passes(const PauseProfile& profile, const PauseState& state,
                           uint32_t passes) {
  PauseEstimate estimate;
  estimate.parts = parts_of(profile, state, passes);
  estimate.us = estimate.parts.total();
  const double marking = estimate.parts.mark() - estimate.parts.roots;
  const double half = std::max(
      profile.bars.at_least_us,
      marking * share_of(profile.bars, state.visits.has_value(), passes > 0));
  estimate.low_us = std::max(0.0, estimate.us - half);
  estimate.high_us = estimate.us + half;
  return estimate;
}

// The chance of more than 64 objects waiting at once: none where the program
// has fewer.
double overflow_chance(const HeapContent& content, const PauseState& state) {
  const double objects = static_cast<double>(state.live_objects);
  if (objects <= content.booted.objects + state.mark_stack_entries) return 0;
  if (content.overflows_from > 0) {
    return std::clamp((objects - content.fits_up_to) /
                          (content.overflows_from - content.fits_up_to),
                      0.0, 1.0);
  }
  return state.overflow_chance.value_or(content.overflow_chance);
}

PauseParts mean_of(const PauseParts& a, const PauseParts& b, double share_b) {
  const auto mean = [&](double x, double y) { return x + (y - x) * share_b; };
  PauseParts parts;
  parts.roots = mean(a.roots, b.roots);
  parts.objects = mean(a.objects, b.objects);
  parts.words = mean(a.words, b.words);
  parts.rescans = mean(a.rescans, b.rescans);
  parts.sweep = mean(a.sweep, b.sweep);
  parts.finalisers = mean(a.finalisers, b.finalisers);
  return parts;
}

}  // namespace

std::span<const PauseTermName> pause_terms() {
  static constexpr std::array<PauseTermName, 14> kTerms{{
      {&PauseTerms::start, "start", true},
      {&PauseTerms::object, "object", true},
      {&PauseTerms::word, "word", true},
      {&PauseTerms::aligned_word, "aligned_word", true},
      {&PauseTerms::pointer, "pointer", true},
      {&PauseTerms::rescan_entry, "rescan_entry", true},
      {&PauseTerms::sweep_start, "sweep_start", false},
      {&PauseTerms::swept_block, "swept_block", false},
      {&PauseTerms::live_object, "live_object", false},
      {&PauseTerms::live_tail, "live_tail", false},
      {&PauseTerms::freed_object, "freed_object", false},
      {&PauseTerms::freed_tail, "freed_tail", false},
      {&PauseTerms::flag_byte, "flag_byte", false},
      {&PauseTerms::finaliser, "finaliser", false},
  }};
  return kTerms;
}

double cost_of(const PauseTerms& prices, const PauseTerms& amounts) {
  double us = 0;
  for (const PauseTermName& one : pause_terms()) {
    us += prices.*one.term * amounts.*one.term;
  }
  return us;
}

uint64_t swept_blocks(const ReleaseTraits& traits, uint64_t total_blocks,
                      uint64_t last_used_block) {
  if (!traits.last_used_block) return total_blocks;
  return std::min(total_blocks, last_used_block + 1);
}

uint64_t swept_flag_bytes(const ReleaseTraits& traits,
                          uint64_t last_used_block) {
  return traits.finalisers_first ? last_used_block / 8 + 1 : 0;
}

MarkVisits estimate_visits(const HeapContent& content, const PauseState& state,
                           uint32_t passes) {
  const MarkVisits& booted = content.booted;
  const auto objects = static_cast<double>(state.live_objects);
  const double words = words_of(state);
  const auto beyond = [](double amount, double base) {
    return std::max(0.0, amount - base);
  };
  MarkVisits visits;
  visits.objects = objects;
  visits.words = words;
  if (passes > 0) {
    const double kept = booted.objects + state.mark_stack_entries;
    visits.objects = passes * objects +
                     std::min(objects, kept + content.first_round_objects *
                                                  beyond(objects, kept));
    visits.words =
        passes * words +
        std::min(words, booted.words + content.first_round_words *
                                           beyond(words, booted.words));
  }
  const double rounds = 1.0 + passes;
  visits.aligned_words = std::min(
      visits.words,
      rounds * booted.aligned_words +
          content.aligned_share * beyond(visits.words, rounds * booted.words));
  // Pointers are in the objects that have some, which a full stack does not
  // keep from being scanned.
  visits.pointers =
      rounds * (booted.pointers +
                content.pointers_per_object * beyond(objects, booted.objects));
  return visits;
}

PauseTerms pause_amounts(const HeapContent& content, const PauseState& state,
                         uint32_t passes) {
  const MarkVisits visits = visits_of(content, state, passes);
  const auto live = static_cast<double>(state.live_objects);
  const auto freed = static_cast<double>(state.freed_objects);
  PauseTerms amounts;
  amounts.start = 1;
  amounts.object = visits.objects;
  amounts.word = visits.words + root_words(content, state);
  amounts.aligned_word = visits.aligned_words;
  amounts.pointer = visits.pointers + root_pointers(content, state);
  amounts.rescan_entry = static_cast<double>(passes * state.total_blocks);
  amounts.sweep_start = 1;
  amounts.swept_block = static_cast<double>(state.swept_blocks);
  amounts.live_object = live;
  amounts.live_tail = static_cast<double>(state.live_blocks) - live;
  amounts.freed_object = freed;
  amounts.freed_tail = static_cast<double>(state.freed_blocks) - freed;
  amounts.flag_byte = static_cast<double>(state.flag_bytes);
  amounts.finaliser = static_cast<double>(state.finalisers);
  return amounts;
}

PauseEstimate predict_pause(const PauseProfile& profile,
                            const PauseState& state) {
  if (state.rescan_passes) {
    return given_passes(profile, state, *state.rescan_passes);
  }
  const double overflow = overflow_chance(profile.content, state);
  const PauseEstimate none = given_passes(profile, state, 0);
  if (overflow == 0) return none;
  const PauseEstimate one = given_passes(profile, state, 1);
  PauseEstimate estimate;
  estimate.parts = mean_of(none.parts, one.parts, overflow);
  estimate.us = estimate.parts.total();
  estimate.low_us = overflow > 1 - kTail ? one.low_us : none.low_us;
  estimate.high_us = overflow < kTail ? none.high_us : one.high_us;
  if (overflow * profile.content.second_pass_chance > kTail) {
    estimate.high_us = given_passes(profile, state, 2).high_us;
  }
  return estimate;
}

double replayed_share(const PauseBars& bars, bool rescans,
                      double changed_share) {
  const double estimated = share_of(bars, /*counted=*/false, rescans);
  return bars.counted_share +
         changed_share * std::max(0.0, estimated - bars.counted_share);
}

PauseTerms scaled(const PauseTerms& cost, double factor) {
  PauseTerms result = cost;
  for (const PauseTermName& one : pause_terms()) result.*one.term *= factor;
  return result;
}

}  // namespace libheap
