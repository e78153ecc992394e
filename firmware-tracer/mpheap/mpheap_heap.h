// This file is part of mpheap, MIT licence.
//
// MicroPython's heap as the tracer sees it: its areas, counters, and what
// ABOUT says of the build. Reads the collector's state, never writes to it.

#ifndef MPHEAP_HEAP_H
#define MPHEAP_HEAP_H

#include "mpheap_compat.h"
#include "tracer.h"

// Blocks of several areas carry the area's number in their lowest bits.
#define MPHEAP_AREA_BITS (MICROPY_GC_SPLIT_HEAP ? 4 : 0)

// The heap for tracer_setup_t, with ABOUT as of now: `baud` is 0 where there
// is none, `granule` the threshold of a calibration capture, or 0.
const tracer_heap_t *mpheap_heap(uint32_t clock_hz, uint32_t baud, uint32_t granule);

#if MICROPY_GC_SPLIT_HEAP
size_t mpheap_areas(void);
uint32_t mpheap_block(const void *address);
#else
static inline uint32_t mpheap_block(const void *address) {
    if (address == NULL) {
        return TRACER_BLOCK_NULL;
    }
    return (uint32_t)((size_t)((const byte *)address - MP_STATE_MEM(area).gc_pool_start) / MICROPY_BYTES_PER_GC_BLOCK);
}
#endif

// Programs change these by direct stores; the host counts in 32 bits.
static inline void mpheap_settings(void) {
    tracer_settings((uint32_t)MP_STATE_MEM(gc_alloc_threshold), MP_STATE_MEM(gc_auto_collect_enabled)); // 0 or 1
}

#endif // MPHEAP_HEAP_H
