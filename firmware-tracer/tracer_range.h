// This file is part of mpheap, MIT licence.
//
// The encoder's range coder; for its own files.
//
//   [low, low + range) narrows with every decision:
//
//   low                            low + range
//    |-------- bit is 0 --------|-- bit is 1 --|
//
// A decision of probability p narrows it to a p-th, which costs -log2(p) bits.
// Bytes of `low` that no later decision can change go out, except by a carry,
// which is added where it lies.

#ifndef MPHEAP_TRACER_RANGE_H
#define MPHEAP_TRACER_RANGE_H

#include "tracer_encode.h"
#include "tracer_hints.h"

// The highest bytes of `low` are settled. If the packet is full then, the
// record at hand is its last one.
void tracer_range_shift_out(tracer_encoder_t *self);
// The sum overflowed: one more in the bytes already written.
void tracer_range_carry(uint8_t *out);
// Decisions with adaptive probabilities (of a 1, in 256ths), which are a tree:
// node n is followed by 2n, or by 2n + 1 after a 1. `value` has its bits at the
// high end, and a 1 behind them, which says where it ends.
#define TRACER_RANGE_VALUE_END (1u << 31)
void tracer_range_walk(tracer_encoder_t *self, uint8_t *tree, uint32_t node, uint32_t value);

static inline uint32_t tracer_range_value(uint32_t value, uint32_t bits) {
    return (2 * value + 1) << (31 - bits);
}

// `value` of `bits` bits, highest first, from `tree[1]` on.
static inline void tracer_range_tree(tracer_encoder_t *self, uint8_t *tree, uint32_t value, uint32_t bits) {
    tracer_range_walk(self, tree, 1, tracer_range_value(value, bits));
}

// A number up to 2^30 - 1: its length in bits by the tree, then the bits below the highest.
void tracer_range_classed(tracer_encoder_t *self, uint8_t *tree, uint32_t value);
uint32_t tracer_range_bit_length(uint32_t value);

static inline void tracer_range_set(tracer_encoder_t *self, uint32_t range) {
    uint32_t top = range >> TRACER_RANGE_TOP_BIT;
    OPAQUE(top);
    self->range = range;
    if (!LIKELY(top != 0)) {
        tracer_range_shift_out(self);
    }
}

static inline void tracer_range_add_low(tracer_encoder_t *self, uint32_t more) {
    uint32_t low = self->low + more;
    self->low = low;
    if (low < more) {
        tracer_range_carry(self->out);
    }
}

#endif // MPHEAP_TRACER_RANGE_H
