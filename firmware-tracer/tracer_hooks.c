// This file is part of mpheap, MIT licence.
//
// Requests and frees, which are what happens often.

#include "tracer_core.h"

// --- Requests -------------------------------------------------------------------

static inline void record_listed(tracer_request_t *self, uint32_t result) {
    tracer_encoder_t *encoder = &tracer.encoder;
    if (self->begun) {
        tracer_encode_end(encoder, result);
        return;
    }
    if (!LIKELY((encoder->flags & TRACER_FLAG_SITES) == 0)) {
        tracer_use_site(self->site);
    }
    if (!LIKELY(self->op == TRACER_OP_REALLOC)) {
        tracer_encode_alloc(encoder, self->n_bytes, self->flag, result);
    } else {
        tracer_encode_realloc(encoder, self->block, self->n_bytes, self->flag, result);
    }
}

static inline void end_listed(tracer_request_t *self, uint32_t result) {
    uint32_t state;
    bool is_recorded = self->life == tracer.life && tracer_begin_record(&state);
    if (is_recorded) {
        record_listed(self, result);
    }
    // The turn is given back last, trace and heap being in step now.
    tracer.listed = self->outer;
    TRACER_STORE(self->doing, self->was_doing != 0 ? self->was_doing : TRACER_DOING_SOMETHING);
    if (is_recorded) {
        tracer_end_record(state);
    }
    TRACER_STORE(self->doing, self->was_doing);
}

static inline void list(tracer_request_t *self, uint32_t op, tracer_size_t n_bytes, bool flag, uint32_t site) {
    volatile uint32_t *doing = tracer_doing();
    uint32_t was_doing = *doing;
    self->doing = doing;
    self->was_doing = was_doing;
    self->n_bytes = n_bytes;
    self->site = site;
    self->op = op;
    self->flag = flag;
    self->begun = false;
    tracer_take(doing, was_doing, TRACER_DOING_LISTED);
    self->life = tracer.life;
    self->outer = tracer.listed;
    tracer.listed = self;
}

COLD void tracer_list_alloc(tracer_request_t *self, tracer_size_t n_bytes, bool finaliser, uint32_t site) {
    list(self, TRACER_OP_ALLOC, n_bytes, finaliser, site);
}

void tracer_realloc_begin_at(tracer_request_t *self, uint32_t block, tracer_size_t n_bytes, bool may_move, uint32_t site) {
    self->block = block;
    list(self, TRACER_OP_REALLOC, n_bytes, may_move, site);
}

// An alloc that is listed, or inside which something happened, or that finds
// no open packet.
static COLD void end_alone(volatile uint32_t *doing, uint32_t result) {
    uint32_t symbol = *doing;
    if (symbol == TRACER_DOING_LISTED) {
        tracer_realloc_end(tracer.listed, result);
        return;
    }
    uint32_t state;
    if (symbol != TRACER_DOING_SOMETHING && tracer_begin_record(&state)) {
        if (symbol == TRACER_DOING_BEGUN) {
            tracer_encode_end(&tracer.encoder, result);
        } else {
            tracer_encode_slowly(&tracer.encoder, symbol, result, 0);
        }
        TRACER_STORE(doing, TRACER_DOING_SOMETHING);
        tracer_end_record(state);
    }
    TRACER_STORE(doing, 0);
}

static __attribute__((noinline)) void end_slowly(volatile uint32_t *doing, uint32_t result) {
    uint32_t symbol = *doing;
    bool is_symbol = (symbol & (TRACER_AGE_FAR << TRACER_AGE_SHIFT)) == 0;
    uint32_t state = tracer_port_interrupts_off();
    if (LIKELY(is_symbol) && LIKELY(!is_full(&tracer.encoder))) {
        tracer_encode_slowly(&tracer.encoder, symbol, result, 0);
        tracer_port_interrupts_on(state);
        TRACER_STORE(doing, 0);
    } else {
        tracer_port_interrupts_on(state);
        end_alone(doing, result);
    }
}

// The most frequent event of all: worth the encoder's hot path inline.
void tracer_alloc_end(tracer_request_t *self, uint32_t result) {
    volatile uint32_t *doing = self->doing;
    uint32_t state = tracer_port_interrupts_off();
    if (LIKELY(is_near(result)) && LIKELY(encode_quickly(&tracer.encoder, *doing, result, true))) {
        tracer_port_interrupts_on(state);
        TRACER_STORE(doing, 0);
    } else {
        tracer_port_interrupts_on(state);
        end_slowly(doing, result);
    }
}

void tracer_realloc_end(tracer_request_t *self, uint32_t result) {
    end_listed(self, result);
}

void tracer_free_begin(uint32_t block) {
    tracer_enter();
    uint32_t state;
    if (LIKELY(tracer_begin_record(&state))) {
        tracer_encode_free(&tracer.encoder, block);
        tracer_port_interrupts_on(state);
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

static COLD void open_alloc(tracer_size_t n_bytes, bool finaliser, uint32_t site) {
    tracer_rare_t record;
    tracer_use_site(site);
    if (tracer_begin_rare(&record, TRACER_RARE_ALLOC_BEGIN, ROOM_NUMBER + 1)) {
        tracer_encode_number(&tracer.encoder, n_bytes);
        tracer_encode_bits(&tracer.encoder, finaliser, 1);
    }
    tracer_end_rare(&record);
}

static COLD void open_plain_alloc(volatile uint32_t *doing) {
    uint32_t symbol = *doing;
    uint32_t op = symbol & TRACER_OP_MASK;
    if (op == 0) {
        return; // not a symbol
    }
    uint32_t n_bytes = symbol >> TRACER_NUMBER_SHIFT;
    uint32_t site = 0;
    if (tracer.setup.flags & TRACER_FLAG_SITES) {
        site = n_bytes >> TRACER_SITED_BITS;
        n_bytes %= 1u << TRACER_SITED_BITS;
    }
    open_alloc(n_bytes, op == TRACER_OP_ALLOC_FINALISER, site);
    TRACER_STORE(doing, TRACER_DOING_BEGUN);
}

static COLD void open_listed(tracer_request_t *self) {
    if (self->begun) {
        return;
    }
    if (self->outer != NULL) {
        open_listed(self->outer);
    }
    open_plain_alloc(&self->was_doing);
    self->begun = true;
    if (self->op == TRACER_OP_ALLOC) {
        open_alloc(self->n_bytes, self->flag, self->site);
        return;
    }
    tracer_rare_t record;
    tracer_use_site(self->site);
    if (tracer_begin_rare(&record, TRACER_RARE_REALLOC_BEGIN, 2 * ROOM_NUMBER + 1)) {
        tracer_encode_block(&tracer.encoder, self->block);
        tracer_encode_number(&tracer.encoder, self->n_bytes);
        tracer_encode_bits(&tracer.encoder, self->flag, 1);
    }
    tracer_end_rare(&record);
}

COLD void tracer_open_requests(void) {
    if (tracer.listed != NULL) {
        open_listed(tracer.listed);
    }
    open_plain_alloc(tracer_doing());
}
