// This file is part of mpheap, MIT licence.

#include "mpheap_heap.h"

#include <string.h>

#include "mpheap_port.h"
#include "mpheap_sites.h"

// --- Areas ------------------------------------------------------------------------

static const mp_state_mem_area_t *area_at(size_t index) {
    const mp_state_mem_area_t *area = &MP_STATE_MEM(area);
    #if MICROPY_GC_SPLIT_HEAP
    while (area != NULL && index != 0) {
        area = area->next;
        index--;
    }
    return area;
    #else
    return index == 0 ? area : NULL;
    #endif
}

#if MICROPY_GC_SPLIT_HEAP
size_t mpheap_areas(void) {
    size_t areas = 0;
    while (area_at(areas) != NULL) {
        areas++;
    }
    return areas;
}

uint32_t mpheap_block(const void *address) {
    const mp_state_mem_area_t *area;
    for (uint32_t id = 0; address != NULL && (area = area_at(id)) != NULL; id++) {
        if ((const byte *)address >= area->gc_pool_start && (const byte *)address < area->gc_pool_end) {
            size_t block = (size_t)((const byte *)address - area->gc_pool_start) / MICROPY_BYTES_PER_GC_BLOCK;
            return (uint32_t)block << MPHEAP_AREA_BITS | id;
        }
    }
    return TRACER_BLOCK_NULL;
}
#endif

static bool describe_area(size_t index, tracer_area_t *self) {
    mpheap_port_tick_clock(); // the tables are about to be read, which takes time
    const mp_state_mem_area_t *area = area_at(index);
    if (area == NULL) {
        return false;
    }
    size_t flag_bytes = (area->gc_alloc_table_byte_len + 1) / 2;
    // Later areas begin with their own record; both ends as rounded by gc_init.
    *self = (tracer_area_t) {
        .id = (uint32_t)index,
        .start = index == 0 ? (uintptr_t)area->gc_alloc_table_start : (uintptr_t)area,
        .end = (uintptr_t)area->gc_pool_end,
        .pool = (uintptr_t)area->gc_pool_start,
        .pool_end = (uintptr_t)area->gc_pool_end,
        .table = area->gc_alloc_table_start,
        .table_bytes = area->gc_alloc_table_byte_len,
        #if MICROPY_ENABLE_FINALISER
        .finalisers = area->gc_finaliser_table_start,
        .finaliser_bytes = flag_bytes,
        #endif
        #if MICROPY_PY_WEAKREF
        .weakrefs = area->gc_weakref_table_start,
        .weakref_bytes = flag_bytes,
        #endif
        .last_free_byte = (uint32_t)area->gc_last_free_atb_index,
        .last_used_block = MPHEAP_LAST_USED_BLOCK(area),
    };
    (void)flag_bytes;
    return true;
}

static uint32_t search_area(void) {
    #if MICROPY_GC_SPLIT_HEAP
    const mp_state_mem_area_t *area;
    for (uint32_t id = 0; (area = area_at(id)) != NULL; id++) {
        if (area == MP_STATE_MEM(gc_last_free_area)) {
            return id;
        }
    }
    #endif
    return 0;
}

// Asked for when a collect begins and at keyframes and checkpoints, which are
// the moments to forget what is known of code.
static void read_counters(tracer_counters_t *counters) {
    mpheap_sites_forget_code();
    *counters = (tracer_counters_t) {
        .amount = (uint32_t)MP_STATE_MEM(gc_alloc_amount),
        .threshold = (uint32_t)MP_STATE_MEM(gc_alloc_threshold),
        .lock = MP_STATE_THREAD(gc_lock_depth),
        .search_area = search_area(),
        .enabled = MP_STATE_MEM(gc_auto_collect_enabled) != 0,
    };
}

// A thread that passed a hook before the trace was on has locked the collector
// after a moment.
static bool is_settled(void) {
    #if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
    mpheap_port_grace();
    if (!MPHEAP_TRY_COLLECTOR_LOCK()) {
        return false;
    }
    MPHEAP_COLLECTOR_UNLOCK();
    mpheap_port_tick_clock(); // this was not the tracer's own time
    #endif
    return true;
}

// --- ABOUT ------------------------------------------------------------------------

#ifdef MICROPY_HW_BOARD_NAME
#define BOARD MICROPY_HW_BOARD_NAME
#else
#define BOARD MICROPY_PY_SYS_PLATFORM
#endif


#if MICROPY_GC_SPLIT_HEAP
#define SPLIT "manual"
#else
#define SPLIT "none"
#endif

static char about[320];

static void append(void *length, const char *text, size_t n) {
    size_t *at = length;
    if (n < sizeof(about) - *at) {
        memcpy(about + *at, text, n);
        *at += n;
        about[*at] = 0;
    }
}

const tracer_heap_t *mpheap_heap(uint32_t clock_hz, uint32_t baud, uint32_t granule) {
    static const tracer_heap_t heap = { describe_area, read_counters, about, is_settled };
    size_t length = 0;
    const mp_print_t print = { &length, append };
    mp_printf(&print, "version v%s\nworkload MicroPython on %s\nword %u\nblock %u\nfinaliser %u\nweakref %u\nsplit " SPLIT "\n",
        MICROPY_VERSION_STRING, BOARD, (unsigned)sizeof(void *), (unsigned)MICROPY_BYTES_PER_GC_BLOCK,
        (unsigned)MICROPY_ENABLE_FINALISER, (unsigned)MICROPY_PY_WEAKREF);
    #if MICROPY_GC_SPLIT_HEAP
    mp_printf(&print, "areahdr %u\n", (unsigned)sizeof(mp_state_mem_area_t));
    #endif
    mp_printf(&print, "gcstack %u\narea_bits %u\n", (unsigned)MICROPY_ALLOC_GC_STACK_SIZE, (unsigned)MPHEAP_AREA_BITS);
    if (clock_hz != 0) {
        mp_printf(&print, "clock_hz %u\n", (unsigned)clock_hz);
    }
    if (baud != 0) {
        mp_printf(&print, "baud %u\n", (unsigned)baud);
    }
    if (granule != 0) {
        mp_printf(&print, "granule %u\n", (unsigned)granule);
    }
    return &heap;
}
