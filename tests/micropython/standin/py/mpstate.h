// This file is part of mpheap, MIT licence.

#ifndef STANDIN_MPSTATE_H
#define STANDIN_MPSTATE_H

#include "py/mpconfig.h"

typedef struct _mp_state_mem_area_t {
    byte *gc_alloc_table_start;
    size_t gc_alloc_table_byte_len;
    byte *gc_finaliser_table_start;
    byte *gc_pool_start;
    byte *gc_pool_end;
    size_t gc_last_free_atb_index;
    size_t gc_last_used_block;
} mp_state_mem_area_t;

typedef struct _standin_state_t {
    mp_state_mem_area_t area;
    int gc_stack_overflow;
    size_t gc_alloc_amount;
    size_t gc_alloc_threshold;
    uint16_t gc_auto_collect_enabled;
    uint16_t gc_lock_depth;
} standin_state_t;

// What the collector marks from by itself lies between the two.
typedef struct _mp_state_ctx_t {
    struct {
        void *dict_locals;
    } thread;
    struct {
        void *roots[3];
        void *qstr_last_chunk;
    } vm;
} mp_state_ctx_t;

extern mp_state_ctx_t mp_state_ctx;

// As the heap is now; only for reading.
const standin_state_t *standin_state(void);

#define MP_STATE_MEM(x) (standin_state()->x)
#define MP_STATE_THREAD(x) (standin_state()->x)

#endif // STANDIN_MPSTATE_H
