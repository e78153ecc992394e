#include "libheap/model/collect_cycles.h"

#include <array>

namespace libheap {
namespace {

constexpr WordCycles kRootWord = {16, 22, 28, 48};
constexpr WordCycles kWord = {17, 25, 31, 51};

// As tests/bench/collect_cycles.py prints them.
constexpr std::array<CollectCycles, 3> kMeasured = {{
    {.measured_on = {1, 20, 0, true},
     .start = 188,
     .root_word = kRootWord,
     .word = kWord,
     .marked = 14,
     .pushed = 35,
     .subtree = 48,
     .rescan_pass = 24,
     .rescan_block = 26,
     .sweep_start = 78,
     .swept_block = 42,
     .live_object = 10,
     .live_tail = 1,
     .freed_object = 28,
     .freed_tail = 15},
    {.measured_on = {1, 23, 0, true},
     .start = 183,
     .root_word = kRootWord,
     .word = kWord,
     .marked = 14,
     .pushed = 35,
     .subtree = 48,
     .rescan_pass = 20,
     .rescan_block = 24,
     .sweep_start = 101,
     .swept_block = 36,
     .live_object = 12,
     .live_tail = 3,
     .freed_object = 28,
     .freed_tail = 15},
    {.measured_on = {1, 28, 0, true},
     .start = 205,
     .root_word = kRootWord,
     .word = kWord,
     .marked = 14,
     .pushed = 35,
     .subtree = 48,
     .rescan_pass = 21,
     .rescan_block = 24,
     .sweep_start = 95,
     .swept_block = 32,
     .live_object = 10,
     .live_tail = 1,
     .freed_object = 6,
     .freed_tail = 5,
     .finaliser_byte = 19},
}};

double times(uint64_t count, double cycles) {
  return static_cast<double>(count) * cycles;
}

double words_cycles(const WordCycles& price, const WordCounts& counts) {
  return times(counts.unaligned, price.unaligned) +
         times(counts.below, price.below) + times(counts.above, price.above) +
         times(counts.in_pool, price.in_pool);
}

}  // namespace

const CollectCycles& collect_cycles(const Release& release) {
  const ReleaseTraits traits = traits_of(release);
  if (!traits.last_used_block) return kMeasured[0];
  return kMeasured[traits.finalisers_first ? 2 : 1];
}

double marking_cycles(const CollectCycles& price, const MarkCounts& counts) {
  return price.start + words_cycles(price.root_word, counts.root_words) +
         words_cycles(price.word, counts.words) +
         times(counts.root_heads + counts.pushed + counts.overflowed,
               price.marked) +
         times(counts.pushed, price.pushed) +
         times(counts.root_heads + counts.rescan_objects, price.subtree) +
         times(counts.rescan_passes, price.rescan_pass) +
         times(counts.rescan_blocks, price.rescan_block);
}

PauseParts marking_parts(const CollectCycles& price, const MarkResult& mark) {
  const MarkCounts& first = mark.before_rescans;
  PauseParts parts;
  parts.roots = price.start + words_cycles(price.root_word, first.root_words);
  parts.words = words_cycles(price.word, first.words);
  const double before = marking_cycles(price, first);
  parts.objects = before - parts.roots - parts.words;
  parts.rescans = marking_cycles(price, mark.counts) - before;
  return parts;
}

double sweep_cycles(const CollectCycles& price, const SweepCounts& counts) {
  return price.sweep_start + times(counts.swept_blocks, price.swept_block) +
         times(counts.live_objects, price.live_object) +
         times(counts.live_tails, price.live_tail) +
         times(counts.freed_objects, price.freed_object) +
         times(counts.freed_tails, price.freed_tail) +
         times(counts.finaliser_bytes, price.finaliser_byte);
}

}  // namespace libheap
