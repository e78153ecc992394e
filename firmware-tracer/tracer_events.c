// This file is part of mpheap, MIT licence.
//
// Collects, locks, labels, and whatever else is seldom.

#include "tracer_core.h"

#define LABEL_MAX (64)
#define SITE_TEXT_MAX (48)

// --- Rare records ---------------------------------------------------------------

COLD bool tracer_begin_rare(tracer_rare_t *self, uint32_t rare, size_t bytes) {
    self->on = tracer_begin_record(&self->state);
    if (!self->on) {
        return false;
    }
    tracer_encode_make_room(&tracer_encoder, bytes);
    tracer_catch_up(&self->state); // which may have needed a slot
    return tracer_encode_rare(&tracer_encoder, rare, bytes);
}

COLD void tracer_end_rare(tracer_rare_t *self) {
    if (self->on) {
        tracer_end_record(self->state);
    }
}

static COLD void plain_rare(uint32_t rare) {
    tracer_rare_t record;
    tracer_begin_rare(&record, rare, 0);
    tracer_end_rare(&record);
}

// --- Collects -------------------------------------------------------------------

enum { CAUSE_THRESHOLD, CAUSE_EXHAUSTED, CAUSE_EXPLICIT };

// Before the collect has the turn.
static COLD uint32_t cause_of(const tracer_counters_t *counters) {
    uint32_t doing = *tracer_doing();
    return doing == 0 || doing == TRACER_DOING_SOMETHING ? CAUSE_EXPLICIT
        : counters->amount >= counters->threshold ? CAUSE_THRESHOLD : CAUSE_EXHAUSTED;
}

COLD void tracer_collect_begin(void) {
    tracer_take_turn();
    if (!tracer_is_on()) {
        tracer_give_turn();
        return;
    }
    tracer_counters_t counters;
    tracer.setup.heap->counters(&counters);
    uint32_t cause = cause_of(&counters);
    tracer_open_requests();
    tracer_rare_t record;
    if (tracer_begin_rare(&record, TRACER_RARE_COLLECT, ROOM_NUMBER + 1)) {
        tracer_encode_bits(&tracer_encoder, cause, 2);
        tracer_encode_number(&tracer_encoder, counters.amount);
    }
    tracer.nest++; // in step with the record
    tracer_end_rare(&record);
}

// Hooks of their own: the trace may have started since the collect began.
static inline bool is_collecting(void) {
    return *tracer_doing() != 0 && tracer.nest != 0;
}

COLD void tracer_collect_marked(bool overflowed) {
    if (!is_collecting()) {
        return;
    }
    tracer_rare_t record;
    tracer_begin_rare(&record, TRACER_RARE_MARKED, 0);
    if (!record.on) {
        return;
    }
    uint32_t begin = tracer_now_us();
    uint32_t stalled_before = tracer.stalled_us;
    tracer_area_t area;
    for (size_t i = 0; !overflowed && tracer.setup.heap->area(i, &area); i++) {
        tracer_encode_survivors(&tracer_encoder, area.table, area.table_bytes * 4);
    }
    tracer_own_time(begin, stalled_before);
    tracer_settle();
    tracer_end_rare(&record);
}

// The digest's record, without the time that making it took.
static COLD void sweep_end(uint32_t rare, bool overflowed) {
    if (!is_collecting()) {
        return;
    }
    uint32_t state;
    if (tracer_begin_record(&state)) {
        uint32_t begin = tracer_now_us();
        uint32_t stalled_before = tracer.stalled_us;
        tracer_area_t area;
        if (overflowed) {
            tracer_encode_rare(&tracer_encoder, TRACER_RARE_MARK_OVERFLOW, 0);
        }
        for (size_t i = 0; overflowed && tracer.setup.heap->area(i, &area); i++) {
            tracer_encode_blocks(&tracer_encoder, area.table, area.table_bytes * 4);
        }
        uint32_t digest = tracer_digest();
        tracer_own_time(begin, stalled_before);
        tracer_settle();
        if (tracer_encode_rare(&tracer_encoder, rare, ROOM_DIGEST)) {
            tracer_encode_bits(&tracer_encoder, digest, 32);
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
        tracer_encode_op(&tracer_encoder, op, number);
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
    tracer_rare_t record;
    if (tracer_begin_rare(&record, TRACER_RARE_LABEL, length + ROOM_NUMBER)) {
        tracer_encode_text(&tracer_encoder, text, length);
    }
    tracer_end_rare(&record);
    tracer_give_turn();
}

COLD void tracer_numbers(uint32_t rare, const tracer_size_t *numbers, size_t count) {
    if (rare == TRACER_RARE_INIT) {
        tracer_gate.settings = TRACER_SETTINGS(TRACER_NONE, 1);
    }
    tracer_take_turn();
    if (rare == TRACER_RARE_AREA_ADDED || rare == TRACER_RARE_GROW_OFFER || rare == TRACER_RARE_GROW_TAKEN) {
        tracer_open_requests(); // a heap grows inside them
    }
    tracer_rare_t record;
    if (tracer_begin_rare(&record, rare, count * ROOM_NUMBER)) {
        for (size_t i = 0; i < count; i++) {
            tracer_encode_number(&tracer_encoder, numbers[i] + (rare == TRACER_RARE_WEAKREF));
        }
    }
    tracer_end_rare(&record);
    tracer_give_turn();
}

COLD void tracer_settings_changed(uint32_t threshold, uint32_t enabled) {
    uint32_t changed = tracer_gate.settings ^ TRACER_SETTINGS(threshold, enabled);
    tracer_gate.settings ^= changed;
    if (changed > 1) {
        tracer_size_t blocks = (uint32_t)(threshold + 1);
        tracer_numbers(TRACER_RARE_THRESHOLD, &blocks, 1);
    }
    if (changed & 1) {
        tracer_numbers(enabled ? TRACER_RARE_ENABLE : TRACER_RARE_DISABLE, NULL, 0);
    }
}

// --- Sites ------------------------------------------------------------------------

COLD void tracer_use_site(uint32_t site) {
    uint32_t state;
    if ((tracer.setup.flags & TRACER_FLAG_SITES) && site != tracer_encoder.site && tracer_begin_record(&state)) {
        tracer_encode_switch_site(&tracer_encoder, site);
        tracer_port_interrupts_on(state);
    }
}

// The end of a text says more than its beginning.
static COLD void encode_end_of_text(const char *text) {
    size_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    size_t skip = length > SITE_TEXT_MAX ? length - SITE_TEXT_MAX : 0;
    tracer_encode_text(&tracer_encoder, text + skip, length - skip);
}

COLD void tracer_describe_site(const tracer_site_t *site) {
    tracer_take_turn();
    tracer_rare_t record;
    if (tracer_begin_rare(&record, TRACER_RARE_SITE, 3 * (SITE_TEXT_MAX + 1) + 2 * ROOM_NUMBER)) {
        tracer_encode_number(&tracer_encoder, site->number);
        tracer_encode_number(&tracer_encoder, (uint64_t)site->caller << TRACER_CALLER_SHIFT | site->line);
        encode_end_of_text(site->file);
        encode_end_of_text(site->function);
        encode_end_of_text(site->runtime);
    }
    tracer_end_rare(&record);
    tracer_give_turn();
}
