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

// What hooks do. Between this and the tracer's start, and its stop and this,
// they ask tracer_is_on() and find that it is not.
typedef enum {
    MPHEAP_OFF,
    MPHEAP_PLAIN,       // tell the tracer
    MPHEAP_SITES_TOO,   // ... and who asked
    MPHEAP_PROBING,     // nothing but remember that they were called
} mpheap_mode_t;

void mpheap_hooks_mode(mpheap_mode_t mode);

// Do the calls of MicroPython reach the hooks? Link-time optimisation binds
// them before --wrap is looked at. If so, what sites need is learnt, too.
// Requests nothing of the heap.
bool mpheap_hooks_are_linked(void);

#endif // MPHEAP_HOOKS_H
