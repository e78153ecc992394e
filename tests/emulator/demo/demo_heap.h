// This file is part of mpheap, MIT licence.
//
// A small heap with MicroPython's table and rules, as v1.22 has them, written
// from a description of them (docs/heap-model.md), not from its source: blocks
// of 16 bytes; two bits each for free, head, tail, mark; first fit; finaliser
// bits; a threshold; resizing in place. What survives a collect is what the
// program holds in `demo_roots`, and whatever words of it point to.

#ifndef MPHEAP_DEMO_HEAP_H
#define MPHEAP_DEMO_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEMO_BLOCK_BYTES (16)
#define DEMO_ROOTS (512)
#define DEMO_NONE (0xffffffffu)

typedef struct _demo_heap_t {
    bool enabled;
    bool overflow;              // the mark stack overflows in the next collect
    uintptr_t start;
    uintptr_t end;
    uint8_t *table;
    uint32_t table_bytes;
    uint8_t *finalisers;
    uint32_t finaliser_bytes;
    uintptr_t pool;
    uint32_t blocks;
    uint32_t last_free_byte;
    uint32_t last_used_block;
    uint32_t amount;
    uint32_t threshold;         // in blocks; DEMO_NONE: off
    uint32_t lock;
    uint32_t collects;          // so far
} demo_heap_t;

typedef struct _demo_info_t {
    uint32_t used_blocks;
    uint32_t free_blocks;
    uint32_t one_block_objects;
    uint32_t two_block_objects;
    uint32_t max_block;
    uint32_t max_free;
} demo_info_t;

extern demo_heap_t demo_heap;
extern void *demo_roots[DEMO_ROOTS];

void demo_gc_init(void *start, void *end);

// The heap itself. It asks for a collect by demo_gc_collect(), which is for its
// user to give, of demo_collect_start() (marks) and demo_collect_end() (sweeps).
void *demo_heap_alloc(size_t n_bytes, bool finaliser);
void *demo_heap_resize(void *old, size_t n_bytes, bool may_move);
void demo_heap_free(void *address);
void demo_collect_start(void);
void demo_collect_end(void);

// The same with the tracer's hooks (demo_hooks.c).
void *demo_gc_alloc(size_t n_bytes, bool finaliser);
void *demo_gc_realloc(void *old, size_t n_bytes, bool may_move);
void demo_gc_free(void *address);
void demo_gc_collect(void);
void demo_gc_lock(void);
void demo_gc_unlock(void);
void demo_gc_info(demo_info_t *info);
static inline uint32_t demo_block_of(const void *address) {
    return address == NULL ? DEMO_NONE : (uint32_t)(((uintptr_t)address - demo_heap.pool) / DEMO_BLOCK_BYTES);
}

// A dead object with a finaliser, before it is freed.
void demo_finalise(void *address);

#endif // MPHEAP_DEMO_HEAP_H
