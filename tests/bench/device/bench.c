// This file is part of mpheap, MIT licence.
//
// Requests of a recording, through hooks as a firmware has them, with a heap
// that knows the answers and does nothing. The runner fills in `bench_events`
// and counts the cycles of the hooks.

#include "port_rp2040.h"
#include "tracer.h"

#define EVENTS_MAX (6000)
#define SLOTS (16)
#define BLOCK_BYTES (16)

enum { ALLOC, REALLOC, FREE };

typedef struct _bench_event_t {
    uint32_t kind;
    uint32_t n_bytes;
    uint32_t block;
    uint32_t result;
    uint32_t flag;
} bench_event_t;

bench_event_t bench_events[EVENTS_MAX];
volatile uint32_t bench_count;
volatile uint32_t bench_flags;
volatile uint32_t bench_done;
tracer_stats_t bench_stats;

// Kept where the collector of a real port keeps them: hooks load them each time.
static volatile struct {
    uint32_t threshold;
    bool enabled;
    uintptr_t pool;
} heap = { TRACER_NONE, true, BLOCK_BYTES };

static void *answer;
static tracer_slot_t slots[SLOTS];
static uint8_t table[4];

static inline uint32_t block_of(const void *address) {
    return address == NULL ? TRACER_BLOCK_NULL : ((uintptr_t)address - heap.pool) / BLOCK_BYTES;
}

static void *address_of(uint32_t block) {
    return block == TRACER_BLOCK_NULL ? NULL : (void *)(heap.pool + block * BLOCK_BYTES);
}

// --- The heap's own functions ---------------------------------------------------

__attribute__((noinline)) void *heap_alloc(size_t n_bytes, bool finaliser) {
    __asm__ volatile ("" : : "r" (n_bytes), "r" (finaliser));
    return answer;
}

__attribute__((noinline)) void *heap_realloc(void *old, size_t n_bytes, bool may_move) {
    __asm__ volatile ("" : : "r" (old), "r" (n_bytes), "r" (may_move));
    return answer;
}

__attribute__((noinline)) void heap_free(void *address) {
    __asm__ volatile ("" : : "r" (address));
}

// --- Hooks ----------------------------------------------------------------------

static __attribute__((noinline)) void *alloc_in_any_case(size_t n_bytes, bool finaliser) {
    tracer_request_t request;
    tracer_alloc_begin(&request, n_bytes, finaliser);
    void *result = heap_alloc(n_bytes, finaliser);
    tracer_alloc_end(&request, block_of(result));
    return result;
}

void *traced_alloc(size_t n_bytes, bool finaliser) {
    tracer_core_t *core = tracer_this_core();
    if (!LIKELY(tracer_alloc_plainly(core, n_bytes, finaliser))) {
        return alloc_in_any_case(n_bytes, finaliser);
    }
    void *result = heap_alloc(n_bytes, finaliser);
    tracer_settings(heap.threshold, heap.enabled);
    tracer_alloc_plainly_end(core, block_of(result));
    return result;
}

void *traced_realloc(void *old, size_t n_bytes, bool may_move) {
    tracer_request_t request;
    tracer_settings(heap.threshold, heap.enabled);
    tracer_realloc_begin(&request, block_of(old), n_bytes, may_move);
    void *result = heap_realloc(old, n_bytes, may_move);
    tracer_realloc_end_here(&request, block_of(result));
    return result;
}

void traced_free(void *address) {
    tracer_free_begin(block_of(address));
    heap_free(address);
    tracer_free_end();
}

TRACER_HOOK(void *, hook_alloc, heap_alloc, traced_alloc, (size_t n_bytes, bool finaliser), (n_bytes, finaliser))
TRACER_HOOK(void *, hook_realloc, heap_realloc, traced_realloc, (void *old, size_t n_bytes, bool may_move), (old, n_bytes, may_move))
TRACER_HOOK(void, hook_free, heap_free, traced_free, (void *address), (address))

// --- The run --------------------------------------------------------------------

static bool heap_area(size_t index, tracer_area_t *area) {
    *area = (tracer_area_t) { .table = table, .table_bytes = sizeof(table) };
    return index == 0;
}

static void heap_counters(tracer_counters_t *counters) {
    *counters = (tracer_counters_t) { .threshold = heap.threshold, .enabled = heap.enabled };
}

static const tracer_heap_t traced_heap = {
    .area = heap_area, .counters = heap_counters, .about = "version v1.22.2\nword 4\nblock 16\n",
};

static void start_trace(void) {
    const tracer_rp2040_t config = {
        .clk_peri_hz = 125000000, .baud = 3000000, .dma_channel = 0, .crc_channel = 1,
    };
    tracer_setup_t setup = {
        .heap = &traced_heap, .slots = slots, .n_slots = SLOTS, .flags = bench_flags,
    };
    tracer_rp2040_init(&config, &setup);
    tracer_start(&setup);
}

void demo_systick(void) {
}

#define NVIC_ISER (*(volatile uint32_t *)0xe000e100)
#define IRQ_DMA_0 (11)
#define FLAG_OFF (0x80)

int main(void) {
    NVIC_ISER = 1u << IRQ_DMA_0;
    if (bench_flags != FLAG_OFF) {
        start_trace();
    }
    for (uint32_t i = 0; i < bench_count; i++) {
        const bench_event_t *event = &bench_events[i];
        answer = address_of(event->result);
        if (event->kind == ALLOC) {
            hook_alloc(event->n_bytes, event->flag);
        } else if (event->kind == REALLOC) {
            hook_realloc(address_of(event->block), event->n_bytes, event->flag);
        } else {
            hook_free(address_of(event->block));
        }
    }
    tracer_stop();
    tracer_stats(&bench_stats);
    bench_done = 1;
    for (;;) {
    }
}
