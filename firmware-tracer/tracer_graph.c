// This file is part of mpheap, MIT licence.

#include "tracer_graph.h"

#include <string.h>

#include "tracer_core.h"
#include "tracer_words.h"

static struct {
    uint32_t every;
    uint32_t left;              // collects up to the next one
    bool every_contents;        // of these, contents too
    volatile bool wanted;
    volatile bool wanted_contents;
    bool contents;              // in this one
    volatile bool on;           // being taken
    uint8_t number;             // of the snapshot
    uint16_t index;             // of the slice
    uint32_t last_target;
} snapshot;

COLD void tracer_snapshot_every(uint32_t collects, bool contents) {
    snapshot.every = collects;
    snapshot.every_contents = contents;
    snapshot.left = 0;
    snapshot.wanted = false;
    snapshot.wanted_contents = false;
    snapshot.on = false;
}

COLD void tracer_want_snapshot(bool contents) {
    snapshot.wanted_contents |= contents;
    snapshot.wanted = true;
}

static COLD bool is_due(void) {
    bool due = snapshot.wanted || (snapshot.every != 0 && snapshot.left == 0);
    if (snapshot.every != 0) {
        snapshot.left = snapshot.left == 0 ? snapshot.every - 1 : snapshot.left - 1;
    }
    snapshot.contents = snapshot.every_contents || snapshot.wanted_contents;
    snapshot.wanted = false;
    snapshot.wanted_contents = false;
    return due;
}

// --- Slices -------------------------------------------------------------------------

// Interrupts may come meanwhile, and record. False: the line is dead.
static COLD bool wait_for_slot(uint32_t *state) {
    uint32_t patience = tracer.setup.policy == TRACER_STALL ? TRACER_PATIENCE_US : TRACER_PATIENCE_DROP_US;
    uint32_t begin = tracer_now_us();
    tracer_pump();
    while (tracer_ring_free(&tracer.ring) == 0) {
        if (tracer_now_us() - begin >= patience) {
            return false;
        }
        tracer_port_interrupts_on(*state);
        *state = tracer_port_interrupts_off();
        tracer_pump();
    }
    return true;
}

static COLD void send_slice(tracer_words_t *words, uint32_t last) {
    uint32_t index = snapshot.index | last;
    words->slice[0] = snapshot.number;
    words->slice[1] = (uint8_t)index;
    words->slice[2] = (uint8_t)(index >> 8);
    uint32_t state = tracer_port_interrupts_off();
    // What is recorded so far is closed first, which takes a slot too.
    tracer_write_notes(&state);
    tracer_encode_flush(&tracer_encoder);
    bool has_slot = snapshot.on && !tracer.losing && wait_for_slot(&state);
    tracer_write_notes(&state); // older than the slice
    bool sent = has_slot && tracer_encode_raw(&tracer_encoder, TRACER_TYPE_SNAPSHOT, words->slice, words->length);
    tracer_port_interrupts_on(state);
    words->length = TRACER_SLICE_HEADER;
    snapshot.index++;
    if (!sent || snapshot.index == TRACER_SLICE_LAST) {
        snapshot.on = false; // the rest is encoded, and not sent
    }
}

static COLD void send_full(tracer_words_t *words) {
    send_slice(words, 0);
}

// --- Parts ----------------------------------------------------------------------------

// What is encoded between open and close goes into slices of its own, so that
// nothing is kept but two numbers.
typedef struct _part_t {
    tracer_words_t words;
    size_t areas;
    uint32_t begin;
    uint32_t stalled_before;
    uint8_t slice[TRACER_SLICE_MAX];
} part_t;

static uint8_t shift_of(size_t block_bytes) {
    uint8_t shift = 0;
    while ((size_t)1 << shift < block_bytes) {
        shift++;
    }
    return shift;
}

static inline uint32_t blocks_of(const tracer_area_t *area) {
    return (uint32_t)area->table_bytes * 4;
}

static COLD bool find_pool(tracer_words_t *words, tracer_word_t word) {
    tracer_area_t area;
    uint32_t first_block = 0;
    for (size_t i = 0; tracer.setup.heap->area(i, &area); i++) {
        if (word >= area.pool && word < area.pool_end) {
            words->pool = area.pool;
            words->pool_end = area.pool_end;
            words->first_block = first_block;
            return true;
        }
        first_block += blocks_of(&area);
    }
    return false;
}

static COLD void open_part(part_t *self) {
    tracer_area_t area;
    tracer.setup.heap->area(0, &area);
    self->begin = tracer_now_us();
    self->stalled_before = tracer.stalled_us;
    self->words = (tracer_words_t) {
        .full = send_full,
        .find = find_pool,
        .lowest = area.pool,
        .highest = area.pool_end,
        .pool = area.pool,
        .pool_end = area.pool_end,
        .block_shift = shift_of((area.pool_end - area.pool) / blocks_of(&area)),
        .last_target = snapshot.last_target,
        .slice = self->slice,
        .length = TRACER_SLICE_HEADER,
    };
    for (self->areas = 1; tracer.setup.heap->area(self->areas, &area); self->areas++) {
        if (area.pool < self->words.lowest) {
            self->words.lowest = area.pool;
        }
        if (area.pool_end > self->words.highest) {
            self->words.highest = area.pool_end;
        }
    }
}

static COLD void close_part(part_t *self, uint32_t last) {
    send_slice(&self->words, last);
    snapshot.last_target = self->words.last_target;
    tracer_area_t area;
    tracer.setup.heap->area(0, &area); // brings a clock that is a variable up to date
    tracer_own_time(self->begin, self->stalled_before);
}

// --- Objects and roots ------------------------------------------------------------------

enum { FREE = 0, HEAD = 1, TAIL = 2 };

static inline uint32_t kind_of(const tracer_area_t *area, uint32_t block) {
    return area->table[block / 4] >> (block % 4 * 2) & 3;
}

static COLD void encode_area(part_t *part, const tracer_area_t *area, tracer_kinds_t *kinds) {
    uint32_t blocks = blocks_of(area);
    size_t words_per_block = ((size_t)1 << part->words.block_shift) / sizeof(tracer_word_t);
    for (uint32_t block = 0; block < blocks && snapshot.on;) {
        if (area->table[block / 4] == 0) {
            block = (block / 4 + 1) * 4;
            continue;
        }
        uint32_t end = block + 1;
        if (kind_of(area, block) == HEAD) {
            while (end < blocks && kind_of(area, end) == TAIL) {
                end++;
            }
            const tracer_word_t *words = (const tracer_word_t *)area->pool + block * words_per_block;
            size_t n = (end - block) * words_per_block;
            if (!tracer_words_encode(&part->words, words, n, kinds) && snapshot.contents) {
                tracer_words_contents(&part->words, words, n);
            }
        }
        block = end;
    }
}

static COLD void encode_objects(part_t *part) {
    tracer_kinds_t kinds;
    memset(&kinds, 0, sizeof(kinds));
    tracer_area_t area;
    for (size_t i = 0; snapshot.on && tracer.setup.heap->area(i, &area); i++) {
        encode_area(part, &area, &kinds);
    }
}

COLD bool tracer_snapshot_begin(void) {
    if (tracer.nest == 0 || !is_due()) {
        return false;
    }
    snapshot.on = true;
    snapshot.number++;
    snapshot.index = 0;
    snapshot.last_target = 0;
    part_t part;
    open_part(&part);
    uint32_t digest = tracer_digest();
    tracer_words_byte(&part.words, (uint8_t)(TRACER_SNAPSHOT_FORM
        | (snapshot.contents ? TRACER_SNAPSHOT_CONTENTS : 0) | (part.areas > 1 ? TRACER_SNAPSHOT_AREAS : 0)));
    for (uint32_t i = 0; i < 4; i++) {
        tracer_words_byte(&part.words, (uint8_t)(digest >> (8 * i)));
    }
    encode_objects(&part);
    close_part(&part, 0);
    return true;
}

COLD void tracer_snapshot_roots(uint32_t kind, const void *words, size_t n) {
    if (!snapshot.on) {
        return;
    }
    part_t part;
    open_part(&part);
    tracer_words_byte(&part.words, (uint8_t)kind);
    tracer_words_number(&part.words, n);
    tracer_words_encode(&part.words, words, n, NULL);
    close_part(&part, 0);
}

COLD void tracer_snapshot_end(void) {
    if (!snapshot.on) {
        return;
    }
    part_t part;
    open_part(&part);
    tracer_words_byte(&part.words, TRACER_ROOTS_END);
    close_part(&part, TRACER_SLICE_LAST);
    snapshot.on = false;
    uint32_t state;
    if (tracer_begin_record(&state)) {
        tracer_settle();
        tracer_port_interrupts_on(state);
    }
}
