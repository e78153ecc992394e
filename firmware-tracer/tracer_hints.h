// This file is part of mpheap, MIT licence.
//
// Hints for the compiler, which knows neither what is likely nor what an
// instruction of a Cortex-M0+ costs.

#ifndef MPHEAP_TRACER_HINTS_H
#define MPHEAP_TRACER_HINTS_H

#define LIKELY(x) __builtin_expect(!!(x), 1)
// Keeps the compiler from turning cheap instructions into clever ones: a
// multiplication into a row of shifts, a shift into a constant to compare with.
#define OPAQUE(x) __asm__ ("" : "+r" (x))
// `x` is not looked at before `y` is known.
#define AFTER(y, x) __asm__ ("" : "+r" (x), "+r" (y))
// Out of the way of what happens often: called often, called seldom (made for
// size).
#define WARM __attribute__((noinline))
#define COLD __attribute__((noinline, cold))

#endif // MPHEAP_TRACER_HINTS_H
