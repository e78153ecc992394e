// This file is part of mpheap, MIT licence.
//
// Packets on their way to the wire: a ring of slots, one packet each.
//
//        tail            head
//     ...| on the wire | full | full | being filled | empty ...
//         <------- used ----------->
//
// The encoder fills the slot at `head`, the port sends the one at `tail`. A
// slot being filled is not counted as used. Not reentrant: called with the
// tracer locked.

#ifndef MPHEAP_TRACER_RING_H
#define MPHEAP_TRACER_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tracer_format.h"

typedef struct _tracer_slot_t {
    uint8_t bytes[TRACER_PACKET_MAX];
    uint32_t length;
} tracer_slot_t;

// How a port sends; both are called with the tracer locked.
typedef struct _tracer_line_t {
    // Begins to send; the bytes stay as they are until busy() is false.
    void (*transmit)(const uint8_t *data, size_t length);
    bool (*busy)(void);
} tracer_line_t;

typedef struct _tracer_ring_t {
    tracer_slot_t *slots;
    const tracer_line_t *line;
    uint16_t size;
    uint16_t head;
    uint16_t tail;
    uint16_t used;
    uint16_t used_most;
    bool sending;
    uint32_t packets;       // closed so far, and their bytes
    uint32_t bytes;
} tracer_ring_t;

void tracer_ring_init(tracer_ring_t *self, tracer_slot_t *slots, size_t size, const tracer_line_t *line);

// The slot to fill next, or NULL if all are used.
uint8_t *tracer_ring_open(tracer_ring_t *self);
// The slot given last is filled with `length` bytes.
void tracer_ring_close(tracer_ring_t *self, size_t length);
// Gives back what was sent, sends what is next. When the line fell idle, and
// while waiting for a slot.
void tracer_ring_pump(tracer_ring_t *self);

static inline size_t tracer_ring_free(const tracer_ring_t *self) {
    return self->size - self->used;
}

#endif // MPHEAP_TRACER_RING_H
