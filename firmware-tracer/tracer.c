// This file is part of mpheap, MIT licence.

#include "tracer.h"

#include <string.h>

#define COLD __attribute__((noinline, cold))
#define LIKELY(x) __builtin_expect(!!(x), 1)

#define FLUSH_AFTER_US (100000)
#define KEYFRAME_AFTER_US (1000000)
#define KEYFRAMES_PER_ABOUT (8)
// A packet has up to 4,095 events, and this is looked at between packets.
#define CHECKPOINT_AFTER_EVENTS (4000)

// Bytes a rare record's fields may need.
#define ROOM_NUMBER (10)
#define ROOM_DIGEST (4)
#define LABEL_MAX (64)
#define SITE_TEXT_MAX (48)

static struct {
    tracer_encoder_t encoder;
    tracer_ring_t ring;
    tracer_setup_t setup;
    tracer_sink_t sink;
    tracer_request_t *request;      // the innermost one
    volatile uint32_t depth;        // requests and others that hold the turn
    volatile uint32_t turn_core;
    bool on;
    bool losing;                    // records are dropped until a keyframe
    bool patient;                   // whatever comes now waits for the ring
    bool wanted;                    // a keyframe
    uint32_t keyframe_at;           // the time of the last one
    uint32_t checked_at;            // events before the last digest
    uint32_t owed_us;               // to be sent as STALL
    uint32_t stalled_us;
    uint32_t own_us;
    uint32_t keyframes;
} tracer;

uint32_t tracer_threshold = TRACER_NONE;
bool tracer_enabled = true;

static inline uint32_t now_us(void) {
    return *tracer.setup.clock;
}

// --- The turn -------------------------------------------------------------------

static inline void take_turn(void) {
    #if TRACER_CORES > 1
    uint32_t core = tracer_port_core();
    for (;;) {
        uint32_t state = tracer_port_lock();
        if (tracer.depth == 0 || tracer.turn_core == core) {
            tracer.turn_core = core;
            tracer.depth++;
            tracer_port_unlock(state);
            return;
        }
        tracer_port_unlock(state);
    }
    #else
    tracer.depth++;
    #endif
}

static COLD void packet_over(void);

static inline void give_turn(void) {
    if (!LIKELY(tracer.encoder.left != 0) && tracer.on) {
        packet_over();
    }
    tracer.depth--;
}

// --- Slots ----------------------------------------------------------------------

static uint8_t *sink_open(void *self) {
    (void)self;
    if (!tracer.patient && (tracer.losing || tracer_ring_free(&tracer.ring) == 0)) {
        uint8_t *slot = tracer.losing ? NULL : tracer_ring_open(&tracer.ring);
        tracer.losing = slot == NULL;
        return slot;
    }
    uint8_t *slot = tracer_ring_open(&tracer.ring);
    if (slot == NULL) {
        uint32_t begin = now_us();
        do {
            slot = tracer_ring_open(&tracer.ring);
        } while (slot == NULL);
        uint32_t waited = now_us() - begin;
        tracer.stalled_us += waited;
        tracer.owed_us += waited;
    }
    return slot;
}

static void sink_close(void *self, size_t length) {
    (void)self;
    tracer_ring_close(&tracer.ring, length);
}

static uint32_t sink_crc32(const uint8_t *data, size_t length) {
    return tracer.setup.crc32(0, data, length);
}

// Tells the host what to take out of the time line, from here on.
static COLD void settle(void) {
    uint32_t owed = tracer.owed_us;
    if (owed != 0 && tracer_encode_rare(&tracer.encoder, TRACER_RARE_STALL, ROOM_NUMBER)) {
        tracer_encode_number(&tracer.encoder, owed);
        tracer.owed_us -= owed;
    }
}

// The next record needs a packet. Waits for its slot, the lock open now and
// then, so that the record itself need not wait.
static COLD uint32_t next_slot(uint32_t state) {
    tracer_encode_flush(&tracer.encoder);
    if (!tracer.patient) {
        tracer_ring_pump(&tracer.ring);
        tracer.losing = tracer.losing || tracer_ring_free(&tracer.ring) == 0;
        } else if (tracer_ring_free(&tracer.ring) == 0) {
        uint32_t begin = now_us();
        do {
            tracer_port_unlock(state);
            state = tracer_port_lock();
            tracer_ring_pump(&tracer.ring);
        } while (tracer_ring_free(&tracer.ring) == 0 && tracer.encoder.left == 0);
        uint32_t waited = now_us() - begin;
        tracer.stalled_us += waited;
        tracer.owed_us += waited;
    }
    settle();
    return state;
}

// Around each record.
static inline uint32_t begin_record(void) {
    uint32_t state = tracer_port_lock();
    if (!LIKELY(tracer.encoder.left != 0)) {
        state = next_slot(state);
    }
    #if TRACER_CORES > 1
    uint32_t core = tracer_port_core();
    if (!LIKELY(core == tracer.encoder.core)) {
        tracer_encode_switch_core(&tracer.encoder, core);
    }
    #endif
    return state;
}

static COLD bool begin_rare(uint32_t *state, uint32_t rare, size_t bytes) {
    *state = tracer_port_lock();
    tracer_encode_make_room(&tracer.encoder, bytes);
    tracer_port_unlock(*state);
    *state = begin_record();
    return tracer_encode_rare(&tracer.encoder, rare, bytes);
}

// --- ABOUT, keyframes, checkpoints ------------------------------------------------

typedef struct _text_t {
    char bytes[TRACER_PACKET_DATA_MAX - TRACER_HEADER_BYTES - TRACER_SITE_BYTES - TRACER_CRC_BYTES];
    size_t length;
} text_t;

static COLD void put_text(text_t *self, const char *text, size_t length) {
    if (length <= sizeof(self->bytes) - self->length) {
        memcpy(self->bytes + self->length, text, length);
        self->length += length;
    }
}

static COLD void put_number(text_t *self, uintptr_t number, unsigned base) {
    char digits[1 + 20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    digits[--at] = ' ';
    put_text(self, digits + at, sizeof(digits) - at);
}

static COLD void put_table(text_t *self, const uint8_t *table, size_t bytes) {
    if (table == NULL) {
        put_text(self, " - -", 4);
    } else {
        put_number(self, (uintptr_t)table, 16);
        put_number(self, bytes, 10);
    }
}

static COLD void send_text(text_t *self) {
    if (self->length != 0) {
        tracer_encode_raw(&tracer.encoder, TRACER_TYPE_ABOUT, (const uint8_t *)self->bytes, self->length);
        self->length = 0;
    }
}

static COLD void send_about(void) {
    text_t text = { .length = 0 };
    for (const char *line = tracer.setup.heap->about; *line != 0;) {
        size_t length = 0;
        while (line[length++] != '\n') {
        }
        if (length > sizeof(text.bytes) - text.length) {
            send_text(&text);
        }
        put_text(&text, line, length);
        line += length;
    }
    tracer_area_t area;
    for (size_t i = 0; tracer.setup.heap->area(i, &area); i++) {
        send_text(&text);
        put_text(&text, "AREA", 4);
        put_number(&text, area.id, 10);
        put_number(&text, area.start, 16);
        put_number(&text, area.end, 16);
        put_table(&text, area.table, area.table_bytes);
        put_table(&text, area.finalisers, area.finaliser_bytes);
        put_table(&text, area.weakrefs, area.weakref_bytes);
        put_number(&text, area.pool, 16);
        put_number(&text, area.end, 16);
        put_text(&text, "\n", 1);
    }
    send_text(&text);
}

static COLD uint32_t digest(void) {
    uint32_t crc = 0;
    tracer_area_t area;
    for (size_t i = 0; tracer.setup.heap->area(i, &area); i++) {
        crc = tracer.setup.crc32(crc, area.table, area.table_bytes);
    }
    tracer.checked_at = tracer.encoder.events;
    return crc;
}

static COLD void encode_counters(void) {
    tracer_encoder_t *encoder = &tracer.encoder;
    const tracer_heap_t *heap = tracer.setup.heap;
    tracer_counters_t counters;
    tracer_area_t area;
    uint32_t areas = 0;
    while (heap->area(areas, &area)) {
        areas++;
    }
    heap->counters(&counters);
    tracer_encode_number(encoder, 6 + 3 * areas);
    tracer_encode_number(encoder, counters.amount);
    tracer_encode_number(encoder, counters.threshold + 1);
    tracer_encode_number(encoder, counters.lock);
    tracer_encode_number(encoder, counters.enabled);
    tracer_encode_number(encoder, counters.search_area);
    tracer_encode_number(encoder, areas);
    for (uint32_t i = 0; i < areas; i++) {
        heap->area(i, &area);
        tracer_encode_number(encoder, area.id);
        tracer_encode_number(encoder, area.last_free_byte);
        tracer_encode_number(encoder, area.last_used_block + 1);
    }
}

// Three areas and more in small heaps fit too: their numbers are small.
#define ROOM_COUNTERS (12 * ROOM_NUMBER)

// The time from `begin` on, without what was already found to be waiting.
static COLD void own_time(uint32_t begin, uint32_t stalled_before) {
    uint32_t own = now_us() - begin - (tracer.stalled_us - stalled_before);
    tracer.own_us += own;
    tracer.owed_us += own;
}

static COLD void keyframe(void) {
    tracer_encoder_t *encoder = &tracer.encoder;
    uint32_t begin = now_us();
    uint32_t stalled_before = tracer.stalled_us;
    bool patient = tracer.patient;
    tracer.patient = true;
    tracer.losing = false;
    tracer.wanted = false;
    if (tracer.keyframes % KEYFRAMES_PER_ABOUT == 0) {
        send_about();
    }
    tracer_encode_rare(encoder, TRACER_RARE_KEYFRAME, ROOM_COUNTERS);
    encode_counters();
    tracer_area_t area;
    for (size_t i = 0; tracer.setup.heap->area(i, &area); i++) {
        uint32_t blocks = area.table_bytes * 4;
        tracer_encode_table(encoder, area.table, blocks);
        if (area.finalisers != NULL) {
            tracer_encode_table_flags(encoder, TRACER_RARE_FINALISERS, area.table, area.finalisers, blocks);
        }
        if (area.weakrefs != NULL) {
            tracer_encode_table_flags(encoder, TRACER_RARE_WEAKREFS, area.table, area.weakrefs, blocks);
        }
    }
    tracer_encode_rare(encoder, TRACER_RARE_KEYFRAME_END, ROOM_DIGEST);
    tracer_encode_bits(encoder, digest(), 32);
    tracer.patient = patient;
    tracer.keyframes++;
    tracer.keyframe_at = now_us();
    own_time(begin, stalled_before);
    settle();
}

static COLD void checkpoint(void) {
    tracer_encoder_t *encoder = &tracer.encoder;
    uint32_t begin = now_us();
    uint32_t stalled_before = tracer.stalled_us;
    if (tracer_encode_rare(encoder, TRACER_RARE_CHECKPOINT, 2 * ROOM_DIGEST + 1 + ROOM_COUNTERS)) {
        tracer_encode_bits(encoder, digest(), 32);
        tracer_encode_bits(encoder, 0, 1);
        encode_counters();
    }
    own_time(begin, stalled_before);
    settle();
}

// What is due when the trace is in step with the heap; locked.
static COLD void look_after(void) {
    if (tracer.depth != 1 || tracer_port_in_interrupt()) {
        return; // something is going on
    }
    size_t available = tracer_ring_free(&tracer.ring);
    bool half_free = available * 2 >= tracer.ring.size;
    bool time_for_one = now_us() - tracer.keyframe_at >= KEYFRAME_AFTER_US;
    if ((half_free && (tracer.losing || time_for_one)) || (tracer.wanted && (half_free || tracer.patient))) {
        keyframe();
    } else if (!tracer.losing && available > 1 && tracer.encoder.events - tracer.checked_at >= CHECKPOINT_AFTER_EVENTS) {
        checkpoint();
    }
}

static COLD void packet_over(void) {
    uint32_t state = tracer_port_lock();
    tracer_encode_flush(&tracer.encoder);
    tracer_ring_pump(&tracer.ring);
    look_after();
    tracer_port_unlock(state);
}

// --- Starting and stopping ----------------------------------------------------

COLD void tracer_start(const tracer_setup_t *setup) {
    if (tracer.on) {
        tracer_stop();
    }
    take_turn();
    uint32_t state = tracer_port_lock();
    uint8_t sequence = tracer.encoder.sequence;
    uint32_t depth = tracer.depth;
    uint32_t core = tracer.turn_core;
    memset(&tracer, 0, sizeof(tracer));
    tracer.depth = depth;
    tracer.turn_core = core;
    tracer.setup = *setup;
    tracer.sink = (tracer_sink_t) { sink_open, sink_close, sink_crc32, NULL, setup->clock };
    tracer_ring_init(&tracer.ring, setup->slots, setup->n_slots, setup->line);
    tracer_encode_init(&tracer.encoder, &tracer.sink, setup->flags);
    tracer.encoder.sequence = sequence;
    tracer.encoder.time_low = now_us();
    tracer.encoder.time_high = setup->clock_high;
    tracer.patient = setup->policy == TRACER_STALL;
    tracer_counters_t counters;
    setup->heap->counters(&counters);
    tracer_threshold = counters.threshold;
    tracer_enabled = counters.enabled;
    keyframe();
    tracer.on = true;
    tracer_port_unlock(state);
    tracer.depth--;
}

COLD void tracer_stop(void) {
    if (!tracer.on) {
        return;
    }
    take_turn();
    uint32_t state = tracer_port_lock();
    tracer.patient = true;
    if (tracer.losing) {
        keyframe();
    }
    checkpoint();
    tracer_encode_rare(&tracer.encoder, TRACER_RARE_FINISH, 0);
    tracer_encode_flush(&tracer.encoder);
    tracer.on = false;
    while (tracer.ring.used != 0) {
        tracer_port_unlock(state);
        state = tracer_port_lock();
        tracer_ring_pump(&tracer.ring);
    }
    tracer_port_unlock(state);
    tracer.depth--;
}

COLD void tracer_poll(void) {
    take_turn();
    if (tracer.on) {
        uint32_t state = tracer_port_lock();
        if (tracer.encoder.packet != NULL && now_us() - tracer.encoder.time_low >= FLUSH_AFTER_US) {
            tracer_encode_flush(&tracer.encoder);
        }
        tracer_ring_pump(&tracer.ring);
        look_after();
        tracer_port_unlock(state);
    }
    tracer.depth--;
}

COLD void tracer_sent(void) {
    uint32_t state = tracer_port_lock();
    if (tracer.ring.sending) {
        tracer_ring_pump(&tracer.ring);
    }
    tracer_port_unlock(state);
}

COLD void tracer_want_keyframe(void) {
    tracer.wanted = true;
}

COLD uint32_t tracer_keyframes(void) {
    return tracer.keyframes;
}

COLD void tracer_stats(tracer_stats_t *stats) {
    uint32_t state = tracer_port_lock();
    const tracer_encoder_t *encoder = &tracer.encoder;
    stats->events = tracer_encode_events(encoder);
    stats->dropped = encoder->dropped;
    stats->packets = tracer.ring.packets;
    stats->bytes = tracer.ring.bytes;
    stats->stalled_us = tracer.stalled_us;
    stats->own_us = tracer.own_us;
    stats->keyframes = tracer.keyframes;
    stats->slots_most = tracer.ring.used_most;
    tracer_port_unlock(state);
}

// --- Requests -------------------------------------------------------------------

static inline void push(tracer_request_t *self) {
    self->begun = false;
    self->outer = tracer.request;
    tracer.request = self;
}

void tracer_alloc_begin(tracer_request_t *self, tracer_size_t n_bytes, bool finaliser) {
    take_turn();
    self->n_bytes = n_bytes;
    self->op = TRACER_OP_ALLOC;
    self->flag = finaliser;
    push(self);
}

void tracer_realloc_begin(tracer_request_t *self, uint32_t block, tracer_size_t n_bytes, bool may_move) {
    take_turn();
    self->n_bytes = n_bytes;
    self->block = block;
    self->op = TRACER_OP_REALLOC;
    self->flag = may_move;
    push(self);
}

void tracer_request_end(tracer_request_t *self, uint32_t result) {
    tracer.request = self->outer;
    if (!LIKELY(tracer.on)) {
        tracer.depth--;
        return;
    }
    uint32_t state = begin_record();
    tracer_encoder_t *encoder = &tracer.encoder;
    if (!LIKELY(!self->begun)) {
        tracer_encode_end(encoder, result);
    } else if (LIKELY(self->op == TRACER_OP_ALLOC)) {
        tracer_encode_alloc(encoder, self->n_bytes, self->flag, result);
    } else {
        tracer_encode_realloc(encoder, self->block, self->n_bytes, self->flag, result);
    }
    tracer_port_unlock(state);
    give_turn();
}

void tracer_free_begin(uint32_t block) {
    take_turn();
    if (LIKELY(tracer.on)) {
        uint32_t state = begin_record();
        tracer_encode_free(&tracer.encoder, block);
        tracer_port_unlock(state);
    }
}

void tracer_free_end(void) {
    give_turn();
}

// Something happens inside the request, so it is opened; outer ones first.
static COLD void open_request(tracer_request_t *self) {
    if (self == NULL || self->begun) {
        return;
    }
    open_request(self->outer);
    self->begun = true;
    uint32_t state;
    if (self->op == TRACER_OP_ALLOC) {
        if (begin_rare(&state, TRACER_RARE_ALLOC_BEGIN, ROOM_NUMBER + 1)) {
            tracer_encode_number(&tracer.encoder, self->n_bytes);
            tracer_encode_bits(&tracer.encoder, self->flag, 1);
        }
    } else if (begin_rare(&state, TRACER_RARE_REALLOC_BEGIN, 2 * ROOM_NUMBER + 1)) {
        tracer_encode_block(&tracer.encoder, self->block);
        tracer_encode_number(&tracer.encoder, self->n_bytes);
        tracer_encode_bits(&tracer.encoder, self->flag, 1);
    }
    tracer_port_unlock(state);
}

// --- Collects -------------------------------------------------------------------

static uint32_t cause_of(const tracer_counters_t *counters) {
    return tracer.request == NULL ? 2 : counters->amount >= counters->threshold ? 0 : 1;
}

COLD void tracer_collect_begin(void) {
    take_turn();
    if (!tracer.on) {
        return;
    }
    open_request(tracer.request);
    tracer_counters_t counters;
    tracer.setup.heap->counters(&counters);
    uint32_t state;
    if (begin_rare(&state, TRACER_RARE_COLLECT, ROOM_NUMBER + 1)) {
        tracer_encode_bits(&tracer.encoder, cause_of(&counters), 2);
        tracer_encode_number(&tracer.encoder, counters.amount);
    }
    tracer_port_unlock(state);
}

static COLD void begin_plain(uint32_t *state, uint32_t rare) {
    begin_rare(state, rare, 0);
}

COLD void tracer_collect_marked(bool overflowed) {
    if (!tracer.on) {
        return;
    }
    uint32_t state;
    begin_plain(&state, TRACER_RARE_MARKED);
    uint32_t begin = now_us();
    uint32_t stalled_before = tracer.stalled_us;
    tracer_area_t area;
    for (size_t i = 0; !overflowed && tracer.setup.heap->area(i, &area); i++) {
        tracer_encode_survivors(&tracer.encoder, area.table, area.table_bytes * 4);
    }
    own_time(begin, stalled_before);
    settle();
    tracer_port_unlock(state);
}

// The digest's record, without the time that making it took.
static COLD void finish_sweep(uint32_t rare, bool overflowed) {
    uint32_t begin = now_us();
    uint32_t stalled_before = tracer.stalled_us;
    uint32_t state = begin_record();
    if (overflowed) {
        tracer_encode_rare(&tracer.encoder, TRACER_RARE_MARK_OVERFLOW, 0);
        tracer_area_t area;
        for (size_t i = 0; tracer.setup.heap->area(i, &area); i++) {
            tracer_encode_blocks(&tracer.encoder, area.table, area.table_bytes * 4);
        }
    }
    uint32_t crc = digest();
    own_time(begin, stalled_before);
    settle();
    if (tracer_encode_rare(&tracer.encoder, rare, ROOM_DIGEST)) {
        tracer_encode_bits(&tracer.encoder, crc, 32);
    }
    tracer_port_unlock(state);
}

COLD void tracer_collect_end(bool overflowed) {
    if (tracer.on) {
        finish_sweep(TRACER_RARE_COLLECT_END, overflowed);
    }
    give_turn();
}

COLD void tracer_sweep_all_begin(void) {
    take_turn();
    if (tracer.on) {
        uint32_t state;
        begin_plain(&state, TRACER_RARE_SWEEP_ALL);
        tracer_port_unlock(state);
    }
}

COLD void tracer_sweep_all_end(void) {
    if (tracer.on) {
        finish_sweep(TRACER_RARE_SWEEP_ALL_END, false);
    }
    give_turn();
}

// --- Everything else ------------------------------------------------------------

static void op(uint32_t op, uint32_t number) {
    take_turn();
    if (tracer.on) {
        uint32_t state = begin_record();
        tracer_encode_op(&tracer.encoder, op, number);
        tracer_port_unlock(state);
    }
    give_turn();
}

void tracer_lock(uint32_t field) {
    op(TRACER_OP_LOCK, field);
}

void tracer_unlock(uint32_t field) {
    op(TRACER_OP_UNLOCK, field);
}

void tracer_tick(void) {
    op(TRACER_OP_TICK, 0);
}

void tracer_site(uint32_t site) {
    if (site != tracer.encoder.site && tracer.on) {
        uint32_t state = begin_record();
        tracer_encode_switch_site(&tracer.encoder, site);
        tracer_port_unlock(state);
    }
}

COLD void tracer_label(const char *text, size_t length) {
    take_turn();
    uint32_t state;
    length = length < LABEL_MAX ? length : LABEL_MAX;
    if (tracer.on) {
        if (begin_rare(&state, TRACER_RARE_LABEL, length + ROOM_NUMBER)) {
            tracer_encode_text(&tracer.encoder, text, length);
        }
        tracer_port_unlock(state);
    }
    give_turn();
}

COLD void tracer_numbers(uint32_t rare, const uint32_t *numbers, size_t count) {
    take_turn();
    if (rare == TRACER_RARE_INIT) {
        tracer_threshold = TRACER_NONE;
        tracer_enabled = true;
    }
    if (tracer.on) {
        uint32_t state;
        if (begin_rare(&state, rare, count * ROOM_NUMBER)) {
            for (size_t i = 0; i < count; i++) {
                tracer_encode_number(&tracer.encoder, numbers[i]);
            }
        }
        tracer_port_unlock(state);
    }
    give_turn();
}

COLD void tracer_settings_changed(uint32_t threshold, bool enabled) {
    take_turn();
    if (threshold != tracer_threshold) {
        uint32_t blocks = threshold + 1;
        tracer_threshold = threshold;
        tracer_numbers(TRACER_RARE_THRESHOLD, &blocks, 1);
    }
    if (enabled != tracer_enabled) {
        tracer_enabled = enabled;
        tracer_numbers(enabled ? TRACER_RARE_ENABLE : TRACER_RARE_DISABLE, NULL, 0);
    }
    give_turn();
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
    take_turn();
    if (tracer.on) {
        uint32_t state;
        if (begin_rare(&state, TRACER_RARE_SITE, 3 * (SITE_TEXT_MAX + 1) + 10)) {
            tracer_encode_number(&tracer.encoder, site);
            tracer_encode_number(&tracer.encoder, line);
            encode_end_of_text(file);
            encode_end_of_text(function);
            encode_end_of_text(runtime);
        }
        tracer_port_unlock(state);
    }
    give_turn();
}
