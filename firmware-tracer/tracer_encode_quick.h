// This file is part of mpheap, MIT licence.
//
// The encoder's hot path, for those who want it inline: an event that is as
// guessed. Not part of its interface; see tracer_encode.h.

#ifndef MPHEAP_TRACER_ENCODE_QUICK_H
#define MPHEAP_TRACER_ENCODE_QUICK_H

#include "tracer_encode.h"

#define LIKELY(x) __builtin_expect(!!(x), 1)
// Keeps the compiler from turning cheap instructions into clever ones: a
// multiplication into a row of shifts, a shift into a constant to compare with.
#define OPAQUE(x) __asm__ ("" : "+r" (x))

// Every case of an event. False: there is no packet, it is dropped and counted.
bool tracer_encode_slowly(tracer_encoder_t *self, uint32_t symbol, uint32_t result, uint32_t block);
void tracer_encode_shift_out(tracer_encoder_t *self);
// Three bytes of times are complete.
void tracer_encode_times_out(tracer_encoder_t *self);
// A time that is no single unit.
void tracer_encode_long_time(tracer_encoder_t *self, uint32_t value);

// How far trust in a guess is from full, above the index guessed.
#define DOUBT_ONE (1u << TRACER_DICTIONARY_BITS)
#define DOUBT_FULL (3u << TRACER_DICTIONARY_BITS)

static inline bool is_near(uint32_t block) {
    uint32_t high = block >> TRACER_BLOCK_NEAR_BITS;
    OPAQUE(high);
    return high == 0;
}

// No record may come, for there is no packet or it is full.
static inline bool is_full(const tracer_encoder_t *self) {
    return self->left + self->held_back == 0;
}

// `left`, counting down, is the record's number.
static inline void remember(tracer_encoder_t *self, uint32_t block, uint32_t left) {
    uint32_t at = block << (32 - TRACER_RECENT_BITS);
    OPAQUE(at);
    at >>= 32 - TRACER_RECENT_BITS - 2;
    *(uint32_t *)(void *)((uint8_t *)self->recent + at) = (block << 12) + left;
}

// How to name a block: null, the result of a recent record, or far.
static inline uint32_t age_of(tracer_encoder_t *self, uint32_t block) {
    if (block == TRACER_BLOCK_NULL) {
        return TRACER_AGE_NULL;
    }
    uint32_t recent = self->recent[block % TRACER_RECENT_SIZE];
    uint32_t age = recent - (block << 12) - self->left + 1;
    return age <= TRACER_AGE_MAX && is_near(block) ? age : TRACER_AGE_FAR;
}

// Units gather behind a 1, and go out three bytes at a time.
#define UNITS_BITS (24)

static inline void put_unit(tracer_encoder_t *self, uint32_t value, uint32_t bits) {
    uint32_t units = (self->units << bits) + value;
    self->units = units;
    units >>= UNITS_BITS;
    OPAQUE(units);
    if (!LIKELY(units == 0)) {
        tracer_encode_times_out(self);
    }
}

// The time is that since the last record, as the difference to what it was the
// last time before this symbol (which tells a repeated one from one behind
// another); zigzag.
static inline void encode_time(tracer_encoder_t *self, uint32_t index, uint32_t escape) {
    uint32_t shift = self->time_shift;
    uint32_t now = *self->clock;
    uint32_t passed = (now - self->now) >> shift; // the clock may have turned
    self->now = now >> shift << shift;
    uint32_t place = index;
    if (self->last_index == index) {
        place ^= TRACER_TIME_REPEATED;
    }
    self->last_index = (uint8_t)index;
    uint16_t *time = &self->times[place];
    uint32_t off = passed - *time;
    *time = (uint16_t)passed;
    uint32_t value = off << 1 ^ (uint32_t)((int32_t)off >> 31);
    if (LIKELY(value < escape)) {
        put_unit(self, value, self->time_bits);
    } else {
        tracer_encode_long_time(self, value);
    }
}

// The hot path: the symbol is as guessed, in full trust, there is room, and no
// result follows.
// False: nothing has changed, and tracer_encode_slowly is to be called.
static inline bool encode_quickly(tracer_encoder_t *self, uint32_t symbol, uint32_t result, bool has_result) {
    uint32_t context = self->context;
    uint32_t index = self->after[context % TRACER_CONTEXTS];
    if (!LIKELY(index < TRACER_DICTIONARY_SIZE)) {
        return false;
    }
    uint32_t guess = self->dictionary[index];
    context = context << TRACER_CONTEXT_SHIFT ^ index;
    if (!LIKELY(guess == symbol)) {
        return false;
    }
    uint32_t left = self->left - 1;
    if (!LIKELY((int32_t)left >= 0)) {
        return false;
    }
    self->left = left;
    self->context = context;
    if (has_result) {
        remember(self, result, left);
    }
    uint32_t range = self->range;
    range -= range >> TRACER_MISS_SHIFT(3);
    self->range = range;
    range >>= TRACER_RANGE_TOP_BIT;
    OPAQUE(range);
    if (!LIKELY(range != 0)) {
        tracer_encode_shift_out(self);
    }
    uint32_t escape = self->time_escape;
    if (escape != 0) {
        encode_time(self, index, escape);
    }
    return true;
}

#endif // MPHEAP_TRACER_ENCODE_QUICK_H
