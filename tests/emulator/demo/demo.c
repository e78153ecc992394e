// This file is part of mpheap, MIT licence.
//
// The demo firmware: one of some programs on the demo heap, traced. What to
// run is in `demo_options`, which the emulator's runner fills in before the
// chip starts; what came of it is in `demo_report`.

#include "port_rp2040.h"
#include "tracer_graph.h"

#include "demo_view.h"

#define CLOCK_HZ (125000000)
#define HEAP_BYTES_MAX (128 * 1024)
#define SLOTS_MAX (64)

typedef struct _demo_options_t {
    uint32_t program;       // index in `programs`
    uint32_t steps;
    uint32_t work;          // loops of own work per step
    uint32_t seed;
    uint32_t traced;
    uint32_t policy;
    uint32_t flags;
    uint32_t baud;
    uint32_t slots;
    uint32_t heap_bytes;
    uint32_t threshold;     // in blocks, or DEMO_NONE
    uint32_t interrupts;    // us between interrupts that use the heap; 0: none
    uint32_t snapshots;     // with one collect in so many; 0: none
} demo_options_t;

typedef struct _demo_report_t {
    uint32_t done;
    uint32_t requests;      // counted by the program
    uint32_t interrupt_requests;
    uint32_t begin_us;
    uint32_t end_us;
    uint32_t sniffer;
    tracer_stats_t stats;
    demo_info_t info;
} demo_report_t;

volatile demo_options_t demo_options = {
    .program = 1, .steps = 20000, .seed = 1, .traced = 1, .baud = 921600,
    .slots = 16, .heap_bytes = 64 * 1024, .threshold = DEMO_NONE,
};
volatile demo_report_t demo_report;

static uint8_t memory[HEAP_BYTES_MAX] __attribute__((aligned(16)));
static tracer_slot_t slots[SLOTS_MAX];
static uint32_t random_state;

// --- Small things -----------------------------------------------------------------

static uint32_t random_below(uint32_t limit) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return limit == 0 ? 0 : random_state % limit;
}

static void do_work(void) {
    for (uint32_t i = demo_options.work; i != 0; i--) {
        __asm__ volatile ("");
    }
}

static void *root_at(uint32_t i) {
    return demo_roots[i];
}

void demo_finalise(void *address) {
    (void)address;
    demo_report.requests++;
    demo_gc_alloc(16, false); // finalisers cannot allocate
}

static void *allocate(size_t n_bytes, bool finaliser) {
    demo_report.requests++;
    return demo_gc_alloc(n_bytes, finaliser);
}

static void free_root(uint32_t i) {
    demo_report.requests++;
    demo_gc_free(demo_roots[i]);
    demo_roots[i] = NULL;
}

static void resize_root(uint32_t i, size_t n_bytes, bool may_move) {
    demo_report.requests++;
    void *result = demo_gc_realloc(demo_roots[i], n_bytes, may_move);
    if (result != NULL || n_bytes == 0) {
        demo_roots[i] = result;
    }
}

static void label(const char *text) {
    size_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    tracer_label(text, length);
}

// --- Programs -----------------------------------------------------------------------

// A control loop: every step makes a float, and the last few live.
static void floats(uint32_t steps) {
    for (uint32_t i = 0; i < steps; i++) {
        demo_roots[i % 8] = allocate(8, false);
        do_work();
    }
}

// Sizes of all kinds, some held for long: fragments the heap.
static void mixed_sizes(uint32_t steps) {
    static const uint16_t sizes[] = { 8, 16, 20, 32, 48, 64, 100, 128, 256, 280, 512, 1024 };
    for (uint32_t i = 0; i < steps; i++) {
        uint32_t at = random_below(DEMO_ROOTS);
        if (root_at(at) != NULL && random_below(3) == 0) {
            free_root(at);
        } else {
            uint32_t size = sizes[random_below(sizeof(sizes) / sizeof(sizes[0]))];
            demo_roots[at] = allocate(size, random_below(16) == 0);
        }
        if (i % 256 == 0) {
            tracer_tick();
        }
        do_work();
    }
}

// One of everything, by name.
static void scripted(uint32_t steps) {
    label("begin");
    for (uint32_t i = 0; i < 40; i++) {
        demo_roots[i] = allocate(16 * (i % 5) + 8, i % 7 == 0);
    }
    label("resizes");
    resize_root(3, 200, true);      // moves
    resize_root(3, 40, true);       // shrinks
    resize_root(39, 400, false);    // grows in place
    resize_root(5, 5000, false);    // cannot
    resize_root(60, 24, true);      // of NULL
    resize_root(4, 0, true);        // frees
    free_root(60);
    label("locks");
    demo_gc_lock();
    allocate(32, false);            // fails
    resize_root(7, 64, true);       // fails
    free_root(8);                   // without effect
    demo_gc_unlock();
    allocate(0, false);
    label("collects");
    demo_gc_collect();
    demo_heap.overflow = true;
    demo_gc_collect();
    allocate(10000000, false);      // too large; collects
    demo_heap.enabled = false;
    allocate(10000000, false);      // too large; does not
    demo_heap.enabled = true;
    demo_heap.threshold = 50;
    for (uint32_t i = 0; i < steps; i++) {
        demo_roots[i % 32] = allocate(24, false);
        do_work();
    }
    demo_heap.threshold = DEMO_NONE;
    label("end");
}

static void random_step(void) {
    uint32_t at = random_below(DEMO_ROOTS);
    uint32_t size = random_below(8) == 0 ? random_below(4000) : random_below(120);
    switch (random_below(64)) {
        case 0:
            demo_heap.threshold = random_below(2) == 0 ? DEMO_NONE : 50 + random_below(2000);
            break;
        case 1:
            demo_heap.enabled = random_below(4) != 0;
            break;
        case 2:
            demo_gc_lock();
            allocate(size, false);
            demo_gc_unlock();
            break;
        case 3:
            tracer_tick();
            break;
        case 4:
            if (random_below(16) == 0) {
                demo_heap.overflow = random_below(2) == 0;
                demo_gc_collect();
            }
            break;
        case 5:
            if (random_below(8) == 0) {
                label("a label");
            }
            break;
        case 6 ... 14:
            if (root_at(at) != NULL) {
                free_root(at);
            }
            break;
        case 15 ... 30:
            resize_root(at, size, random_below(4) != 0);
            break;
        case 31 ... 40:
            allocate(size, random_below(8) == 0); // garbage
            break;
        default:
            demo_roots[at] = allocate(size, random_below(16) == 0);
            break;
    }
}

static void random_program(uint32_t steps) {
    for (uint32_t i = 0; i < steps; i++) {
        random_step();
        do_work();
        if (i % 64 == 0) {
            tracer_poll();
        }
    }
}

// Bursts with pauses between them: losses, then room for a keyframe.
static void bursts(uint32_t steps) {
    for (uint32_t i = 0; i < steps; i++) {
        random_step();
        if (i % 2000 == 1999) {
            for (uint32_t k = 0; k < 200; k++) {
                do_work();
                tracer_poll();
            }
        }
    }
}

// What an object's words may be: a pointer, one into the middle of an object or
// to a free block, a number, or what lay there before.
static uint32_t some_word(uint32_t i) {
    switch (random_below(4)) {
        case 0:
            return (uint32_t)demo_roots[random_below(DEMO_ROOTS)];
        case 1:
            return demo_heap.pool + random_below(demo_heap.blocks * DEMO_BLOCK_BYTES);
        case 2:
            return i;
        default:
            return 0x10000000 + 4 * random_below(40);
    }
}

// Objects that point to each other, few of them held by roots. At last a
// snapshot of what is left.
static void linked(uint32_t steps) {
    for (uint32_t i = 0; i < steps; i++) {
        uint32_t n_words = 1 + random_below(random_below(16) == 0 ? 200 : 12);
        uint32_t *object = allocate(n_words * sizeof(uint32_t), false);
        for (uint32_t k = 0; object != NULL && k < n_words; k++) {
            if (random_below(4) != 0) {
                object[k] = some_word(i);
            }
        }
        demo_roots[random_below(DEMO_ROOTS)] = object;
        demo_roots[random_below(DEMO_ROOTS)] = NULL;
    }
    demo_gc_collect();
    tracer_want_snapshot(false);
    demo_gc_collect();
}

static void (*const programs[])(uint32_t) = {
    floats, scripted, random_program, mixed_sizes, bursts, linked,
};

// --- The tracer's side ----------------------------------------------------------

static const tracer_heap_t heap = {
    .area = demo_area,
    .counters = demo_counters,
    .about =
    "version v1.22.2\n"
    "workload emulator demo\n"
    "word 4\n"
    "block 16\n"
    "finaliser 1\n"
    "weakref 0\n"
    "split none\n"
    "gcstack 64\n"
    "clock_hz 125000000\n"
    "area_bits 0\n",
};

static void start_trace(void) {
    const tracer_rp2040_t config = {
        .clk_peri_hz = CLOCK_HZ, .baud = demo_options.baud, .dma_channel = 0, .crc_channel = 1,
    };
    tracer_setup_t setup = {
        .heap = &heap, .slots = slots, .n_slots = demo_options.slots,
        .flags = demo_options.flags, .policy = demo_options.policy,
    };
    tracer_snapshot_every(demo_options.snapshots, false);
    tracer_rp2040_init(&config, &setup);
    demo_report.sniffer = tracer_rp2040_has_sniffer();
    tracer_start(&setup);
}

#define NVIC_ISER (*(volatile uint32_t *)0xe000e100)
#define SYSTICK_CTRL (*(volatile uint32_t *)0xe000e010)
#define SYSTICK_LOAD (*(volatile uint32_t *)0xe000e014)
#define TIMER_US (*(volatile uint32_t *)0x40054028)
#define IRQ_DMA_0 (11)

// As a hard timer's callback: it may not allocate, and tries.
void demo_systick(void) {
    demo_report.interrupt_requests++;
    demo_gc_lock();
    demo_gc_alloc(16, false);
    demo_gc_unlock();
}

int main(void) {
    random_state = demo_options.seed;
    demo_gc_init(memory, memory + demo_options.heap_bytes);
    demo_heap.threshold = demo_options.threshold;
    NVIC_ISER = 1u << IRQ_DMA_0;
    if (demo_options.traced) {
        start_trace();
    }
    if (demo_options.interrupts != 0) {
        SYSTICK_LOAD = demo_options.interrupts * (CLOCK_HZ / 1000000) - 1;
        SYSTICK_CTRL = 7;
    }
    demo_report.begin_us = TIMER_US;
    programs[demo_options.program](demo_options.steps);
    demo_report.end_us = TIMER_US;
    SYSTICK_CTRL = 0;
    tracer_stats_t stats;
    tracer_stop();
    tracer_stats(&stats);
    demo_report.stats = stats;
    demo_info_t info;
    demo_gc_info(&info);
    demo_report.info = info;
    demo_report.done = 1;
    for (;;) {
    }
}
