// This file is part of mpheap, MIT licence.

#include "mpheap_graph.h"

#if MPHEAP_SNAPSHOTS
#include "mpheap_compat.h"

MPHEAP_FAR void __real_gc_collect_root(void **words, size_t n);
void __wrap_gc_collect_root(void **words, size_t n);

static bool own_stack_given;

void mpheap_snapshot_begin(void) {
    if (!tracer_snapshot_begin()) {
        return;
    }
    own_stack_given = false;
    const byte *state = (const byte *)&mp_state_ctx;
    tracer_snapshot_roots(TRACER_ROOTS_STATIC, state + MPHEAP_ROOTS_BEGIN, (MPHEAP_ROOTS_END - MPHEAP_ROOTS_BEGIN) / sizeof(void *));
    #if MICROPY_ENABLE_PYSTACK
    const byte *pystack = MP_STATE_THREAD(pystack_start);
    tracer_snapshot_roots(TRACER_ROOTS_STATIC, pystack, (size_t)(MP_STATE_THREAD(pystack_cur) - pystack) / sizeof(void *));
    #endif
}

void __wrap_gc_collect_root(void **words, size_t n) {
    tracer_snapshot_roots(own_stack_given ? TRACER_ROOTS_OTHER : TRACER_ROOTS_STACK, words, n);
    own_stack_given = true;
    __real_gc_collect_root(words, n);
}
#endif
