// This file is part of mpheap, MIT licence.
//
// The encoder's packets; for its own files and who provides their slots.
//
//   packet                                             TRACER_PACKET_DATA_MAX
//     | 0 | COBS | header | symbols ──►    ◄── times | CRC | 0 |
//                                   out    times_out

#ifndef MPHEAP_TRACER_PACKET_H
#define MPHEAP_TRACER_PACKET_H

#include "tracer_encode.h"
#include "tracer_hints.h"

// Bytes an event may need at most, and what is held back of times, and their end.
#define ROOM_EVENT (44)
#define ROOM_TIME (12)

// What has been learnt at the begin of a packet. How far trust in a guess is from
// full, above the index guessed:
#define DOUBT_ONE (1u << TRACER_DICTIONARY_BITS)
#define DOUBT_NO_GUESS (3u)

// Records this packet may still take.
static inline uint32_t tracer_packet_left(const tracer_encoder_t *self) {
    return self->left + self->held_back;
}

// No record may come, for there is no packet or it is full.
static inline bool tracer_packet_is_full(const tracer_encoder_t *self) {
    return tracer_packet_left(self) == 0;
}

static inline uint32_t tracer_packet_room_of_event(const tracer_encoder_t *self) {
    return self->time_escape == 0 ? ROOM_EVENT : ROOM_EVENT + ROOM_TIME;
}

static inline size_t tracer_packet_room(const tracer_encoder_t *self) {
    return self->times_out - self->out;
}

// Is this record to be the packet's last one?
static inline void tracer_packet_end_if_full(tracer_encoder_t *self) {
    if (self->out >= self->out_full) {
        self->left_over += tracer_packet_left(self);
        self->left = 0 - self->held_back;
    }
}

// Sends what there is and opens the next packet, which begins at the time
// `when`. False: there is none, what comes is dropped.
bool tracer_packet_next(tracer_encoder_t *self, uint32_t when);

// Units of times gather behind a 1, and go out three bytes at a time.
#define UNITS_BITS (24)
void tracer_packet_units_out(tracer_encoder_t *self);

static inline void tracer_packet_put_unit(tracer_encoder_t *self, uint32_t value, uint32_t bits) {
    uint32_t units = (self->units << bits) + value;
    self->units = units;
    units >>= UNITS_BITS;
    OPAQUE(units);
    if (!LIKELY(units == 0)) {
        tracer_packet_units_out(self);
    }
}

#endif // MPHEAP_TRACER_PACKET_H
