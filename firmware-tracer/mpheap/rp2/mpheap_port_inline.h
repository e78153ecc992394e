// This file is part of mpheap, MIT licence.
//
// The inline part of the rp2 port; see mpheap_port.h. Order between cores is
// the tracer's own doing, and its clock is the timer.

#ifndef MPHEAP_PORT_INLINE_H
#define MPHEAP_PORT_INLINE_H

#include "tracer.h"

// Soft resets sweep everything, and the program goes on.
#define MPHEAP_PORT_EXITS_AFTER_SWEEP_ALL (0)

extern mpheap_thread_t mpheap_cores[2];

static inline void mpheap_port_enter(void) {
}

static inline void mpheap_port_leave(void) {
}

static inline void mpheap_port_tick_clock(void) {
}

static inline mpheap_thread_t *mpheap_port_thread(void) {
    return &mpheap_cores[tracer_port_core()];
}

#endif // MPHEAP_PORT_INLINE_H
