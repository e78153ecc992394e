// This file is part of mpheap, MIT licence.

#include "tracer_core.h"

#include <string.h>

#define KEYFRAMES_PER_ABOUT (8)
#define AREA_LINE_MAX (4 + 10 + 1 + 16 + 1 + 16 + 1)
// Three areas and more in small heaps fit too: their numbers are small.
#define ROOM_COUNTERS (12 * ROOM_NUMBER)

// --- ABOUT ------------------------------------------------------------------------

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

static COLD void put_digits(text_t *self, uintptr_t number, unsigned base) {
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    put_text(self, digits + at, sizeof(digits) - at);
}

static COLD void put_number(text_t *self, uintptr_t number, unsigned base) {
    put_text(self, " ", 1);
    put_digits(self, number, base);
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
        tracer_encode_raw(&tracer_encoder, TRACER_TYPE_ABOUT, (const uint8_t *)self->bytes, self->length);
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
    if (tracer.setup.heap->area(0, &area)) {
        send_text(&text);
        put_text(&text, "AREA", 4);
        put_number(&text, area.id, 10);
        put_number(&text, area.start, 16);
        put_number(&text, area.end, 16);
        put_table(&text, area.table, area.table_bytes);
        put_table(&text, area.finalisers, area.finaliser_bytes);
        put_table(&text, area.weakrefs, area.weakref_bytes);
        put_number(&text, area.pool, 16);
        put_number(&text, area.pool_end, 16);
        put_text(&text, "\n", 1);
    }
    for (size_t i = 1; tracer.setup.heap->area(i, &area); i++) {
        if (sizeof(text.bytes) - text.length < AREA_LINE_MAX) {
            send_text(&text);
        }
        put_text(&text, "area", 4);
        put_digits(&text, area.id, 10);
        put_number(&text, area.start, 16);
        put_number(&text, area.end, 16);
        put_text(&text, "\n", 1);
    }
    send_text(&text);
}

static COLD bool has_several_areas(void) {
    tracer_area_t second;
    return tracer.setup.heap->area(1, &second);
}

// --- Keyframes, checkpoints ---------------------------------------------------------

COLD uint32_t tracer_digest(void) {
    uint32_t crc = 0;
    tracer_area_t area;
    for (size_t i = 0; tracer.setup.heap->area(i, &area); i++) {
        crc = tracer.setup.crc32(crc, area.table, area.table_bytes);
    }
    tracer.checked_at = tracer_encoder.events;
    return crc;
}

static COLD void encode_counters(void) {
    tracer_encoder_t *encoder = &tracer_encoder;
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

// Which areas there are, where there are several: as if they came now.
static COLD void encode_areas(void) {
    tracer_area_t area;
    bool several = has_several_areas();
    for (size_t i = 0; several && tracer.setup.heap->area(i, &area); i++) {
        tracer_encode_rare(&tracer_encoder, i == 0 ? TRACER_RARE_INIT : TRACER_RARE_AREA_ADDED, 3 * ROOM_NUMBER);
        tracer_encode_number(&tracer_encoder, area.id);
        tracer_encode_number(&tracer_encoder, area.start);
        tracer_encode_number(&tracer_encoder, area.end);
    }
}

COLD void tracer_keyframe(void) {
    tracer_encoder_t *encoder = &tracer_encoder;
    uint32_t begin = tracer_now_us();
    uint32_t stalled_before = tracer.stalled_us;
    bool patient = tracer.patient;
    tracer.patient = true;
    tracer.losing = false;
    tracer.wanted = false;
    // Only ABOUT says where the others are.
    if (tracer.keyframes % KEYFRAMES_PER_ABOUT == 0 || has_several_areas()) {
        send_about();
    }
    if (tracer.keyframes == 0) {
        encode_areas();
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
    tracer_encode_bits(encoder, tracer_digest(), 32);
    tracer.patient = patient;
    tracer.keyframes++;
    tracer.keyframe_at = tracer_now_us();
    tracer_own_time(begin, stalled_before);
    tracer_settle();
}

COLD void tracer_checkpoint(void) {
    tracer_encoder_t *encoder = &tracer_encoder;
    uint32_t begin = tracer_now_us();
    uint32_t stalled_before = tracer.stalled_us;
    if (tracer_encode_rare(encoder, TRACER_RARE_CHECKPOINT, 2 * ROOM_DIGEST + 1 + ROOM_COUNTERS)) {
        tracer_encode_bits(encoder, tracer_digest(), 32);
        tracer_encode_bits(encoder, 0, 1);
        encode_counters();
    }
    tracer_own_time(begin, stalled_before);
    tracer_settle();
}

