// This file is part of mpheap, MIT licence.
//
// The hooks: the linker sends MicroPython's calls of gc_alloc() and friends to
// __wrap_gc_alloc() and friends (options --wrap in micropython.mk and
// micropython.cmake), which tell the tracer and call __real_gc_alloc().
//
// Calls that gc.c makes of its own functions are not seen, and need not be:
// the host's model knows that a resize which moves allocates and frees.

#ifndef MPHEAP_HOOKS_H
#define MPHEAP_HOOKS_H

#include "mpheap_compat.h"

typedef enum {
    MPHEAP_OFF,         // hooks call the real function and that is all
    MPHEAP_PROBING,     // ... and remember that they were called
    MPHEAP_ON,
} mpheap_state_t;

extern volatile uint8_t mpheap_state;

// Do the calls of MicroPython reach the hooks? Link-time optimisation binds
// them before --wrap is looked at. Requests nothing of the heap.
bool mpheap_hooks_are_linked(void);

#endif // MPHEAP_HOOKS_H
