// This file is part of mpheap, MIT licence.
//
// What the files of the tracer share; not for hooks or ports.
//
//   tracer_turn.c      whose turn it is
//   tracer.c           slots, when to do what, start and stop
//   tracer_snapshot.c  ABOUT, keyframes, checkpoints, digests
//   tracer_hooks.c     requests and frees
//   tracer_events.c    collects, everything else

#ifndef MPHEAP_TRACER_CORE_H
#define MPHEAP_TRACER_CORE_H

#include "tracer.h"

// Bytes a rare record's fields may need.
#define ROOM_NUMBER (10)
#define ROOM_DIGEST (4)

typedef struct _tracer_t {
    tracer_ring_t ring;
    tracer_setup_t setup;
    tracer_sink_t sink;
    volatile uint32_t depth;        // of turns taken within the turn
    volatile uint32_t nest;         // collects being done
    bool losing;                    // records are dropped until a keyframe
    bool patient;                   // whatever comes now waits for the ring
    bool wanted;                    // a keyframe
    bool due;                       // a packet began: see what is to do
    uint32_t keyframe_at;           // the time of the last one
    uint32_t checked_at;            // events before the last digest
    uint32_t owed_us;               // to be sent as STALL
    uint32_t stalled_us;
    uint32_t own_us;
    uint32_t keyframes;
} tracer_t;

extern tracer_t tracer;

static inline uint32_t tracer_now_us(void) {
    return *tracer.setup.clock;
}

// The same in parts, for what happens often: `was_doing` is put back later.
void tracer_wait_for_turn(volatile uint32_t *doing, uint32_t what);

static inline uint32_t tracer_core_of(const volatile uint32_t *doing) {
    return (uint32_t)((const tracer_core_t *)(const volatile void *)doing - tracer_gate.cores);
}

static inline bool tracer_is_owner(const volatile uint32_t *doing) {
    return TRACER_LOAD(&tracer_gate.owner) == doing;
}

// This core, doing nothing, takes the turn; or it has it already, or is just
// about to take it.
static inline void tracer_take(volatile uint32_t *doing, uint32_t was_doing, uint32_t what) {
    #if TRACER_CORES > 1
    if (was_doing == 0) {
        TRACER_STORE(doing, what);
        if (!LIKELY(tracer_is_owner(doing))) {
            TRACER_STORE(doing, 0);
            tracer_wait_for_turn(doing, what);
        }
        return;
    }
    if (!LIKELY(tracer_is_owner(doing) && tracer_encoder.core == tracer_core_of(doing))) {
        tracer_wait_for_turn(doing, was_doing);
    }
    #endif
    (void)was_doing;
    TRACER_STORE(doing, what);
}

static inline void tracer_enter(void) {
    volatile uint32_t *doing = tracer_doing();
    uint32_t was_doing = *doing;
    if (LIKELY(was_doing == 0)) {
        tracer_take(doing, 0, TRACER_DOING_SOMETHING);
    } else {
        tracer_take(doing, was_doing, was_doing);
        tracer.depth++;
    }
}

static inline void tracer_leave(void) {
    if (LIKELY(tracer.depth == 0)) {
        TRACER_STORE(tracer_doing(), 0);
    } else {
        tracer.depth--;
    }
}

// Encodes what is noted. Interrupts may come meanwhile, and note. They are off
// before and after.
void tracer_write_notes(uint32_t *state);
// ... and sees to it that the next record finds a slot, or is dropped. False:
// there is no trace.
bool tracer_catch_up(uint32_t *state);

// A record goes: begin, the record, end; the turn is held. False: there is no
// trace, and nothing is to be ended.
static inline bool tracer_begin_record(uint32_t *state) {
    *state = tracer_port_interrupts_off();
    if (tracer_catch_up(state)) {
        return true;
    }
    tracer_port_interrupts_on(*state);
    return false;
}

void tracer_look_after(uint32_t *state);

static inline void tracer_end_record(uint32_t state) {
    if (!LIKELY(!tracer.due)) {
        tracer_look_after(&state);
    }
    tracer_port_interrupts_on(state);
}

// A rare record; true: now its fields. Then tracer_end_rare() in either case.
typedef struct _tracer_rare_t {
    uint32_t state;
    bool on;
} tracer_rare_t;

bool tracer_begin_rare(tracer_rare_t *self, uint32_t rare, size_t bytes);
void tracer_end_rare(tracer_rare_t *self);

// Something happens inside the requests that this core is at: they are opened.
void tracer_open_requests(void);
// The site in force, for what is recorded next.
void tracer_use_site(uint32_t site);

// Gives back what was sent, sends what is next.
void tracer_pump(void);
// Tells the host what to take out of the time line, from here on.
void tracer_settle(void);
// The tracer's own time since `begin`, less what was found to be waiting.
void tracer_own_time(uint32_t begin, uint32_t stalled_before);

void tracer_keyframe(void);
void tracer_checkpoint(void);
uint32_t tracer_digest(void);

#endif // MPHEAP_TRACER_CORE_H
