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
// core takes the *turn* when a request begins and gives it back when that is
// recorded; the other core waits, an interrupt on the same core does not (its
// records come first, as it returns first). While a record is written,
// interrupts are off. How the turn is taken is told in tracer_turn.c.
//
// Full ring. STALL: who wants to record waits for a slot, interrupts on; the
// time is measured and sent as a STALL record. DROP: records are counted and
// dropped until half the ring is free; then comes a keyframe, from which on
// the trace is exact again. A keyframe waits for slots under both policies and
// with interrupts off, for nothing may come between its records. No wait is
// for ever: a line that takes no packet for TRACER_PATIENCE_US is dead, and
// under STALL, too, records are dropped until half the ring is free.
//
// Own time. What keyframes and digests took is added to the STALL records, so
// that the host's time line has only the program's time.

#ifndef MPHEAP_TRACER_H
#define MPHEAP_TRACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tracer_encode.h"
#include "tracer_hints.h"
#include "tracer_ring.h"

// How long a full ring is waited for: STALL, and keyframes under DROP. Longer
// than any packet takes on the line.
#define TRACER_PATIENCE_US (1000000)
#define TRACER_PATIENCE_DROP_US (100000)

// The port: static inline functions tracer_port_lock, _unlock,
// _interrupts_off, _interrupts_on, _core and _in_interrupt, and TRACER_CORES;
// see port_rp2040.h.
#ifndef TRACER_PORT
#define TRACER_PORT "tracer_port.h"
#endif
#include TRACER_PORT

// Where what is done at each request goes: a section that is run from RAM, say
// ".time_critical", so that it does not wait for flash. Default: as the rest.
#ifdef TRACER_HOT_SECTION
#define TRACER_HOOK_SECTION TRACER_HOT_SECTION
#define TRACER_HOT __attribute__((section(TRACER_HOT_SECTION ".tracer")))
#else
#define TRACER_HOOK_SECTION ".text"
#define TRACER_HOT
#endif

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
    // Is no other core inside the heap? Tries its mutex, and does not wait: who
    // is inside may be waiting for the tracer. NULL: there is no mutex.
    bool (*is_settled)(void);
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

// Not inside a collect, and not with the heap's own mutex held. False: another
// core is inside the heap, and nothing was started. Try again in a moment, in
// which it can go on.
bool tracer_start(const tracer_setup_t *setup);
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

#if TRACER_CORES > 1
// Round whatever stops the other core wherever it is, as soft resets do: in
// between that is in no hook, and its part in the turn is over after it.
void tracer_core_stops(void);
void tracer_core_stopped(void);
#endif

// --- Hooks ------------------------------------------------------------------------
//
// A hook asks tracer_is_on() first and calls nothing else here if it is not:
//
//   TRACER_HOOK(void *, __wrap_gc_alloc, __real_gc_alloc, traced_gc_alloc,
//       (size_t n_bytes, unsigned flags), (n_bytes, flags))
//
//   void *traced_gc_alloc(size_t n_bytes, unsigned flags) {
//       tracer_request_t request;
//       tracer_settings(threshold, enabled);
//       tracer_alloc_begin(&request, n_bytes, flags & HAS_FINALISER);
//       void *result = __real_gc_alloc(n_bytes, flags);
//       tracer_alloc_end(&request, block_of(result));
//       return result;
//   }
//
// A trace may start or stop between begin and end, on this core (a finaliser
// may do it) or the other. So a begin is followed by its end whatever
// tracer_is_on() says by then; what is of no trace, or of the one before, is
// not recorded. An end comes only after its begin, but for tracer_collect_marked
// and _end, which are in hooks of their own: they are called without asking.

// Between cores, in this order. A Cortex-M0+ does everything in order.
#if TRACER_CORES == 1 || defined(__ARM_ARCH_6M__)
#define TRACER_STORE(where, value) (*(where) = (value))
#define TRACER_LOAD(where) (*(where))
#else
#define TRACER_STORE(where, value) __atomic_store_n(where, value, __ATOMIC_SEQ_CST)
#define TRACER_LOAD(where) __atomic_load_n(where, __ATOMIC_SEQ_CST)
#endif

// How many events wait to be encoded at most.
#ifndef TRACER_NOTES
#define TRACER_NOTES (15)
#endif

typedef struct _tracer_core_t {
    // What the core is doing: 0, the symbol of a plain alloc, or one of
    // TRACER_DOING_*, which are no symbols.
    volatile uint32_t doing;
    // What it runs, for hooks that want to know. The tracer does not look at it.
    const struct _tracer_frame_t *running;
} tracer_core_t;

typedef struct _tracer_gate_t {
    tracer_core_t cores[TRACER_CORES];
    volatile uint32_t on;
    volatile uint32_t *volatile owner;  // what the core is doing whose turn it is, or was last
    struct _tracer_request_t *listed;   // innermost first
    uint32_t settings;          // as recorded: TRACER_SETTINGS
    const volatile uint32_t *clock;
    // What is done and not encoded yet: from `first` up to `next`, in order. There
    // is room up to `end`, which is none where no trace runs.
    tracer_note_t *first;
    tracer_note_t *next;
    tracer_note_t *end;
    tracer_note_t notes[TRACER_NOTES];
} tracer_gate_t;

#define TRACER_DOING_SOMETHING (0x10)   // that is no request
#define TRACER_DOING_LISTED (0x30)      // the innermost of the listed requests
#define TRACER_DOING_BEGUN (0x50)       // a request inside which something happened

// Threshold and automatic collection in one word, to compare with. (No heap has
// 2^31 blocks, so of a threshold 31 bits will do.)
#define TRACER_SETTINGS(threshold, enabled) (((threshold) << 1) + (enabled))

// tracer_gate.on. Hooks take part in all but OFF; records are made if ON.
enum { TRACER_OFF, TRACER_ON, TRACER_STARTING };

extern tracer_gate_t tracer_gate;
extern tracer_encoder_t tracer_encoder;

static inline bool tracer_is_on(void) {
    return TRACER_LOAD(&tracer_gate.on) != 0;
}

// A function `hook` that goes on to `traced` if the trace is on, else to
// `real`: 11 cycles. Up to three arguments of one word. (The compiler does not
// go on from one function to another in Thumb-1 code: it calls and returns.)
#ifdef __ARM_ARCH_6M__
#define TRACER_TEXT(x) TRACER_TEXT_OF(x)
#define TRACER_TEXT_OF(x) #x
#define TRACER_HOOK(type, hook, real, traced, parameters, arguments) \
    type hook parameters; \
    __asm__ ( \
        ".section " TRACER_HOOK_SECTION "." #hook ", \"ax\", %progbits\n" \
        ".balign 4\n.global " #hook "\n.type " #hook ", %function\n.thumb_func\n" #hook ":\n" \
        "\tldr r3, 2f\n\tldr r3, [r3]\n\tcmp r3, #0\n\tbeq 1f\n" \
        "\tldr r3, 2f + 8\n\tbx r3\n" \
        "1:\tldr r3, 2f + 4\n\tbx r3\n\t.balign 4\n" \
        "2:\t.word tracer_gate + 8 * (" TRACER_TEXT(TRACER_CORES) ")\n" \
        "\t.word " #real "\n\t.word " #traced "\n" \
        ".size " #hook ", . - " #hook "\n.previous\n");
_Static_assert(offsetof(tracer_gate_t, on) == 8 * TRACER_CORES, "for TRACER_HOOK");
#else
#define TRACER_HOOK(type, hook, real, traced, parameters, arguments) \
    type hook parameters; \
    type hook parameters { \
        return tracer_is_on() ? traced arguments : real arguments; \
    }
#endif

// The turn, for what both cores use; within the turn, too.
void tracer_take_turn(void);
void tracer_give_turn(void);

// --- Requests -------------------------------------------------------------------
//
// Blocks are named by number << area_bits | area, NULL is TRACER_BLOCK_NULL.
// Sites are for traces with TRACER_FLAG_SITES: which one asks, as said by
// tracer_describe_site(); 0: not known.

// One call into the heap, on the caller's stack. Of a plain alloc nothing is
// used: its symbol is in `doing`. The others are listed: resizes, and allocs in
// the course of something else.
typedef struct _tracer_request_t {
    uint32_t was_doing;         // this core, before
    uint32_t symbol;            // without the block's age; or TRACER_DOING_*
    uint32_t block;             // of a resize
    // Only if was_doing is not 0.
    struct _tracer_request_t *outer;
    // Only if the symbol has TRACER_SYMBOL_WIDE, and no number.
    tracer_size_t n_bytes;
    uint32_t site;
} tracer_request_t;

#define TRACER_SYMBOL_WIDE_BIT (4)
#define TRACER_SYMBOL_WIDE (1u << TRACER_SYMBOL_WIDE_BIT)

// This core. (Not by way of the owner, whoever has the turn: a core that waits
// for it says in between that it is the owner.)
static inline tracer_core_t *tracer_this_core(void) {
    tracer_core_t *core = &tracer_gate.cores[TRACER_CORES > 1 ? tracer_port_core() : 0];
    #if TRACER_CORES > 1
    OPAQUE(core); // an address, not an index
    #endif
    return core;
}

static inline volatile uint32_t *tracer_doing(void) {
    return &tracer_this_core()->doing;
}

// Is it a symbol that says all? (TRACER_DOING_* and wide ones have this bit, of
// which is the age of a block: that comes later.)
static inline bool tracer_is_plain(uint32_t symbol) {
    uint32_t highest = symbol << (31 - TRACER_SYMBOL_WIDE_BIT);
    OPAQUE(highest);
    return (int32_t)highest >= 0;
}

// The general case: whatever else happens, however large.
void tracer_list(tracer_request_t *self, uint32_t op, tracer_size_t n_bytes, uint32_t site);

// The plain case: nothing else happens on this core, and the symbol says all.
// It is this core's turn, or will be after tracer_list().
static inline bool tracer_begin_plainly(tracer_core_t *core, uint32_t what) {
    volatile uint32_t *doing = &core->doing;
    TRACER_STORE(doing, what);
    if (TRACER_CORES == 1 || LIKELY(TRACER_LOAD(&tracer_gate.owner) == doing)) {
        return true;
    }
    TRACER_STORE(doing, 0);
    return false;
}

static inline bool tracer_can_begin_plainly(const tracer_core_t *core, tracer_size_t wide) {
    OPAQUE(wide); // first this, then the rest: there are few registers
    return (core->doing | wide) == 0;
}

// Not 0 if the symbol has no room for that.
static inline tracer_size_t tracer_too_wide(tracer_size_t n_bytes, uint32_t bits, uint32_t site) {
    return n_bytes >> bits | (bits == TRACER_SITED_BITS ? (site - 1) >> TRACER_SITE_BITS : 0);
}

static inline bool tracer_alloc_plainly_in(tracer_core_t *core, tracer_size_t n_bytes, bool finaliser, uint32_t bits, uint32_t site) {
    if (!LIKELY(tracer_can_begin_plainly(core, tracer_too_wide(n_bytes, bits, site)))) {
        return false;
    }
    OPAQUE(site); // not before it is known that there is room
    uint32_t number = (site << TRACER_SITED_BITS) + (uint32_t)n_bytes;
    return tracer_begin_plainly(core, (number << TRACER_NUMBER_SHIFT) + TRACER_OP_ALLOC + finaliser);
}

static inline void tracer_alloc_begin_in(tracer_request_t *self, tracer_size_t n_bytes, bool finaliser, uint32_t bits, uint32_t site) {
    if (!tracer_alloc_plainly_in(tracer_this_core(), n_bytes, finaliser, bits, site)) {
        tracer_list(self, TRACER_OP_ALLOC + finaliser, n_bytes, site);
    }
}

static inline void tracer_realloc_begin_in(tracer_request_t *self, uint32_t block, tracer_size_t n_bytes, bool may_move, uint32_t bits, uint32_t site) {
    uint32_t number = (site << TRACER_SITED_BITS) + (uint32_t)n_bytes;
    self->block = block;
    self->symbol = (number << TRACER_NUMBER_SHIFT) + TRACER_OP_REALLOC + may_move;
    self->was_doing = 0;
    tracer_core_t *core = tracer_this_core();
    if (tracer_can_begin_plainly(core, tracer_too_wide(n_bytes, bits, site)) && tracer_begin_plainly(core, TRACER_DOING_LISTED)) {
        tracer_gate.listed = self;
    } else {
        tracer_list(self, TRACER_OP_REALLOC + may_move, n_bytes, site);
    }
}

static inline void tracer_alloc_begin(tracer_request_t *self, tracer_size_t n_bytes, bool finaliser) {
    tracer_alloc_begin_in(self, n_bytes, finaliser, TRACER_NUMBER_BITS, 0);
}

static inline void tracer_realloc_begin(tracer_request_t *self, uint32_t block, tracer_size_t n_bytes, bool may_move) {
    tracer_realloc_begin_in(self, block, n_bytes, may_move, TRACER_NUMBER_BITS, 0);
}

// In traces with sites.
static inline void tracer_alloc_begin_at(tracer_request_t *self, tracer_size_t n_bytes, bool finaliser, uint32_t site) {
    tracer_alloc_begin_in(self, n_bytes, finaliser, TRACER_SITED_BITS, site);
}

static inline void tracer_realloc_begin_at(tracer_request_t *self, uint32_t block, tracer_size_t n_bytes, bool may_move, uint32_t site) {
    tracer_realloc_begin_in(self, block, n_bytes, may_move, TRACER_SITED_BITS, site);
}

// What became of it. Inline, 20 cycles sooner, or not.
static inline void tracer_alloc_end_here(tracer_request_t *self, uint32_t result);
static inline void tracer_realloc_end_here(tracer_request_t *self, uint32_t result);
void tracer_alloc_end(tracer_request_t *self, uint32_t result);
void tracer_realloc_end(tracer_request_t *self, uint32_t result);

void tracer_end_slowly(volatile uint32_t *doing, uint32_t result);

// Most of what happens is noted, and encoded some at a time, which is cheaper
// and comes less often. False: there is no room for it. Interrupts off.
static inline bool tracer_note(uint32_t symbol, bool names_block, uint32_t block, uint32_t result) {
    tracer_gate_t *gate = &tracer_gate;
    tracer_note_t *note = gate->next;
    if (!LIKELY(note != gate->end)) {
        return false;
    }
    if (names_block) {
        note->block = block;
        symbol += TRACER_NAMES_BLOCK;
    }
    note->symbol = symbol;
    note->result = result;
    note->when = *gate->clock;
    gate->next = note + 1;
    return true;
}

// The fastest way, for a hook that does everything else in another function, so
// that it needs no request and few registers. `core` is tracer_this_core(). False:
// nothing was begun, for it is no plain case.
static inline bool tracer_alloc_plainly(tracer_core_t *core, tracer_size_t n_bytes, bool finaliser) {
    return tracer_alloc_plainly_in(core, n_bytes, finaliser, TRACER_NUMBER_BITS, 0);
}

// False, too, where `site` is above those that symbols have room for.
static inline bool tracer_alloc_plainly_at(tracer_core_t *core, tracer_size_t n_bytes, bool finaliser, uint32_t site) {
    return tracer_alloc_plainly_in(core, n_bytes, finaliser, TRACER_SITED_BITS, site);
}

static inline __attribute__((always_inline)) void tracer_alloc_plainly_end(tracer_core_t *core, uint32_t result) {
    volatile uint32_t *doing = &core->doing;
    uint32_t state = tracer_port_interrupts_off();
    uint32_t symbol = *doing;
    if (LIKELY(tracer_is_plain(symbol)) && LIKELY(tracer_note(symbol, false, 0, result))) {
        tracer_port_interrupts_on(state);
        TRACER_STORE(doing, 0);
    } else {
        tracer_port_interrupts_on(state);
        tracer_end_slowly(doing, result);
    }
}

static inline __attribute__((always_inline)) void tracer_alloc_end_here(tracer_request_t *self, uint32_t result) {
    (void)self;
    tracer_alloc_plainly_end(tracer_this_core(), result);
}

static inline __attribute__((always_inline)) void tracer_realloc_end_here(tracer_request_t *self, uint32_t result) {
    volatile uint32_t *doing = tracer_doing();
    uint32_t state = tracer_port_interrupts_off();
    uint32_t symbol = self->symbol; // if it is plain, this core did nothing before
    if (LIKELY(tracer_is_plain(symbol)) && LIKELY(tracer_note(symbol, true, self->block, result))) {
        tracer_gate.listed = NULL;
        tracer_port_interrupts_on(state);
        TRACER_STORE(doing, 0);
    } else {
        tracer_port_interrupts_on(state);
        tracer_end_slowly(doing, result);
    }
}

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
// _GROW_TAKEN, _LOCK_STORE: their numbers as in trace-format.md, a block as it is.
void tracer_numbers(uint32_t rare, const tracer_size_t *numbers, size_t count);

// Programs store to these directly: to be called before each request.
// Thresholds in blocks, or NONE; `enabled` is 0 or 1.
void tracer_settings_changed(uint32_t threshold, uint32_t enabled);
static inline void tracer_settings(uint32_t threshold, uint32_t enabled) {
    if (!LIKELY(TRACER_SETTINGS(threshold, enabled) == tracer_gate.settings)) {
        tracer_settings_changed(threshold, enabled);
    }
}

// Which site a number is, up to 65535: before its first use, and again when
// tracer_keyframes() has changed.
uint32_t tracer_keyframes(void);
typedef struct _tracer_site_t {
    uint32_t number;
    uint32_t caller;            // the site that called this function, described before; 0: not told
    uint32_t line;
    const char *file;
    const char *function;
    const char *runtime;        // function that asks for memory
} tracer_site_t;
void tracer_describe_site(const tracer_site_t *site);

#endif // MPHEAP_TRACER_H
