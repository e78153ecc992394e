// This file is part of mpheap, MIT licence.
//
// The tracer: what the heap does becomes packets on a line.
//
//   hooks ──► tracer_alloc_begin() ... ──► encoder ──► ring ──► port
//             (this file)                  tracer_encode  tracer_ring  port_*.c
//
// The hooks call it before and after each call into the heap; it reads the
// heap's tables through tracer_heap_t and never writes to them. It allocates
// nothing, and may be called inside the collector, with the heap locked, from
// interrupts and from either core.
//
// Order. The records have to be in the order in which the heap did things. A
// request takes the *turn* when it begins and gives it back when it is
// recorded; the other core waits, an interrupt on the same core does not (its
// records come first, as it returns first). The *lock* of the port is held
// only while a record is written: interrupts off, the other core out.
//
// Full ring. STALL: who wants to record waits for a slot, lock open; the time
// is measured and sent as a STALL record. DROP: records are counted and
// dropped until half the ring is free; then comes a keyframe, from which on
// the trace is exact again. A keyframe waits for slots under both policies and
// with the lock held, for nothing may come between its records.
//
// Own time. What keyframes and digests took is added to the STALL records, so
// that the host's time line has only the program's time.

#ifndef MPHEAP_TRACER_H
#define MPHEAP_TRACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tracer_encode.h"
#include "tracer_ring.h"

// The port: static inline functions tracer_port_lock, _unlock, _core and
// _in_interrupt, and TRACER_CORES; see port_rp2040.h.
#ifndef TRACER_PORT
#define TRACER_PORT "tracer_port.h"
#endif
#include TRACER_PORT

// --- The heap as the tracer sees it -------------------------------------------

typedef struct _tracer_area_t {
    uint32_t id;
    uintptr_t start;            // the memory given
    uintptr_t end;
    uintptr_t pool;
    uintptr_t pool_end;
    const uint8_t *table;       // two bits per block
    size_t table_bytes;
    const uint8_t *finalisers;  // one bit per block; NULL: there are none
    size_t finaliser_bytes;
    const uint8_t *weakrefs;
    size_t weakref_bytes;
    uint32_t last_free_byte;
    uint32_t last_used_block;   // of releases that have it, else NONE
} tracer_area_t;

#define TRACER_NONE (0xffffffffu)

typedef struct _tracer_counters_t {
    uint32_t amount;            // blocks allocated since the last collect
    uint32_t threshold;         // in blocks; NONE: off
    uint32_t lock;              // the lock field
    uint32_t search_area;       // id of the area searched first
    bool enabled;               // automatic collection
} tracer_counters_t;

typedef struct _tracer_heap_t {
    // The area at `index` of the list; false: there are not so many.
    bool (*area)(size_t index, tracer_area_t *area);
    void (*counters)(tracer_counters_t *counters);
    // Lines "key value\n" for ABOUT: version, word, block, finaliser, ...
    const char *about;
} tracer_heap_t;

// --- Starting and stopping ----------------------------------------------------

typedef enum {
    TRACER_STALL,
    TRACER_DROP,
} tracer_policy_t;

typedef struct _tracer_setup_t {
    const tracer_heap_t *heap;
    tracer_slot_t *slots;
    size_t n_slots;             // 4 or more; a keyframe should fit into half
    const tracer_line_t *line;
    // CRC-32 of what `crc` stands for and `data`; hardware may help.
    uint32_t (*crc32)(uint32_t crc, const uint8_t *data, size_t length);
    const volatile uint32_t *clock;  // microseconds
    uint32_t clock_high;        // how often the clock has turned round
    uint8_t flags;              // TRACER_FLAG_TIME_*, _RESULTS, _SITES
    uint8_t policy;
} tracer_setup_t;

typedef struct _tracer_stats_t {
    uint32_t events;            // since the start, dropped ones included
    uint32_t dropped;           // events
    uint32_t packets;
    uint32_t bytes;
    uint32_t stalled_us;        // the program waited for the ring
    uint32_t own_us;            // it waited for keyframes and digests
    uint32_t keyframes;
    uint32_t slots_most;        // used at once
} tracer_stats_t;

void tracer_start(const tracer_setup_t *setup);
// Ends the trace and returns when all of it is sent.
void tracer_stop(void);
// Now and then, not from interrupts: packets leave within 100 ms, keyframes
// come on time.
void tracer_poll(void);
// The line fell idle. From the port, in interrupts or not.
void tracer_sent(void);
// A keyframe as soon as may be.
void tracer_want_keyframe(void);
void tracer_stats(tracer_stats_t *stats);

// --- Requests -------------------------------------------------------------------
//
// Blocks are named by number << area_bits | area, NULL is TRACER_BLOCK_NULL.

// One call into the heap, on the caller's stack.
typedef struct _tracer_request_t {
    struct _tracer_request_t *outer;
    tracer_size_t n_bytes;
    uint32_t block;
    uint32_t kind;              // TRACER_OP_* | TRACER_KIND_*
} tracer_request_t;

#define TRACER_KIND_FLAG (0x100)    // finaliser; may move
#define TRACER_KIND_BEGUN (0x200)   // something else happened inside

// The innermost request.
extern tracer_request_t *tracer_request;

#if TRACER_CORES > 1
void tracer_take_turn(void);
void tracer_give_turn(void);
#else
static inline void tracer_take_turn(void) {
}
static inline void tracer_give_turn(void) {
}
#endif

static inline void tracer_request_begin(tracer_request_t *self, tracer_size_t n_bytes, uint32_t kind) {
    tracer_take_turn();
    self->n_bytes = n_bytes;
    self->kind = kind;
    self->outer = tracer_request;
    tracer_request = self;
}

static inline void tracer_alloc_begin(tracer_request_t *self, tracer_size_t n_bytes, bool finaliser) {
    tracer_request_begin(self, n_bytes, TRACER_OP_ALLOC + finaliser * TRACER_KIND_FLAG);
}

static inline void tracer_realloc_begin(tracer_request_t *self, uint32_t block, tracer_size_t n_bytes, bool may_move) {
    self->block = block;
    tracer_request_begin(self, n_bytes, TRACER_OP_REALLOC + may_move * TRACER_KIND_FLAG);
}

// What became of it.
void tracer_alloc_end(tracer_request_t *self, uint32_t result);
void tracer_realloc_end(tracer_request_t *self, uint32_t result);

// A free is recorded before it is done, and holds the turn until it is.
void tracer_free_begin(uint32_t block);
void tracer_free_end(void);

// --- Collects -------------------------------------------------------------------

// Before anything is marked.
void tracer_collect_begin(void);
// All is marked, nothing swept. `overflowed`: the mark stack did, and marks
// are not complete yet.
void tracer_collect_marked(bool overflowed);
// All is swept.
void tracer_collect_end(bool overflowed);

void tracer_sweep_all_begin(void);
void tracer_sweep_all_end(void);

// --- Everything else ------------------------------------------------------------

// The lock field after gc_lock, gc_unlock. Between change and record no
// interrupt may come, or its own lock would be recorded before this one.
void tracer_lock(uint32_t field);
void tracer_unlock(uint32_t field);
void tracer_tick(void);
void tracer_label(const char *text, size_t length);
// TRACER_RARE_INIT, _AREA_ADDED, _AREA_DROPPED, _WEAKREF, _GROW_OFFER,
// _GROW_TAKEN, _LOCK_STORE: their numbers.
void tracer_numbers(uint32_t rare, const uint32_t *numbers, size_t count);

// Programs store to these directly: to be called before each request.
// Thresholds in blocks, or NONE.
void tracer_settings_changed(uint32_t threshold, bool enabled);
extern uint32_t tracer_threshold;
extern bool tracer_enabled;
static inline void tracer_settings(uint32_t threshold, bool enabled) {
    if (threshold != tracer_threshold || enabled != tracer_enabled) {
        tracer_settings_changed(threshold, enabled);
    }
}

// Where later requests come from; a site is described before its first use and
// again when this number has changed.
uint32_t tracer_keyframes(void);
void tracer_site(uint32_t site);
void tracer_describe_site(uint32_t site, uint32_t line, const char *file, const char *function, const char *runtime);

#endif // MPHEAP_TRACER_H
