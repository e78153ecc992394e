// This file is part of mpheap, MIT licence.
//
// The demo heap as the tracer asks for it.

#ifndef MPHEAP_DEMO_VIEW_H
#define MPHEAP_DEMO_VIEW_H

#include <string.h>

#include "demo_heap.h"
#include "tracer.h"

static inline bool demo_area(size_t index, tracer_area_t *area) {
    memset(area, 0, sizeof(*area));
    area->start = demo_heap.start;
    area->end = demo_heap.end;
    area->pool = demo_heap.pool;
    area->pool_end = demo_heap.pool + demo_heap.blocks * DEMO_BLOCK_BYTES;
    area->table = demo_heap.table;
    area->table_bytes = demo_heap.table_bytes;
    area->finalisers = demo_heap.finalisers;
    area->finaliser_bytes = demo_heap.finaliser_bytes;
    area->last_free_byte = demo_heap.last_free_byte;
    area->last_used_block = demo_heap.last_used_block;
    return index == 0;
}

static inline void demo_counters(tracer_counters_t *counters) {
    memset(counters, 0, sizeof(*counters));
    counters->amount = demo_heap.amount;
    counters->threshold = demo_heap.threshold;
    counters->lock = demo_heap.lock;
    counters->enabled = demo_heap.enabled;
}

#endif // MPHEAP_DEMO_VIEW_H
