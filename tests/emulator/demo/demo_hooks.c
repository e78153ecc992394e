// This file is part of mpheap, MIT licence.
//
// What the program calls: the heap with the tracer's hooks.

#include "demo_heap.h"
#include "tracer_graph.h"

#define H demo_heap

static inline void settings(void) {
    tracer_settings(H.threshold, H.enabled);
}

void *traced_alloc(size_t n_bytes, bool finaliser);
TRACER_HOOK(void *, demo_gc_alloc, demo_heap_alloc, traced_alloc, (size_t n_bytes, bool finaliser), (n_bytes, finaliser))

static __attribute__((noinline)) void *alloc_in_any_case(size_t n_bytes, bool finaliser) {
    tracer_request_t request;
    tracer_alloc_begin(&request, n_bytes, finaliser);
    void *result = demo_heap_alloc(n_bytes, finaliser);
    tracer_alloc_end(&request, demo_block_of(result));
    return result;
}

void *traced_alloc(size_t n_bytes, bool finaliser) {
    settings();
    tracer_core_t *core = tracer_this_core();
    if (!LIKELY(tracer_alloc_plainly(core, n_bytes, finaliser))) {
        return alloc_in_any_case(n_bytes, finaliser);
    }
    void *result = demo_heap_alloc(n_bytes, finaliser);
    tracer_alloc_plainly_end(core, demo_block_of(result));
    return result;
}

void *traced_resize(void *old, size_t n_bytes, bool may_move);
TRACER_HOOK(void *, demo_gc_realloc, demo_heap_resize, traced_resize, (void *old, size_t n_bytes, bool may_move), (old, n_bytes, may_move))

void *traced_resize(void *old, size_t n_bytes, bool may_move) {
    tracer_request_t request;
    settings();
    tracer_realloc_begin(&request, demo_block_of(old), n_bytes, may_move);
    void *result = demo_heap_resize(old, n_bytes, may_move);
    tracer_realloc_end_here(&request, demo_block_of(result));
    return result;
}

void traced_release(void *address);
TRACER_HOOK(void, demo_gc_free, demo_heap_free, traced_release, (void *address), (address))

void traced_release(void *address) {
    tracer_free_begin(demo_block_of(address));
    demo_heap_free(address);
    tracer_free_end();
}

void demo_gc_lock(void) {
    uint32_t state = tracer_port_interrupts_off();
    H.lock++;
    if (tracer_is_on()) {
        tracer_lock(H.lock);
    }
    tracer_port_interrupts_on(state);
}

void demo_gc_unlock(void) {
    uint32_t state = tracer_port_interrupts_off();
    H.lock--;
    if (tracer_is_on()) {
        tracer_unlock(H.lock);
    }
    tracer_port_interrupts_on(state);
}

void demo_gc_collect(void) {
    bool overflow = H.overflow;
    if (tracer_is_on()) {
        tracer_collect_begin();
        if (tracer_snapshot_begin()) {
            tracer_snapshot_roots(TRACER_ROOTS_STATIC, demo_roots, DEMO_ROOTS / 2);
            tracer_snapshot_roots(TRACER_ROOTS_STACK, demo_roots + DEMO_ROOTS / 2, DEMO_ROOTS / 2);
        }
    }
    demo_collect_start();
    tracer_snapshot_end();
    tracer_collect_marked(overflow);
    demo_collect_end();
    tracer_collect_end(overflow);
}
