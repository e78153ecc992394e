// This file is part of mpheap, MIT licence.
//
//   standin TRACE [FLAGS [SNAPSHOTS [CONTENTS [DEPTH]]]]
//
// A program on the stand-in heap, traced: four "Python" functions allocate in
// all ways there are, or call one another; then everything is
// swept, as when the unix port ends, which ends the trace. Prints what the heap
// and the tracer say, as JSON. Exit 3: the hooks are not linked.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo_heap.h"
#include "modmpheap.h"
#include "mpheap_graph.h"
#include "mpheap_heap.h"
#include "mpheap_hooks.h"
#include "mpheap_port.h"
#include "mpheap_sites.h"
#include "py/objfun.h"

#define HEAP_BYTES (64 * 1024)
#define LINE_BYTES (4)          // of code, see py/bc.h

static uint8_t memory[HEAP_BYTES] __attribute__((aligned(16)));
static demo_info_t before_end;
static int line_error;
static uint32_t finalised;

static const qstr names[] = { 0, 1, 2, 3, 4 };
static const mp_module_context_t context = { { names } };

// --- The program ------------------------------------------------------------------

// The code is at so many lines below its first one.
static void at_line(mp_code_state_t *code, size_t line) {
    const byte *bytecode = code->fun_bc->bytecode;
    code->ip = bytecode + 2 + bytecode[0] + bytecode[1] + line * LINE_BYTES;
}

__attribute__((noinline)) static void *new_float(void) {
    void *result = mp_obj_malloc_helper(8, NULL);
    __asm__ volatile ("" : "+r" (result)); // no jump in place of a call
    return result;
}

// Lines 20 and on: floats, strings, a list that grows. Halfway a keyframe comes.
static void work(mp_code_state_t *code) {
    demo_roots[1] = NULL;
    for (size_t i = 0; i < 3000; i++) {
        if (i == 1500) {
            tracer_want_keyframe();
        }
        at_line(code, 1);
        demo_roots[2 + i % 8] = new_float();
        if (i % 10 == 0) {
            at_line(code, 2);
            demo_roots[20 + i % 50] = m_malloc_with_finaliser(24 + i % 100);
        }
        if (i % 16 == 0) {
            at_line(code, 3);
            void **list = m_realloc(demo_roots[1], (i / 16 + 1) * sizeof(*list));
            if (list != NULL) {
                list[i / 16] = demo_roots[2 + i % 8];
            }
            demo_roots[1] = list;
        }
    }
    at_line(code, 4);
    m_free(demo_roots[1]);
    demo_roots[1] = NULL;
}

// Lines 40 and on: until there is no room.
static void fill(mp_code_state_t *code) {
    at_line(code, 1);
    for (size_t i = 100; i < DEMO_ROOTS; i++) {
        demo_roots[i] = m_malloc_maybe(256);
    }
    at_line(code, 2);
    m_malloc_maybe(100000);
    for (size_t i = 100; i < DEMO_ROOTS; i++) {
        if (demo_roots[i] != NULL && i % 3 != 0) {
            m_free(demo_roots[i]);
            demo_roots[i] = NULL;
        }
    }
}

static void call(void (*body)(mp_code_state_t *), const byte *bytecode) {
    mp_obj_fun_bc_t function = { &context, bytecode, body };
    mp_code_state_t code = { &function, NULL };
    at_line(&code, 0);
    mp_execute_bytecode(&code, NULL);
}

static const byte work_code[2 + 2 + 6 * LINE_BYTES] = { 2, 0, 2, 20 };

// Line 61: the other way to work().
static void again(mp_code_state_t *code) {
    at_line(code, 1);
    call(work, work_code);
}

static void module(mp_code_state_t *code) {
    static const byte fill_code[2 + 2 + 6 * LINE_BYTES] = { 2, 0, 3, 40 };
    static const byte again_code[2 + 2 + 6 * LINE_BYTES] = { 2, 0, 4, 60 };
    at_line(code, 1);
    call(work, work_code);
    at_line(code, 2);
    gc_lock();
    m_malloc_maybe(32);     // fails
    m_free(demo_roots[2]);  // has no effect
    gc_unlock();
    gc_collect();
    demo_heap.overflow = true;
    gc_collect();
    at_line(code, 3);
    call(fill, fill_code);
    demo_heap.threshold = 40;
    at_line(code, 4);
    call(again, again_code);
    demo_heap.threshold = DEMO_NONE;
}

void demo_finalise(void *address) {
    finalised++;
    m_malloc_maybe(16);     // finalisers cannot allocate
    m_free(address);        // nor free
}

void gc_collect(void) {
    gc_collect_start();
    gc_collect_root(demo_roots, DEMO_ROOTS);
    gc_collect_end();
}

// --- The module's part --------------------------------------------------------------

static void start(const char *path, uint8_t flags, uint32_t snapshots, bool contents, uint32_t depth) {
    const mpheap_line_options_t options = { .path = path };
    tracer_setup_t setup = { .flags = flags, .policy = TRACER_STALL };
    mpheap_port_open(&options, &setup);
    setup.heap = mpheap_heap(0, 0, 0);
    mpheap_sites_start((flags & TRACER_FLAG_SITES) != 0 ? depth : 0);
    mpheap_hooks_mode(mpheap_has_sites() ? MPHEAP_SITES_TOO : MPHEAP_PLAIN);
    tracer_snapshot_every(snapshots, contents);
    mpheap_port_enter();
    tracer_start(&setup);
    mpheap_port_leave();
}

void mpheap_finish(void) {
    tracer_stop();
    line_error = mpheap_port_close();
}

int main(int argc, char **argv) {
    static const byte module_code[2 + 2 + 6 * LINE_BYTES] = { 2, 0, 1, 1 };
    gc_init(memory, memory + HEAP_BYTES);
    demo_roots[0] = memcpy(m_malloc(40), "what the stand-in held before all began", 40);
    if (argc < 2 || !mpheap_hooks_are_linked()) {
        fprintf(stderr, argc < 2 ? "usage: standin TRACE [FLAGS]\n" : "linked without its hooks\n");
        return argc < 2 ? 2 : 3;
    }
    start(argv[1], argc > 2 ? (uint8_t)atoi(argv[2]) : TRACER_FLAG_SITES | TRACER_FLAG_TIME_1US,
        argc > 3 ? (uint32_t)atoi(argv[3]) : 0, argc > 4 && atoi(argv[4]) != 0,
        argc > 5 ? (uint32_t)atoi(argv[5]) : 1);
    call(module, module_code);
    demo_gc_info(&before_end);
    gc_sweep_all();
    tracer_stats_t stats;
    tracer_stats(&stats);
    printf("{\"events\": %u, \"bytes\": %u, \"packets\": %u, \"used_before\": %u, \"finalised\": %u, \"line_error\": \"%s\"}\n",
        (unsigned)stats.events, (unsigned)stats.bytes, (unsigned)stats.packets, (unsigned)before_end.used_blocks,
        (unsigned)finalised, line_error == 0 ? "" : strerror(line_error));
    return 0;
}
