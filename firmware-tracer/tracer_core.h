// This file is part of mpheap, MIT licence.
//
// What the files of the tracer share; not for hooks or ports.
//
//   tracer.c           the turn, slots, when to do what, start and stop
//   tracer_snapshot.c  ABOUT, keyframes, checkpoints, digests
//   tracer_hooks.c     requests, collects, everything else

#ifndef MPHEAP_TRACER_CORE_H
#define MPHEAP_TRACER_CORE_H

#include "tracer.h"
#include "tracer_encode_quick.h"

#define COLD __attribute__((noinline, cold))

// Bytes a rare record's fields may need.
#define ROOM_NUMBER (10)
#define ROOM_DIGEST (4)

typedef struct _tracer_t {
    tracer_encoder_t encoder;
    tracer_ring_t ring;
    tracer_setup_t setup;
    tracer_sink_t sink;
    volatile uint32_t nest;         // collects being done
    volatile uint32_t turns;        // how often the turn is held,
    volatile uint32_t turn_core;    // and by which core
    bool on;
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

// A record goes: lock, this if no packet is open, the record, this again if
// something is due, unlock. False: there is no trace, and nothing is locked.
bool tracer_next_slot(uint32_t *state);
void tracer_look_after(void);

static inline bool tracer_begin_record(uint32_t *state) {
    *state = tracer_port_lock();
    if (!LIKELY(tracer.encoder.left != 0) && !tracer_next_slot(state)) {
        return false;
    }
    #if TRACER_CORES > 1
    uint32_t core = tracer_port_core();
    if (!LIKELY(core == tracer.encoder.core)) {
        tracer_encode_switch_core(&tracer.encoder, core);
    }
    #endif
    return true;
}

static inline void tracer_end_record(uint32_t state) {
    if (!LIKELY(!tracer.due)) {
        tracer_look_after();
    }
    tracer_port_unlock(state);
}

// Tells the host what to take out of the time line, from here on.
void tracer_settle(void);
// The tracer's own time since `begin`, less what was found to be waiting.
void tracer_own_time(uint32_t begin, uint32_t stalled_before);

void tracer_keyframe(void);
void tracer_checkpoint(void);
uint32_t tracer_digest(void);

#endif // MPHEAP_TRACER_CORE_H
