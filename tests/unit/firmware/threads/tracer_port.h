// This file is part of mpheap, MIT licence.
//
// The tracer's port for two threads that play two cores, at the same time. No
// interrupts. What is between the threads is the turn, and nothing else.

#ifndef MPHEAP_TESTS_TRACER_THREADS_PORT_H
#define MPHEAP_TESTS_TRACER_THREADS_PORT_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#define TRACER_CORES (2)

// In threads_test.cc: which core this thread is, and the lock of the port.
extern __thread uint32_t test_thread_core;
extern uint32_t test_port_locked;

static inline uint32_t tracer_port_interrupts_off(void) {
    return 0;
}

static inline void tracer_port_interrupts_on(uint32_t state) {
    (void)state;
}

static inline uint32_t tracer_port_lock(void) {
    while (__atomic_exchange_n(&test_port_locked, 1, __ATOMIC_ACQUIRE) != 0) {
        sched_yield(); // who holds it may be waiting for this processor
    }
    return 0;
}

static inline void tracer_port_unlock(uint32_t state) {
    (void)state;
    __atomic_store_n(&test_port_locked, 0, __ATOMIC_RELEASE);
    sched_yield(); // who waits for the turn comes here again and again
}

static inline uint32_t tracer_port_core(void) {
    return test_thread_core;
}

static inline bool tracer_port_in_interrupt(void) {
    return false;
}

#endif // MPHEAP_TESTS_TRACER_THREADS_PORT_H
