#pragma once

// What programs hold, averaged over measured pauses whose marking was counted
// word by word: HeapContent for all others.
//
// Groups of pauses (programs of one shape) count the same, however many pauses
// they have, for what is wanted is a program nobody has seen.

#include <span>

#include "libheap/analysis/measured_pause.h"

namespace libheap {

// Pauses without counted visits say nothing; without any, it is `known`.
[[nodiscard]] HeapContent fit_heap_content(
    std::span<const MeasuredPause* const> pauses, const HeapContent& known);

// `content` with the emptiest heap among the pauses as the booted one: boards
// differ little in what programs hold, and more in what is there before.
[[nodiscard]] HeapContent with_booted(
    std::span<const MeasuredPause* const> pauses, const HeapContent& content);

}  // namespace libheap
