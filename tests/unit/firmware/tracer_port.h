// This file is part of mpheap, MIT licence.
//
// The tracer's port in the unit tests: one thread that plays both cores.

#ifndef MPHEAP_TESTS_TRACER_PORT_H
#define MPHEAP_TESTS_TRACER_PORT_H

#include <stdbool.h>
#include <stdint.h>

#define TRACER_CORES (2)

// In tracer_test.cc. `test_unlocked` is called whenever interrupts are allowed
// again: the only moments at which one may come.
extern uint32_t test_core;
extern bool test_in_interrupt;
extern int test_lock_depth;
void test_unlocked(void);

static inline uint32_t tracer_port_interrupts_off(void) {
    test_lock_depth++;
    return 0;
}

static inline void tracer_port_interrupts_on(uint32_t state) {
    (void)state;
    test_lock_depth--;
    test_unlocked();
}

static inline uint32_t tracer_port_lock(void) {
    return tracer_port_interrupts_off();
}

static inline void tracer_port_unlock(uint32_t state) {
    tracer_port_interrupts_on(state);
}

static inline uint32_t tracer_port_core(void) {
    return test_core;
}

static inline bool tracer_port_in_interrupt(void) {
    return test_in_interrupt;
}

#endif // MPHEAP_TESTS_TRACER_PORT_H
