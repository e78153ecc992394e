// This file is part of mpheap, MIT licence.
//
// Requests and frees, which are what happens often.

#include "tracer_core.h"

// --- Requests -------------------------------------------------------------------

COLD void tracer_list(tracer_request_t *self, uint32_t op, tracer_size_t n_bytes, uint32_t site) {
    volatile uint32_t *doing = tracer_doing();
    self->was_doing = *doing;
    self->symbol = op + TRACER_SYMBOL_WIDE;
    self->n_bytes = n_bytes;
    self->site = site;
    tracer_take(doing, self->was_doing, TRACER_DOING_LISTED);
    self->outer = tracer_gate.listed;
    tracer_gate.listed = self;
}

static inline bool is_realloc(uint32_t op) {
    return op >= TRACER_OP_REALLOC;
}

static COLD void record_wide(const tracer_request_t *self, uint32_t op, uint32_t result) {
    tracer_encoder_t *encoder = &tracer_encoder;
    tracer_use_site(self->site);
    if (is_realloc(op)) {
        tracer_encode_realloc(encoder, self->block, self->n_bytes, op == TRACER_OP_REALLOC_MOVE, result);
    } else {
        tracer_encode_alloc(encoder, self->n_bytes, op == TRACER_OP_ALLOC_FINALISER, result);
    }
}

// `self` is NULL for an alloc that is not listed. There is room for a note.
static void record(const tracer_request_t *self, uint32_t symbol, uint32_t result) {
    uint32_t op = symbol & TRACER_OP_MASK;
    if (symbol == TRACER_DOING_BEGUN) {
        tracer_encode_end(&tracer_encoder, result);
    } else if (op != 0 && !tracer_is_plain(symbol)) {
        record_wide(self, op, result);
    } else if (is_realloc(op)) {
        tracer_note(symbol, true, self->block, result);
    } else if (op != 0) {
        tracer_note(symbol, false, 0, result);
    }
}

// Every case of an end: a request that is listed, or inside which something
// happened, or that finds no room for its note.
__attribute__((noinline)) void tracer_end_slowly(volatile uint32_t *doing, uint32_t result) {
    const tracer_request_t *self = NULL;
    uint32_t symbol = *doing;
    uint32_t was_doing = 0;
    if (symbol == TRACER_DOING_LISTED) {
        self = tracer_gate.listed;
        symbol = self->symbol;
        was_doing = self->was_doing;
        tracer_gate.listed = was_doing != 0 ? self->outer : NULL;
    }
    uint32_t state;
    if (LIKELY(tracer_begin_record(&state))) {
        record(self, symbol, result);
        // Trace and heap are in step now, but the turn is given back last.
        TRACER_STORE(doing, was_doing != 0 ? was_doing : TRACER_DOING_SOMETHING);
        tracer_end_record(state);
    }
    TRACER_STORE(doing, was_doing);
}

TRACER_HOT void tracer_alloc_end(tracer_request_t *self, uint32_t result) {
    tracer_alloc_end_here(self, result);
}

TRACER_HOT void tracer_realloc_end(tracer_request_t *self, uint32_t result) {
    tracer_realloc_end_here(self, result);
}

static __attribute__((noinline)) void free_slowly(uint32_t block) {
    uint32_t state;
    if (LIKELY(tracer_begin_record(&state))) {
        tracer_note(TRACER_OP_FREE, true, block, TRACER_BLOCK_NULL);
        tracer_port_interrupts_on(state);
    }
}

TRACER_HOT void tracer_free_begin(uint32_t block) {
    tracer_enter();
    uint32_t state = tracer_port_interrupts_off();
    bool is_done = tracer_note(TRACER_OP_FREE, true, block, TRACER_BLOCK_NULL);
    tracer_port_interrupts_on(state);
    if (!LIKELY(is_done)) {
        free_slowly(block);
    }
}

// Only now are trace and heap in step.
void tracer_free_end(void) {
    if (!LIKELY(!tracer.due)) {
        tracer_end_record(tracer_port_interrupts_off());
    }
    tracer_leave();
}

// --- Opening --------------------------------------------------------------------

static COLD void open_one(uint32_t op, uint32_t block, tracer_size_t n_bytes, uint32_t site) {
    tracer_rare_t record;
    tracer_use_site(site);
    uint32_t rare = is_realloc(op) ? TRACER_RARE_REALLOC_BEGIN : TRACER_RARE_ALLOC_BEGIN;
    if (tracer_begin_rare(&record, rare, 2 * ROOM_NUMBER + 1)) {
        if (is_realloc(op)) {
            tracer_encode_block(&tracer_encoder, block);
        }
        tracer_encode_number(&tracer_encoder, n_bytes);
        tracer_encode_bits(&tracer_encoder, op == TRACER_OP_ALLOC_FINALISER || op == TRACER_OP_REALLOC_MOVE, 1);
    }
    tracer_end_rare(&record);
}

// `symbol` is where it is kept, in a request or as what a core is doing.
static COLD void open_plain(volatile uint32_t *symbol, uint32_t block) {
    uint32_t op = *symbol & TRACER_OP_MASK;
    if (op == 0) {
        return; // not a symbol, or begun already
    }
    uint32_t n_bytes = *symbol >> TRACER_NUMBER_SHIFT;
    uint32_t site = 0;
    if (tracer.setup.flags & TRACER_FLAG_SITES) {
        site = n_bytes >> TRACER_SITED_BITS;
        n_bytes %= 1u << TRACER_SITED_BITS;
    }
    TRACER_STORE(symbol, TRACER_DOING_BEGUN);
    open_one(op, block, n_bytes, site);
}

static COLD void open_listed(tracer_request_t *self) {
    if (self->was_doing != 0) {
        if (self->outer != NULL) {
            open_listed(self->outer);
        }
        open_plain(&self->was_doing, 0);
    }
    uint32_t op = self->symbol & TRACER_OP_MASK;
    if (op != 0 && (self->symbol & TRACER_SYMBOL_WIDE)) {
        self->symbol = TRACER_DOING_BEGUN;
        open_one(op, self->block, self->n_bytes, self->site);
    } else {
        open_plain(&self->symbol, self->block);
    }
}

COLD void tracer_open_requests(void) {
    if (tracer_gate.listed != NULL) {
        open_listed(tracer_gate.listed);
    }
    open_plain(tracer_doing(), 0);
}
