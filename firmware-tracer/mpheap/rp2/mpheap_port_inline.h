// This file is part of mpheap, MIT licence.
//
// The inline part of the rp2 port; see mpheap_port.h. Order between cores is
// the tracer's own doing, and its clock is the timer.

#ifndef MPHEAP_PORT_INLINE_H
#define MPHEAP_PORT_INLINE_H

#include "tracer.h"

// Soft resets sweep everything, and the program goes on.
#define MPHEAP_PORT_EXITS_AFTER_SWEEP_ALL (0)

static inline void mpheap_port_enter(void) {
}

static inline void mpheap_port_leave(void) {
}

static inline void mpheap_port_tick_clock(void) {
}

static inline const mpheap_frame_t **mpheap_port_running(void) {
    return &tracer_this_core()->running;
}

static inline void mpheap_port_no_frames(void) {
    tracer_gate.cores[0].running = &mpheap_no_frame;
    tracer_gate.cores[1].running = &mpheap_no_frame;
}

#endif // MPHEAP_PORT_INLINE_H
