// This file is part of mpheap, MIT licence.
//
// The stand-in's collector. A file of its own: calls from here are not seen by
// the linker's --wrap, as in the original.

#include "py/gc.h"

#include "demo_heap.h"
#include "py/mpstate.h"

mp_state_ctx_t mp_state_ctx;

const standin_state_t *standin_state(void) {
    static standin_state_t state;
    state = (standin_state_t) {
        .area = {
            .gc_alloc_table_start = demo_heap.table,
            .gc_alloc_table_byte_len = demo_heap.table_bytes,
            .gc_finaliser_table_start = demo_heap.finalisers,
            .gc_pool_start = (byte *)demo_heap.pool,
            .gc_pool_end = (byte *)demo_heap.pool + (size_t)demo_heap.blocks * DEMO_BLOCK_BYTES,
            .gc_last_free_atb_index = demo_heap.last_free_byte,
            .gc_last_used_block = demo_heap.last_used_block,
        },
        .gc_stack_overflow = demo_heap.overflow,
        .gc_alloc_amount = demo_heap.amount,
        .gc_alloc_threshold = demo_heap.threshold == DEMO_NONE ? SIZE_MAX : demo_heap.threshold,
        .gc_auto_collect_enabled = demo_heap.enabled,
        .gc_lock_depth = (uint16_t)demo_heap.lock,
    };
    return &state;
}

void gc_init(void *start, void *end) {
    demo_gc_init(start, end);
}

void *gc_alloc(size_t n_bytes, unsigned int flags) {
    return demo_heap_alloc(n_bytes, (flags & GC_ALLOC_FLAG_HAS_FINALISER) != 0);
}

void *gc_realloc(void *old, size_t n_bytes, bool may_move) {
    return demo_heap_resize(old, n_bytes, may_move);
}

void gc_free(void *address) {
    demo_heap_free(address);
}

size_t gc_nbytes(const void *address) {
    (void)address;
    return 0;
}

void gc_collect_start(void) {
    demo_collect_start();
}

// The roots are those of the demo heap, which knows them.
void gc_collect_root(void **words, size_t n) {
    (void)words;
    (void)n;
}

void gc_collect_end(void) {
    demo_collect_end();
}

void gc_sweep_all(void) {
    for (size_t i = 0; i < DEMO_ROOTS; i++) {
        demo_roots[i] = NULL;
    }
    demo_heap.lock++;
    gc_collect_end();
}

void gc_lock(void) {
    demo_heap.lock++;
}

void gc_unlock(void) {
    demo_heap.lock--;
}

// The heap asks for a collect, which is the port's.
void demo_gc_collect(void) {
    gc_collect();
}
