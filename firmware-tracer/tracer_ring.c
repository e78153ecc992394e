// This file is part of mpheap, MIT licence.

#include "tracer_ring.h"

#include <string.h>

void tracer_ring_init(tracer_ring_t *self, tracer_slot_t *slots, size_t size, const tracer_line_t *line) {
    memset(self, 0, sizeof(*self));
    self->slots = slots;
    self->size = size;
    self->line = line;
}

static uint16_t next(const tracer_ring_t *self, uint16_t slot) {
    return slot + 1 == self->size ? 0 : slot + 1;
}

uint8_t *tracer_ring_open(tracer_ring_t *self) {
    if (self->used == self->size) {
        tracer_ring_pump(self);
        if (self->used == self->size) {
            return NULL;
        }
    }
    return self->slots[self->head].bytes;
}

void tracer_ring_close(tracer_ring_t *self, size_t length) {
    self->slots[self->head].length = length;
    self->head = next(self, self->head);
    self->used++;
    if (self->used > self->used_most) {
        self->used_most = self->used;
    }
    self->packets++;
    self->bytes += length;
    tracer_ring_pump(self);
}

void tracer_ring_pump(tracer_ring_t *self) {
    if (self->line->busy()) {
        return; // with a packet of this trace, or of one that was given up
    }
    if (self->sending) {
        self->sending = false;
        self->tail = next(self, self->tail);
        self->used--;
    }
    if (self->used != 0) {
        tracer_slot_t *slot = &self->slots[self->tail];
        self->sending = true;
        self->line->transmit(slot->bytes, slot->length);
    }
}
