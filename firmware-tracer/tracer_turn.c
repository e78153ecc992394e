// This file is part of mpheap, MIT licence.
//
// Whose turn it is. Two cores, and interrupts on each.
//
// A core has the turn if it is the owner and `doing` something, and the other
// core is doing nothing. The fast way (tracer_begin_plainly): say what this
// core is doing, *then* look whether it is the owner: two plain stores and
// loads. The slow way, for a core that is not the owner: say that it is, *then*
// look whether the other core is doing something; if so, take it back and try
// again. Whatever comes first, one of the two sees the other (Dekker's idea).
// The slow way is guarded by the port's lock, so that only one core goes it at
// a time, and no interrupt comes while the owner is in doubt.
//
// An interrupt that finds its core doing something and owner comes inside the
// turn: it counts `depth` up and down, or, an alloc, puts back what the core
// was doing. If the core was in the middle of taking the turn, the interrupt
// is the one that waits, and leaves the core in possession.

#include "tracer_core.h"

#if TRACER_CORES > 1
// So that no other record need look which core it is of.
static COLD void say_core(uint32_t core) {
    uint32_t state;
    if (tracer_begin_record(&state)) {
        tracer_encode_switch_core(&tracer_encoder, core);
        tracer_port_interrupts_on(state);
    }
}

// A turn is a request and, seldom, the collect that it brings: only a wait for
// the latter is worth a record.
#define WAIT_LEAST_US (50)

static bool try_for_turn(volatile uint32_t *doing, uint32_t what) {
    tracer_gate_t *gate = &tracer_gate;
    uint32_t core = tracer_core_of(doing);
    uint32_t state = tracer_port_lock();
    volatile uint32_t *owner = TRACER_LOAD(&gate->owner);
    TRACER_STORE(&gate->owner, doing);
    bool mine = TRACER_LOAD(&gate->cores[1 - core].doing) == 0;
    if (mine) {
        TRACER_STORE(doing, what);
    } else {
        TRACER_STORE(&gate->owner, owner);
    }
    tracer_port_unlock(state);
    return mine;
}

COLD void tracer_wait_for_turn(volatile uint32_t *doing, uint32_t what) {
    // The other core may be starting a trace: only what stays is looked at.
    bool timed = TRACER_LOAD(&tracer_gate.on) == TRACER_ON;
    const volatile uint32_t *clock = TRACER_LOAD(&tracer_gate.clock);
    uint32_t begin = timed ? TRACER_LOAD(clock) : 0;
    while (!try_for_turn(doing, what)) {
    }
    uint32_t waited = timed ? TRACER_LOAD(clock) - begin : 0;
    if (tracer_encoder.core != tracer_core_of(doing)) {
        say_core(tracer_core_of(doing));
    }
    if (waited >= WAIT_LEAST_US) {
        tracer_size_t us = waited;
        tracer_numbers(TRACER_RARE_WAIT, &us, 1);
    }
}
#endif

void tracer_take_turn(void) {
    tracer_enter();
}

void tracer_give_turn(void) {
    tracer_leave();
}

#if TRACER_CORES > 1
void tracer_core_stops(void) {
    tracer_take_turn();
}

// It may have been asking for the turn, with the port's lock in its hands.
void tracer_core_stopped(void) {
    uint32_t state = tracer_port_interrupts_off();
    tracer_gate.cores[1 - tracer_port_core()].doing = 0;
    tracer_port_unlock(state);
    tracer_give_turn();
}
#endif
