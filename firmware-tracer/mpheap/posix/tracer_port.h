// This file is part of mpheap, MIT licence.
//
// The tracer's port for programs of an operating system: one thread at a time
// is in the tracer (see mpheap_port_enter), so its own locks are nothing.

#ifndef TRACER_PORT_H
#define TRACER_PORT_H

#include <stdbool.h>
#include <stdint.h>

#define TRACER_CORES (1)

static inline uint32_t tracer_port_interrupts_off(void) {
    return 0;
}

static inline void tracer_port_interrupts_on(uint32_t state) {
    (void)state;
}

static inline uint32_t tracer_port_lock(void) {
    return 0;
}

static inline void tracer_port_unlock(uint32_t state) {
    (void)state;
}

static inline uint32_t tracer_port_core(void) {
    return 0;
}

static inline bool tracer_port_in_interrupt(void) {
    return false;
}

#endif // TRACER_PORT_H
