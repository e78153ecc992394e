// This file is part of mpheap, MIT licence.

#include "tracer_core.h"

#define LABEL_MAX (64)
#define SITE_TEXT_MAX (48)

// A rare record; true: now its fields. Then tracer_end_record in either case,
// unless there is no trace: then `*state` is not locked, and `*on` false.
typedef struct _rare_t {
    uint32_t state;
    bool on;
} rare_t;

static COLD bool begin_rare(rare_t *self, uint32_t rare, size_t bytes) {
    self->state = tracer_port_lock();
    tracer_encode_make_room(&tracer.encoder, bytes);
    tracer_port_unlock(self->state);
    self->on = tracer_begin_record(&self->state);
    return self->on && tracer_encode_rare(&tracer.encoder, rare, bytes);
}

static COLD void end_rare(rare_t *self) {
    if (self->on) {
        tracer_end_record(self->state);
    }
}

static COLD void plain_rare(uint32_t rare) {
    rare_t record;
    begin_rare(&record, rare, 0);
    end_rare(&record);
}

// --- Requests -------------------------------------------------------------------

// A request inside which something happened, or that finds no open packet.
static COLD void end_alone(const tracer_request_t *self, uint32_t result, uint32_t state) {
    if (tracer.encoder.left == 0 && !tracer_next_slot(&state)) {
        return;
    }
    #if TRACER_CORES > 1
    if (tracer_port_core() != tracer.encoder.core) {
        tracer_encode_switch_core(&tracer.encoder, tracer_port_core());
    }
    #endif
    uint32_t kind = self->kind;
    if (kind & TRACER_KIND_BEGUN) {
        tracer_encode_end(&tracer.encoder, result);
    } else if ((kind & TRACER_OP_MASK) == TRACER_OP_ALLOC) {
        tracer_encode_alloc(&tracer.encoder, self->n_bytes, kind / TRACER_KIND_FLAG, result);
    } else {
        tracer_encode_realloc(&tracer.encoder, self->block, self->n_bytes, kind / TRACER_KIND_FLAG, result);
    }
    tracer_end_record(state);
}

static inline bool is_plain(const tracer_request_t *self) {
    #if TRACER_CORES > 1
    if (!LIKELY(tracer_port_core() == tracer.encoder.core)) {
        return false;
    }
    #endif
    return LIKELY(self->kind < TRACER_KIND_BEGUN) && LIKELY(tracer.encoder.left != 0);
}

// The most frequent event of all: worth the encoder's hot path inline.
void tracer_alloc_end(tracer_request_t *self, uint32_t result) {
    uint32_t state = tracer_port_lock();
    tracer_request = self->outer;
    tracer_size_t wide = self->n_bytes >> TRACER_NUMBER_BITS;
    OPAQUE(wide);
    if (LIKELY(is_plain(self)) && LIKELY(wide == 0) && LIKELY(is_near(result))) {
        uint32_t symbol = ((uint32_t)self->n_bytes << TRACER_NUMBER_SHIFT) + TRACER_OP_ALLOC + self->kind / TRACER_KIND_FLAG;
        if (!LIKELY(encode_quickly(&tracer.encoder, symbol, result, true))) {
            tracer_encode_slowly(&tracer.encoder, symbol, result, 0);
        }
        tracer_port_unlock(state);
    } else {
        end_alone(self, result, state);
    }
    tracer_give_turn();
}

void tracer_realloc_end(tracer_request_t *self, uint32_t result) {
    uint32_t state = tracer_port_lock();
    tracer_request = self->outer;
    if (LIKELY(is_plain(self))) {
        tracer_encode_realloc(&tracer.encoder, self->block, self->n_bytes, self->kind / TRACER_KIND_FLAG, result);
        tracer_port_unlock(state);
    } else {
        end_alone(self, result, state);
    }
    tracer_give_turn();
}

void tracer_free_begin(uint32_t block) {
    tracer_take_turn();
    uint32_t state;
    if (LIKELY(tracer_begin_record(&state))) {
        tracer_encode_free(&tracer.encoder, block);
        tracer_port_unlock(state);
    }
}

// Only now are trace and heap in step.
void tracer_free_end(void) {
    if (!LIKELY(!tracer.due)) {
        tracer_end_record(tracer_port_lock());
    }
    tracer_give_turn();
}

// Something happens inside the request, so it is opened; outer ones first.
static COLD void open_request(tracer_request_t *self) {
    if (self == NULL || (self->kind & TRACER_KIND_BEGUN)) {
        return;
    }
    open_request(self->outer);
    bool is_alloc = (self->kind & TRACER_OP_MASK) == TRACER_OP_ALLOC;
    uint32_t rare = is_alloc ? TRACER_RARE_ALLOC_BEGIN : TRACER_RARE_REALLOC_BEGIN;
    rare_t record;
    if (begin_rare(&record, rare, 2 * ROOM_NUMBER + 1)) {
        if (!is_alloc) {
            tracer_encode_block(&tracer.encoder, self->block);
        }
        tracer_encode_number(&tracer.encoder, self->n_bytes);
        tracer_encode_bits(&tracer.encoder, self->kind / TRACER_KIND_FLAG, 1);
    }
    self->kind |= TRACER_KIND_BEGUN;
    end_rare(&record);
}

// --- Collects -------------------------------------------------------------------

enum { CAUSE_THRESHOLD, CAUSE_EXHAUSTED, CAUSE_EXPLICIT };

static uint32_t cause_of(const tracer_counters_t *counters) {
    return tracer_request == NULL ? CAUSE_EXPLICIT
        : counters->amount >= counters->threshold ? CAUSE_THRESHOLD : CAUSE_EXHAUSTED;
}

COLD void tracer_collect_begin(void) {
    tracer_take_turn();
    if (!tracer.on) {
        tracer.nest++;
        return;
    }
    open_request(tracer_request);
    tracer_counters_t counters;
    tracer.setup.heap->counters(&counters);
    rare_t record;
    if (begin_rare(&record, TRACER_RARE_COLLECT, ROOM_NUMBER + 1)) {
        tracer_encode_bits(&tracer.encoder, cause_of(&counters), 2);
        tracer_encode_number(&tracer.encoder, counters.amount);
    }
    tracer.nest++; // in step with the record, the lock held
    end_rare(&record);
}

COLD void tracer_collect_marked(bool overflowed) {
    rare_t record;
    begin_rare(&record, TRACER_RARE_MARKED, 0);
    if (!record.on) {
        return;
    }
    uint32_t begin = tracer_now_us();
    uint32_t stalled_before = tracer.stalled_us;
    tracer_area_t area;
    for (size_t i = 0; !overflowed && tracer.setup.heap->area(i, &area); i++) {
        tracer_encode_survivors(&tracer.encoder, area.table, area.table_bytes * 4);
    }
    tracer_own_time(begin, stalled_before);
    tracer_settle();
    end_rare(&record);
}

// The digest's record, without the time that making it took.
static COLD void sweep_end(uint32_t rare, bool overflowed) {
    uint32_t state;
    if (tracer_begin_record(&state)) {
        uint32_t begin = tracer_now_us();
        uint32_t stalled_before = tracer.stalled_us;
        tracer_area_t area;
        if (overflowed) {
            tracer_encode_rare(&tracer.encoder, TRACER_RARE_MARK_OVERFLOW, 0);
        }
        for (size_t i = 0; overflowed && tracer.setup.heap->area(i, &area); i++) {
            tracer_encode_blocks(&tracer.encoder, area.table, area.table_bytes * 4);
        }
        uint32_t digest = tracer_digest();
        tracer_own_time(begin, stalled_before);
        tracer_settle();
        if (tracer_encode_rare(&tracer.encoder, rare, ROOM_DIGEST)) {
            tracer_encode_bits(&tracer.encoder, digest, 32);
        }
        tracer.nest--;
        tracer_end_record(state);
    } else {
        tracer.nest--;
    }
    tracer_give_turn();
}

void tracer_collect_end(bool overflowed) {
    sweep_end(TRACER_RARE_COLLECT_END, overflowed);
}

COLD void tracer_sweep_all_begin(void) {
    tracer_take_turn();
    tracer.nest++;
    plain_rare(TRACER_RARE_SWEEP_ALL);
}

void tracer_sweep_all_end(void) {
    sweep_end(TRACER_RARE_SWEEP_ALL_END, false);
}

// --- Everything else ------------------------------------------------------------

static void op(uint32_t op, uint32_t number) {
    tracer_take_turn();
    uint32_t state;
    if (tracer_begin_record(&state)) {
        tracer_encode_op(&tracer.encoder, op, number);
        tracer_end_record(state);
    }
    tracer_give_turn();
}

// An interrupt may come between the record of a collect and the moment the
// collector enters its own lock, or the reverse. What it locks and unlocks has
// no effect in a collect, and the lock field is not what the model has.
static bool has_no_effect(void) {
    return tracer.nest != 0 && tracer_port_in_interrupt();
}

void tracer_lock(uint32_t field) {
    if (!has_no_effect()) {
        op(TRACER_OP_LOCK, field);
    }
}

void tracer_unlock(uint32_t field) {
    if (!has_no_effect()) {
        op(TRACER_OP_UNLOCK, field);
    }
}

void tracer_tick(void) {
    op(TRACER_OP_TICK, 0);
}

COLD void tracer_label(const char *text, size_t length) {
    length = length < LABEL_MAX ? length : LABEL_MAX;
    tracer_take_turn();
    rare_t record;
    if (begin_rare(&record, TRACER_RARE_LABEL, length + ROOM_NUMBER)) {
        tracer_encode_text(&tracer.encoder, text, length);
    }
    end_rare(&record);
    tracer_give_turn();
}

COLD void tracer_numbers(uint32_t rare, const uint32_t *numbers, size_t count) {
    if (rare == TRACER_RARE_INIT) {
        tracer_threshold = TRACER_NONE;
        tracer_enabled = true;
    }
    tracer_take_turn();
    rare_t record;
    if (begin_rare(&record, rare, count * ROOM_NUMBER)) {
        for (size_t i = 0; i < count; i++) {
            tracer_encode_number(&tracer.encoder, numbers[i]);
        }
    }
    end_rare(&record);
    tracer_give_turn();
}

COLD void tracer_settings_changed(uint32_t threshold, bool enabled) {
    if (threshold != tracer_threshold) {
        uint32_t blocks = threshold + 1;
        tracer_threshold = threshold;
        tracer_numbers(TRACER_RARE_THRESHOLD, &blocks, 1);
    }
    if (enabled != tracer_enabled) {
        tracer_enabled = enabled;
        tracer_numbers(enabled ? TRACER_RARE_ENABLE : TRACER_RARE_DISABLE, NULL, 0);
    }
}

// --- Sites ------------------------------------------------------------------------

void tracer_site(uint32_t site) {
    uint32_t state;
    if (site != tracer.encoder.site && tracer_begin_record(&state)) {
        tracer_encode_switch_site(&tracer.encoder, site);
        tracer_end_record(state);
    }
}

// The end of a text says more than its beginning.
static COLD void encode_end_of_text(const char *text) {
    size_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    size_t skip = length > SITE_TEXT_MAX ? length - SITE_TEXT_MAX : 0;
    tracer_encode_text(&tracer.encoder, text + skip, length - skip);
}

COLD void tracer_describe_site(uint32_t site, uint32_t line, const char *file, const char *function, const char *runtime) {
    tracer_take_turn();
    rare_t record;
    if (begin_rare(&record, TRACER_RARE_SITE, 3 * (SITE_TEXT_MAX + 1) + 10)) {
        tracer_encode_number(&tracer.encoder, site);
        tracer_encode_number(&tracer.encoder, line);
        encode_end_of_text(file);
        encode_end_of_text(function);
        encode_end_of_text(runtime);
    }
    end_rare(&record);
    tracer_give_turn();
}
