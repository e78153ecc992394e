// This file is part of mpheap, MIT licence.

#include "tracer_packet.h"

#include <string.h>

#include "tracer_range.h"

// --- Begin ------------------------------------------------------------------------

static COLD void put_little(uint8_t *to, uint32_t value, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        to[i] = value;
        value >>= 8;
    }
}

static COLD bool open_packet(tracer_encoder_t *self, uint32_t type, uint32_t now) {
    uint8_t *packet = self->sink->open(self->sink->self);
    self->packet = packet;
    if (packet == NULL) {
        return false;
    }
    if (now < self->time_low) {
        self->time_high++;
    }
    self->time_low = now;
    uint8_t *data = packet + 2;
    data[TRACER_AT_TYPE] = TRACER_FORMAT_VERSION << 4 | type;
    data[TRACER_AT_FLAGS] = self->flags | self->core * TRACER_FLAG_CORE | self->lost * TRACER_FLAG_LOST;
    self->lost = false;
    data[TRACER_AT_SEQUENCE] = self->sequence++;
    put_little(data + TRACER_AT_EVENTS, self->events, 4);
    put_little(data + TRACER_AT_RECORDS, 0, 2);
    put_little(data + TRACER_AT_TIME, now, 4);
    put_little(data + TRACER_AT_TIME + 4, self->time_high, 2);
    self->out = data + TRACER_HEADER_BYTES;
    if (type == TRACER_TYPE_EVENTS && (self->flags & TRACER_FLAG_SITES)) {
        put_little(self->out, self->site, TRACER_SITE_BYTES);
        self->out += TRACER_SITE_BYTES;
    }
    return true;
}

// Forgets everything learnt.
static COLD bool open_events(tracer_encoder_t *self, uint32_t now) {
    if (!open_packet(self, TRACER_TYPE_EVENTS, now)) {
        return false;
    }
    self->range = 0xffffffffu;
    self->low = 0;
    self->now = self->time_low >> self->time_shift << self->time_shift;
    self->context = 0;
    self->last_result = 0;
    self->left = TRACER_RECORDS_MAX - self->held_back;
    self->left_over = 0;
    self->uncounted = 0;
    self->times_out = self->packet + 2 + TRACER_PACKET_DATA_MAX - TRACER_CRC_BYTES;
    self->out_full = self->times_out - tracer_packet_room_of_event(self);
    self->units = 1;
    self->last_index = TRACER_DICTIONARY_SIZE; // none
    memset(self->recent, 0, sizeof(self->recent));
    // A place without a result must not look like one. 0 would: for block 0 in
    // a packet's last records, and for the last block of all (2^20 - 1; with
    // `held_back`, 2^18 - 1) in its first. Theirs get a block that never comes there.
    self->recent[0] = (TRACER_RECENT_SIZE / 2) << 12;
    self->recent[TRACER_RECENT_SIZE - 1] = (TRACER_RECENT_SIZE / 2) << 12;
    memset(self->after, DOUBT_NO_GUESS * DOUBT_ONE, sizeof(self->after));
    memset(self->dictionary, 0, offsetof(tracer_encoder_t, index_bits) - offsetof(tracer_encoder_t, dictionary));
    memset(self->index_bits, TRACER_BIT_HALF, offsetof(tracer_encoder_t, low_bits) + sizeof(self->low_bits) - offsetof(tracer_encoder_t, index_bits));
    return true;
}

// --- End --------------------------------------------------------------------------

// COBS in place: each zero becomes the distance to the next one.
static COLD size_t frame(uint8_t *packet, size_t length) {
    uint8_t *code = packet + 1;
    uint8_t *end = packet + 2 + length;
    packet[0] = 0;
    for (uint8_t *at = packet + 2; at < end; at++) {
        if (*at == 0) {
            *code = at - code;
            code = at;
        }
    }
    *code = end - code;
    *end = 0;
    return length + 3;
}

static COLD void close_packet(tracer_encoder_t *self) {
    uint8_t *data = self->packet + 2;
    size_t length = self->out - data;
    uint32_t crc = self->sink->crc32(data, length);
    put_little(data + length, crc, TRACER_CRC_BYTES);
    length = frame(self->packet, length + TRACER_CRC_BYTES);
    self->packet = NULL;
    self->sink->close(self->sink->self, length);
}

static inline uint32_t records_of(const tracer_encoder_t *self) {
    return TRACER_RECORDS_MAX - tracer_packet_left(self) - self->left_over;
}

COLD uint32_t tracer_encode_events(const tracer_encoder_t *self) {
    return self->packet == NULL ? self->events : self->events + records_of(self) - self->uncounted;
}

// One byte names a number inside the range, which is 2^24 at least. The decoder
// reads zeros past the end.
static COLD void end_body(tracer_encoder_t *self) {
    tracer_range_add_low(self, TRACER_RANGE_TOP - 1);
    *self->out++ = self->low >> 24;
    while (self->out[-1] == 0) {
        self->out--;
    }
}

// Two bytes do so whatever follows: the times, of which the last units come first.
static COLD void end_body_with_times(tracer_encoder_t *self) {
    tracer_range_add_low(self, 0xffff);
    *self->out++ = self->low >> 24;
    *self->out++ = self->low >> 16;
    const uint8_t *end = self->packet + 2 + TRACER_PACKET_DATA_MAX - TRACER_CRC_BYTES;
    uint32_t padding = 0;
    for (; self->units != 1; padding += self->time_bits) {
        tracer_packet_put_unit(self, 0, self->time_bits);
    }
    self->times_out += padding / 8; // so many bytes say nothing
    while (self->times_out < end) {
        *self->out++ = *self->times_out++;
    }
}

COLD void tracer_encode_flush(tracer_encoder_t *self) {
    if (self->packet == NULL) {
        return;
    }
    uint32_t records = records_of(self);
    self->left = 0 - self->held_back;
    self->events += records - self->uncounted;
    put_little(self->packet + 2 + TRACER_AT_RECORDS, records, 2);
    if (self->time_escape == 0) {
        end_body(self);
    } else {
        end_body_with_times(self);
    }
    close_packet(self);
}

COLD bool tracer_encode_raw(tracer_encoder_t *self, uint32_t type, const uint8_t *body, size_t length) {
    tracer_encode_flush(self);
    if (!open_packet(self, type, *self->clock)) {
        return false;
    }
    memcpy(self->out, body, length);
    self->out += length;
    close_packet(self);
    return true;
}

COLD bool tracer_packet_next(tracer_encoder_t *self, uint32_t when) {
    tracer_encode_flush(self);
    if (!open_events(self, when)) {
        self->lost = true;
        return false;
    }
    return true;
}

WARM void tracer_packet_units_out(tracer_encoder_t *self) {
    uint32_t units = self->units;
    uint8_t *to = self->times_out - UNITS_BITS / 8;
    self->times_out = to;
    to[0] = units;
    to[1] = units >> 8;
    to[2] = units >> 16;
    self->units = 1;
    self->out_full -= UNITS_BITS / 8;
    tracer_packet_end_if_full(self);
}

// --- CRC-32 -----------------------------------------------------------------------

COLD uint32_t tracer_crc32(const uint8_t *data, size_t length) {
    return tracer_crc32_more(0, data, length);
}

COLD uint32_t tracer_crc32_more(uint32_t crc, const uint8_t *data, size_t length) {
    static const uint32_t nibble[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    crc = ~crc;
    while (length-- != 0) {
        crc ^= *data++;
        crc = crc >> 4 ^ nibble[crc % 16];
        crc = crc >> 4 ^ nibble[crc % 16];
    }
    return ~crc;
}
