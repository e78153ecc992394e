// This file is part of mpheap, MIT licence.

#include "tracer_range.h"

#include "tracer_packet.h"

COLD void tracer_range_carry(uint8_t *out) {
    while (++*--out == 0) {
    }
}

WARM void tracer_range_shift_out(tracer_encoder_t *self) {
    uint32_t range = self->range;
    uint32_t low = self->low;
    uint8_t *out = self->out;
    do {
        *out++ = low >> 24;
        low <<= 8;
        range <<= 8;
    } while (range < TRACER_RANGE_TOP);
    self->range = range;
    self->low = low;
    self->out = out;
    tracer_packet_end_if_full(self);
}

// p + (256 - p) / 2^RATE, rounded down, in four instructions.
static inline uint32_t more(uint32_t p) {
    uint32_t part = (p + (1u << TRACER_BIT_RATE) - 1) >> TRACER_BIT_RATE;
    return p - part + (256u >> TRACER_BIT_RATE);
}

// All that changes is in registers.
WARM void tracer_range_walk(tracer_encoder_t *self, uint8_t *tree, uint32_t node, uint32_t value) {
    uint32_t range = self->range;
    uint32_t low = self->low;
    uint32_t end = TRACER_RANGE_VALUE_END;
    OPAQUE(end);
    do {
        uint32_t p = tree[node];
        uint32_t bound = (range >> 8) * p;
        if ((int32_t)value < 0) {
            tree[node] = more(p);
            range = bound;
            node += node + 1;
        } else {
            tree[node] = p - (p >> TRACER_BIT_RATE);
            range -= bound;
            low += bound;
            node += node;
            if (!LIKELY(low >= bound)) {
                tracer_range_carry(self->out);
            }
        }
        value <<= 1;
        uint32_t top = range >> TRACER_RANGE_TOP_BIT;
        OPAQUE(top);
        if (!LIKELY(top != 0)) {
            self->low = low;
            self->range = range;
            tracer_range_shift_out(self);
            low = self->low;
            range = self->range;
        }
    } while (value != end);
    self->low = low;
    self->range = range;
}

WARM void tracer_encode_bits(tracer_encoder_t *self, uint32_t value, uint32_t bits) {
    while (bits != 0) {
        uint32_t n = bits > 16 ? 16 : bits;
        bits -= n;
        uint32_t part = (value >> bits) & ((1u << n) - 1);
        uint32_t range = self->range >> n;
        tracer_range_add_low(self, range * part);
        tracer_range_set(self, range);
    }
}

WARM uint32_t tracer_range_bit_length(uint32_t value) {
    uint32_t length = 0;
    while (value != 0) {
        value >>= 1;
        length++;
    }
    return length;
}

COLD void tracer_range_classed(tracer_encoder_t *self, uint8_t *tree, uint32_t value) {
    uint32_t length = tracer_range_bit_length(value);
    tracer_range_tree(self, tree, length, 5);
    if (length > 1) {
        tracer_encode_bits(self, value, length - 1);
    }
}
