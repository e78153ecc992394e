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
static inline uint32_t core_of(const volatile uint32_t *doing) {
    return doing - tracer.gate.doing;
}

static inline bool is_owner(const volatile uint32_t *doing) {
    return TRACER_LOAD(&tracer.gate.owner) == core_of(doing);
}

// So that no other record need look which core it is of.
static COLD void say_core(uint32_t core) {
    uint32_t state;
    if (tracer_begin_record(&state)) {
        tracer_encode_switch_core(&tracer.encoder, core);
        tracer_port_interrupts_on(state);
    }
}

static bool try_for_turn(volatile uint32_t *doing, uint32_t what) {
    tracer_gate_t *gate = &tracer.gate;
    uint32_t core = core_of(doing);
    uint32_t state = tracer_port_lock();
    uint32_t owner = TRACER_LOAD(&gate->owner);
    TRACER_STORE(&gate->owner, core);
    bool mine = TRACER_LOAD(&gate->doing[1 - core]) == 0;
    if (mine) {
        TRACER_STORE(doing, what);
    } else {
        TRACER_STORE(&gate->owner, owner);
    }
    tracer_port_unlock(state);
    return mine;
}

static COLD void wait_for_turn(volatile uint32_t *doing, uint32_t what) {
    while (!try_for_turn(doing, what)) {
    }
    if (tracer.encoder.core != core_of(doing)) {
        say_core(core_of(doing));
    }
}
#endif

// This core, doing nothing, takes the turn; or it has it already, or is just
// about to take it.
static inline void take(volatile uint32_t *doing, uint32_t was_doing, uint32_t what) {
    #if TRACER_CORES > 1
    if (was_doing != 0) {
        if (!LIKELY(is_owner(doing) && tracer.encoder.core == core_of(doing))) {
            wait_for_turn(doing, was_doing);
        }
        *doing = what;
        return;
    }
    TRACER_STORE(doing, what);
    if (!LIKELY(is_owner(doing))) {
        TRACER_STORE(doing, 0);
        wait_for_turn(doing, what);
    }
    #else
    (void)was_doing;
    *doing = what;
    #endif
}

void tracer_take_turn(void) {
    volatile uint32_t *doing = tracer_doing();
    uint32_t was_doing = *doing;
    if (was_doing == 0) {
        take(doing, 0, TRACER_DOING_SOMETHING);
    } else {
        take(doing, was_doing, was_doing);
        tracer.depth++;
    }
}

void tracer_give_turn(void) {
    if (LIKELY(tracer.depth == 0)) {
        TRACER_STORE(tracer_doing(), 0);
    } else {
        tracer.depth--;
    }
}

void tracer_list(tracer_request_t *self) {
    self->doing = tracer_doing();
    self->was_doing = *self->doing;
    take(self->doing, self->was_doing, TRACER_DOING_LISTED);
    self->outer = tracer.listed;
    tracer.listed = self;
    self->life = tracer.life;
    self->begun = false;
}
