// This file is part of mpheap, MIT licence.

#include "mpheap_hooks.h"

#include "mpheap_graph.h"
#include "mpheap_heap.h"
#include "mpheap_port.h"
#include "mpheap_sites.h"
#include "modmpheap.h"

static volatile uint8_t mode;
static void choose_alloc(void);

// What is to be recorded when the sweep has ended. The thread that collects
// sets it, with all others out.
static enum { NO_SWEEP, SWEEP_AFTER_MARK, SWEEP_AFTER_OVERFLOW, SWEEP_ALL } sweep;

// Each thread has a lock of its own, the trace has one: that of the thread
// whose request comes next. Looked at only while some thread holds its lock.
static int locks;
static uint16_t lock_recorded;

static __attribute__((noinline)) void tell_lock(void) {
    uint16_t field = MP_STATE_THREAD(gc_lock_depth);
    if (field != lock_recorded && sweep == NO_SWEEP) {
        const uintptr_t number = field;
        tracer_numbers(TRACER_RARE_LOCK_STORE, &number, 1);
        lock_recorded = field;
    }
}

static inline bool has_locks(void) {
    return MICROPY_PY_THREAD && !LIKELY(locks == 0);
}

// Before a request: what has changed without a call.
static inline void tell_state(void) {
    mpheap_settings();
    if (has_locks()) {
        tell_lock();
    }
}

// --- Are they linked? ----------------------------------------------------------

enum {
    SEEN_ALLOC = 1,
    SEEN_FREE = 2,
    SEEN_REALLOC = 4,
    SEEN_LOCK = 8,
    SEEN_UNLOCK = 16,
    SEEN_ALL = 31,
};

static uint8_t seen;

// Requests of no bytes change nothing, and take the way that all take:
// malloc.c calls gc.c. Others who call meanwhile are passed on.
bool mpheap_hooks_are_linked(void) {
    seen = 0;
    mpheap_hooks_mode(MPHEAP_PROBING);
    TRACER_STORE(&tracer_gate.on, TRACER_STARTING);
    byte *nothing = m_new_maybe(byte, 0);
    nothing = m_renew_maybe(byte, nothing, 0, 0, false);
    m_del(byte, nothing, 0);
    gc_lock();
    gc_unlock();
    if (MPHEAP_SITES && seen == SEEN_ALL) {
        mpheap_learn_steps();
    }
    TRACER_STORE(&tracer_gate.on, TRACER_OFF);
    mpheap_hooks_mode(MPHEAP_OFF);
    lock_recorded = MP_STATE_THREAD(gc_lock_depth);
    return seen == SEEN_ALL;
}

// --- Requests -------------------------------------------------------------------

MPHEAP_FAR void *__real_gc_alloc(size_t n_bytes, unsigned int flags);
MPHEAP_FAR void *__real_gc_realloc(void *old, size_t n_bytes, bool may_move);
MPHEAP_FAR void __real_gc_free(void *address);

// What the hooks go on to: jumped to in Thumb-1 code, which the compiler does
// not see, else part of them. Either way MPHEAP_THIS_CALL is that of the hook.
#ifdef __ARM_ARCH_6M__
#define TRACED static __attribute__((used, noinline))
#else
#define TRACED static inline __attribute__((always_inline))
#endif

static inline void *probed_alloc(mpheap_call_t call, size_t n_bytes, unsigned int flags) {
    seen |= SEEN_ALLOC;
    void *answer;
    return mpheap_learn_step(call, &answer) ? answer : __real_gc_alloc(n_bytes, flags);
}

static inline bool has_finaliser(unsigned int flags) {
    return (flags & GC_ALLOC_FLAG_HAS_FINALISER) != 0;
}

// Every case. (If the trace has ended since the hook was chosen, nothing is
// recorded, but all is in order.)
static __attribute__((noinline)) void *alloc_in_any_case(size_t n_bytes, unsigned int flags, mpheap_call_t call) {
    mpheap_port_enter();
    if (has_locks()) {
        tell_lock();
    }
    tracer_request_t request;
    if (LIKELY(mode == MPHEAP_SITES_TOO)) {
        uint32_t site = mpheap_site(call);
        tracer_alloc_begin_at(&request, n_bytes, has_finaliser(flags), site);
    } else {
        tracer_alloc_begin(&request, n_bytes, has_finaliser(flags));
    }
    void *result = __real_gc_alloc(n_bytes, flags);
    mpheap_settings(); // no call can have changed them; a collect would have told
    tracer_alloc_end(&request, mpheap_block(result));
    mpheap_port_leave();
    return result;
}

TRACED void *alloc_somehow(size_t n_bytes, unsigned int flags) {
    return mode == MPHEAP_PROBING ? probed_alloc(MPHEAP_THIS_CALL, n_bytes, flags)
        : alloc_in_any_case(n_bytes, flags, MPHEAP_THIS_CALL);
}

#ifdef __ARM_ARCH_6M__
// What most allocs are. All else is left to the above, so that this needs few
// registers and no request.
static inline void *alloc_begun(tracer_core_t *core, size_t n_bytes, unsigned int flags) {
    void *result = __real_gc_alloc(n_bytes, flags);
    mpheap_settings();
    tracer_alloc_plainly_end(core, mpheap_block(result));
    return result;
}

TRACED void *alloc_plainly(size_t n_bytes, unsigned int flags) {
    tracer_core_t *core = tracer_this_core();
    if (!LIKELY(tracer_alloc_plainly(core, n_bytes, has_finaliser(flags)))) {
        return alloc_in_any_case(n_bytes, flags, MPHEAP_THIS_CALL);
    }
    return alloc_begun(core, n_bytes, flags);
}

TRACED void *alloc_at_site(size_t n_bytes, unsigned int flags) {
    mpheap_call_t call = MPHEAP_THIS_CALL;
    const void *volatile back = call.back; // in a register it would take 9 cycles more
    tracer_core_t *core = tracer_this_core();
    mpheap_step_out_shortly(&call);
    AFTER(call.back, core); // likewise
    uint32_t site = mpheap_site_at_hand(call.back, core->running->code->ip);
    if (!LIKELY(tracer_alloc_plainly_at(core, n_bytes, has_finaliser(flags), site))) {
        call.back = back;
        call.stack = MPHEAP_THIS_CALL.stack;
        return alloc_in_any_case(n_bytes, flags, call);
    }
    return alloc_begun(core, n_bytes, flags);
}

// The hook of what is called most goes on to wherever this says: 6 cycles, as
// long as nothing is traced too.
void *(*volatile mpheap_alloc_now)(size_t n_bytes, unsigned int flags) = __real_gc_alloc;

static void choose_alloc(void) {
    mpheap_alloc_now = mode == MPHEAP_OFF ? __real_gc_alloc
        : mode == MPHEAP_PROBING || has_locks() ? alloc_somehow
        : mode != MPHEAP_SITES_TOO ? alloc_plainly
        : mpheap_has_stacks() ? alloc_somehow : alloc_at_site;
}

void *__wrap_gc_alloc(size_t n_bytes, unsigned int flags);
__asm__ (
    ".section .text.__wrap_gc_alloc, \"ax\", %progbits\n"
    ".balign 4\n.global __wrap_gc_alloc\n.type __wrap_gc_alloc, %function\n.thumb_func\n"
    "__wrap_gc_alloc:\n\tldr r3, 1f\n\tldr r3, [r3]\n\tbx r3\n\t.balign 4\n"
    "1:\t.word mpheap_alloc_now\n"
    ".size __wrap_gc_alloc, . - __wrap_gc_alloc\n.previous\n");
#else
static void choose_alloc(void) {
}

TRACER_HOOK(void *, __wrap_gc_alloc, __real_gc_alloc, alloc_somehow,
    (size_t n_bytes, unsigned int flags), (n_bytes, flags))
#endif

void mpheap_hooks_mode(mpheap_mode_t new_mode) {
    mode = new_mode;
    choose_alloc();
}

TRACED void *mpheap_traced_realloc(void *old, size_t n_bytes, bool may_move) {
    if (!LIKELY(mode != MPHEAP_PROBING)) {
        seen |= SEEN_REALLOC;
        void *answer;
        return mpheap_learn_step(MPHEAP_THIS_CALL, &answer) ? answer : __real_gc_realloc(old, n_bytes, may_move);
    }
    mpheap_port_enter();
    tracer_request_t request;
    if (LIKELY(mode == MPHEAP_SITES_TOO)) {
        uint32_t site = mpheap_site(MPHEAP_THIS_CALL);
        tell_state();
        tracer_realloc_begin_at(&request, mpheap_block(old), n_bytes, may_move, site);
    } else {
        tell_state();
        tracer_realloc_begin(&request, mpheap_block(old), n_bytes, may_move);
    }
    void *result = __real_gc_realloc(old, n_bytes, may_move);
    tracer_realloc_end_here(&request, mpheap_block(result));
    mpheap_port_leave();
    return result;
}

TRACED void mpheap_traced_free(void *address) {
    if (!LIKELY(mode != MPHEAP_PROBING)) {
        seen |= SEEN_FREE;
        __real_gc_free(address);
        return;
    }
    mpheap_port_enter();
    tell_state();
    tracer_free_begin(mpheap_block(address));
    __real_gc_free(address);
    tracer_free_end();
    mpheap_port_leave();
}

TRACER_HOOK(void *, __wrap_gc_realloc, __real_gc_realloc, mpheap_traced_realloc,
    (void *old, size_t n_bytes, bool may_move), (old, n_bytes, may_move))
TRACER_HOOK(void, __wrap_gc_free, __real_gc_free, mpheap_traced_free, (void *address), (address))

// --- Collects -------------------------------------------------------------------

void __real_gc_collect_start(void);
void __wrap_gc_collect_start(void);
void __real_gc_collect_end(void);
void __wrap_gc_collect_end(void);
void __real_gc_sweep_all(void);
void __wrap_gc_sweep_all(void);

// Trace and heap are in step again. With weak references their callbacks come
// next, still inside gc_collect_end(): that is why the first one to know calls.
static void sweep_ended(void) {
    mpheap_port_tick_clock();
    if (sweep == SWEEP_ALL) {
        tracer_sweep_all_end();
    } else if (sweep != NO_SWEEP) {
        tracer_collect_end(sweep == SWEEP_AFTER_OVERFLOW);
    }
    sweep = NO_SWEEP;
}

void __wrap_gc_collect_start(void) {
    if (tracer_is_on()) {
        mpheap_port_enter();
        tell_state();
        tracer_collect_begin();
        mpheap_snapshot_begin();
        sweep = SWEEP_AFTER_MARK;
    }
    __real_gc_collect_start();
}

void __wrap_gc_collect_end(void) {
    if (sweep == NO_SWEEP) {
        __real_gc_collect_end();
        return;
    }
    if (MP_STATE_MEM(gc_stack_overflow)) {
        sweep = SWEEP_AFTER_OVERFLOW;
    }
    mpheap_port_tick_clock();
    mpheap_snapshot_end();
    tracer_collect_marked(sweep == SWEEP_AFTER_OVERFLOW);
    __real_gc_collect_end();
    sweep_ended();
    mpheap_port_leave();
}

void __wrap_gc_sweep_all(void) {
    bool on = tracer_is_on();
    if (on) {
        mpheap_port_enter();
        mpheap_sites_forget(); // and the names
        tracer_sweep_all_begin();
        sweep = SWEEP_ALL;
    }
    __real_gc_sweep_all();
    if (on) {
        sweep_ended();
        mpheap_port_leave();
        if (MPHEAP_PORT_EXITS_AFTER_SWEEP_ALL) {
            mpheap_finish();
        }
    }
}

#if MICROPY_PY_WEAKREF
void __real_gc_weakref_mark(void *address);
void __wrap_gc_weakref_mark(void *address);
void __real_gc_weakref_sweep(void);
void __wrap_gc_weakref_sweep(void);

void __wrap_gc_weakref_mark(void *address) {
    if (tracer_is_on()) {
        mpheap_port_enter();
        const uintptr_t block = mpheap_block(address);
        tracer_numbers(TRACER_RARE_WEAKREF, &block, 1);
        mpheap_port_leave();
    }
    __real_gc_weakref_mark(address);
}

void __wrap_gc_weakref_sweep(void) {
    sweep_ended();
    __real_gc_weakref_sweep();
}
#endif

// --- Locks ------------------------------------------------------------------------

void __real_gc_lock(void);
void __wrap_gc_lock(void);
void __real_gc_unlock(void);
void __wrap_gc_unlock(void);

static bool is_traced(uint8_t which) {
    if (mode == MPHEAP_PROBING) {
        seen |= which;
        return false;
    }
    return tracer_is_on();
}

void __wrap_gc_lock(void) {
    locks++;
    choose_alloc();
    if (!is_traced(SEEN_LOCK)) {
        __real_gc_lock();
        return;
    }
    mpheap_port_enter();
    tell_state();
    uint32_t state = tracer_port_interrupts_off();
    __real_gc_lock();
    lock_recorded = MP_STATE_THREAD(gc_lock_depth);
    tracer_lock(lock_recorded);
    tracer_port_interrupts_on(state);
    mpheap_port_leave();
}

void __wrap_gc_unlock(void) {
    locks--;
    choose_alloc();
    if (!is_traced(SEEN_UNLOCK)) {
        __real_gc_unlock();
        return;
    }
    mpheap_port_enter();
    tell_state();
    uint32_t state = tracer_port_interrupts_off();
    __real_gc_unlock();
    lock_recorded = MP_STATE_THREAD(gc_lock_depth);
    tracer_unlock(lock_recorded);
    tracer_port_interrupts_on(state);
    mpheap_port_leave();
}

// --- The heap begins, grows ---------------------------------------------------------

void __real_gc_init(void *start, void *end);
void __wrap_gc_init(void *start, void *end);

void __wrap_gc_init(void *start, void *end) {
    mpheap_port_no_frames();
    __real_gc_init(start, end);
    if (tracer_is_on()) {
        const uintptr_t area[] = { 0, (uintptr_t)start, (uintptr_t)end };
        mpheap_port_enter();
        mpheap_sites_forget();
        tracer_numbers(TRACER_RARE_INIT, area, 3);
        mpheap_port_leave();
    }
}

#if MICROPY_GC_SPLIT_HEAP
void __real_gc_add(void *start, void *end);
void __wrap_gc_add(void *start, void *end);

void __wrap_gc_add(void *start, void *end) {
    __real_gc_add(start, end);
    if (tracer_is_on()) {
        const uintptr_t area[] = { mpheap_areas() - 1, (uintptr_t)start, (uintptr_t)end };
        mpheap_port_enter();
        tracer_numbers(TRACER_RARE_AREA_ADDED, area, 3);
        mpheap_port_leave();
    }
}
#endif
