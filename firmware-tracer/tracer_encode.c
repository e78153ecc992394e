// This file is part of mpheap, MIT licence.

#include "tracer_encode.h"

#include <string.h>

#include "tracer_packet.h"
#include "tracer_range.h"

// --- Blocks -------------------------------------------------------------------

static inline bool is_near(uint32_t block) {
    uint32_t high = block >> TRACER_BLOCK_NEAR_BITS;
    OPAQUE(high);
    return high == 0;
}

// `left`, counting down, is the record's number.
static inline void remember(tracer_encoder_t *self, uint32_t block, uint32_t left) {
    uint32_t at = block << (32 - TRACER_RECENT_BITS);
    OPAQUE(at);
    at >>= 32 - TRACER_RECENT_BITS - 2;
    *(uint32_t *)(void *)((uint8_t *)self->recent + at) = (block << 12) + left;
}

// How to name a block: null, the result of a recent record, or far.
static inline uint32_t age_of(const tracer_encoder_t *self, uint32_t block) {
    if (block == TRACER_BLOCK_NULL) {
        return TRACER_AGE_NULL;
    }
    uint32_t recent = self->recent[block % TRACER_RECENT_SIZE];
    uint32_t age = recent - (block << 12) - self->left + 1;
    return age <= TRACER_AGE_MAX && is_near(block) ? age : TRACER_AGE_FAR;
}

// --- Times --------------------------------------------------------------------

static WARM void encode_long_time(tracer_encoder_t *self, uint32_t value) {
    uint32_t bits = self->time_bits;
    uint32_t escape = self->time_escape;
    tracer_packet_put_unit(self, escape, bits);
    value -= escape;
    uint32_t group;
    do {
        group = value % TRACER_TIME_MORE;
        value >>= TRACER_TIME_GROUP;
        group += value != 0 ? TRACER_TIME_MORE : 0;
        for (uint32_t shift = 4; shift != 0;) {
            shift -= bits;
            tracer_packet_put_unit(self, group >> shift & escape, bits);
        }
    } while (value != 0);
}

// The time is that since the last record, as the difference to what it was the
// last time before this symbol (which tells a repeated one from one behind
// another); zigzag.
static inline void encode_time(tracer_encoder_t *self, uint32_t index, uint32_t now) {
    uint32_t shift = self->time_shift;
    uint32_t passed = (now - self->now) >> shift; // the clock may have turned
    self->now = now >> shift << shift;
    uint32_t place = index;
    if (self->last_index == index) {
        place ^= TRACER_TIME_REPEATED;
    }
    self->last_index = index;
    uint16_t *time = &self->times[place];
    uint32_t off = passed - *time;
    *time = (uint16_t)passed;
    uint32_t value = off << 1 ^ (uint32_t)((int32_t)off >> 31);
    if (LIKELY(value < self->time_escape)) {
        tracer_packet_put_unit(self, value, self->time_bits);
    } else {
        encode_long_time(self, value);
    }
}

// --- Events that are not as guessed -------------------------------------------

// A symbol not in the dictionary, in full.
static COLD void encode_new(tracer_encoder_t *self, uint32_t symbol) {
    uint32_t op = symbol & TRACER_OP_MASK;
    uint32_t number = symbol >> TRACER_NUMBER_SHIFT;
    tracer_range_tree(self, self->op_bits, op, 4);
    if (op < TRACER_OP_FREE || op > TRACER_OP_TICK) {
        uint32_t length = tracer_range_bit_length(number);
        tracer_range_tree(self, self->number_bits, length, 5);
        if (length > 3) {
            tracer_encode_bits(self, number >> 2, length - 3);
            tracer_range_tree(self, self->low_bits, number & 3, 2);
        } else if (length > 1) {
            tracer_encode_bits(self, number, length - 1);
        }
    }
    if (op >= TRACER_OP_REALLOC && op <= TRACER_OP_FREE) {
        uint32_t age = (symbol >> TRACER_AGE_SHIFT) & TRACER_AGE_FAR;
        uint32_t length = age == TRACER_AGE_FAR ? 7 : tracer_range_bit_length(age);
        tracer_range_tree(self, self->age_bits, length, 3);
        if (length > 1 && length < 7) {
            tracer_encode_bits(self, age, length - 1);
        }
    }
}

static COLD void encode_result(tracer_encoder_t *self, uint32_t result) {
    if (result == TRACER_BLOCK_NULL) {
        return;
    }
    uint32_t off = result - self->last_result;
    self->last_result = result;
    tracer_range_classed(self, self->number_bits, off << 1 ^ (uint32_t)((int32_t)off >> 31));
}

static inline uint32_t hash(uint32_t symbol) {
    uint32_t factor = TRACER_HASH_FACTOR;
    OPAQUE(factor);
    return (symbol * factor) >> (32 - TRACER_DICTIONARY_BITS);
}

// A symbol that was not guessed: whether it is in the dictionary, the decision
// at `index_bits[0]`, then by its index, or in full.
static inline void encode_unguessed(tracer_encoder_t *self, uint32_t symbol, uint32_t index) {
    if (LIKELY(self->dictionary[index] == symbol)) {
        uint32_t known = tracer_range_value(TRACER_DICTIONARY_SIZE | index, TRACER_DICTIONARY_BITS + 1);
        tracer_range_walk(self, self->index_bits, 0, known);
    } else {
        self->dictionary[index] = symbol;
        tracer_range_walk(self, self->index_bits, 0, tracer_range_value(0, 1));
        encode_new(self, symbol);
    }
}

static COLD uint32_t failed(uint32_t symbol) {
    uint32_t op = symbol & TRACER_OP_MASK;
    return op <= TRACER_OP_ALLOC_FINALISER ? symbol + TRACER_OP_ALLOC_FAILED - TRACER_OP_ALLOC
        : op <= TRACER_OP_REALLOC_MOVE ? symbol + TRACER_OP_REALLOC_FAILED - TRACER_OP_REALLOC : symbol;
}

// No packet was to be had.
static COLD void drop(tracer_encoder_t *self, uint32_t symbol) {
    bool counted = (symbol & TRACER_OP_MASK) <= TRACER_OP_FREE;
    self->events += counted;
    self->dropped += counted;
}

static inline bool names_block(uint32_t symbol) {
    uint32_t highest = symbol << (31 - TRACER_NAMES_BLOCK_BIT);
    OPAQUE(highest);
    return (int32_t)highest < 0;
}

// The symbol with how to name its block, for the record that comes next.
static inline uint32_t with_age(const tracer_encoder_t *self, uint32_t symbol, uint32_t block) {
    return symbol - TRACER_NAMES_BLOCK + (age_of(self, block) << TRACER_AGE_SHIFT);
}

// Does the block's number follow?
static inline bool is_far(uint32_t symbol) {
    return (symbol >> TRACER_AGE_SHIFT & TRACER_AGE_FAR) == TRACER_AGE_FAR;
}

// Every case of a record. Without a packet it is dropped and counted.
static inline void encode_slowly(tracer_encoder_t *self, const tracer_note_t *note) {
    uint32_t symbol = note->symbol;
    uint32_t result = note->result;
    if (!LIKELY(!tracer_packet_is_full(self)) && !tracer_packet_next(self, note->when)) {
        drop(self, symbol);
        return;
    }
    if (names_block(symbol)) {
        symbol = with_age(self, symbol, note->block);
    }
    self->left--;
    if (LIKELY(is_near(result))) {
        remember(self, result, self->left);
    } else if (result == TRACER_BLOCK_NULL) {
        symbol = failed(symbol);
    }
    uint32_t index = hash(symbol);
    uint32_t context = self->context;
    self->context = context << TRACER_CONTEXT_SHIFT ^ index;
    uint8_t *after = &self->after[context % TRACER_CONTEXTS];
    uint32_t guess = *after;
    uint32_t doubt = guess >> TRACER_DICTIONARY_BITS;
    uint32_t range = self->range;
    uint32_t miss = doubt != DOUBT_NO_GUESS ? range >> TRACER_MISS_SHIFT(3 - doubt) : range;
    if (guess % TRACER_DICTIONARY_SIZE == index && doubt != DOUBT_NO_GUESS && self->dictionary[index] == symbol) {
        if (doubt != 0) {
            *after = guess - DOUBT_ONE;
        }
        tracer_range_set(self, range - miss);
    } else {
        *after = (doubt >= 2 ? index : guess % TRACER_DICTIONARY_SIZE) + 2 * DOUBT_ONE;
        tracer_range_add_low(self, range - miss);
        tracer_range_set(self, miss);
        encode_unguessed(self, symbol, index);
    }
    if (is_far(symbol)) {
        tracer_encode_block(self, note->block);
    }
    if (self->time_escape != 0) {
        encode_time(self, index, note->when);
    }
    if (!LIKELY((self->flags & TRACER_FLAG_RESULTS) == 0)) {
        encode_result(self, result);
    }
}

// --- Events -------------------------------------------------------------------

// Those that are as guessed, in full trust. Stops at the first that is not, and
// where the packet is full.
static inline const tracer_note_t *encode_guessed(tracer_encoder_t *self, const tracer_note_t *note, const tracer_note_t *end) {
    // What changes with each is kept here.
    uint32_t context = self->context;
    uint32_t range = self->range;
    while (note != end) {
        uint32_t symbol = note->symbol;
        if (!LIKELY(!names_block(symbol))) {
            symbol = with_age(self, symbol, note->block);
            if (is_far(symbol)) {
                break;
            }
        }
        uint32_t index = self->after[context % TRACER_CONTEXTS];
        if (!LIKELY(index < TRACER_DICTIONARY_SIZE) || !LIKELY(self->dictionary[index] == symbol)) {
            break;
        }
        uint32_t result = note->result;
        uint32_t left = self->left - 1;
        if (!LIKELY((int32_t)left >= 0) || !LIKELY(is_near(result))) {
            break;
        }
        self->left = left;
        remember(self, result, left);
        context = context << TRACER_CONTEXT_SHIFT ^ index;
        range -= range >> TRACER_MISS_SHIFT(3);
        uint32_t top = range >> TRACER_RANGE_TOP_BIT;
        OPAQUE(top);
        if (!LIKELY(top != 0)) {
            self->range = range;
            tracer_range_shift_out(self);
            range = self->range;
        }
        if (LIKELY(self->time_escape != 0)) {
            encode_time(self, index, note->when);
        }
        note++;
    }
    self->context = context;
    self->range = range;
    return note;
}

const tracer_note_t *tracer_encode_notes(tracer_encoder_t *self, const tracer_note_t *note, const tracer_note_t *end) {
    const tracer_note_t *begin = note;
    do {
        note = encode_guessed(self, note, end);
        if (note == end || (note != begin && tracer_packet_is_full(self))) {
            break;
        }
        encode_slowly(self, note);
        note++;
    } while (!tracer_packet_is_full(self));
    return note;
}

COLD void tracer_encode_block(tracer_encoder_t *self, uint32_t block) {
    tracer_range_classed(self, self->number_bits, block + 1);
}

// False: it was dropped.
static COLD bool encode_now(tracer_encoder_t *self, uint32_t symbol, uint32_t block, uint32_t result) {
    const tracer_note_t note = { symbol, result, block, *self->clock };
    tracer_encode_notes(self, &note, &note + 1);
    return self->packet != NULL;
}

// Where sites are sent, symbols have less room for bytes.
static inline bool is_narrow(const tracer_encoder_t *self, tracer_size_t n_bytes) {
    return n_bytes >> (self->flags & TRACER_FLAG_SITES ? TRACER_SITED_BITS : TRACER_NUMBER_BITS) == 0;
}

// Sizes too wide for a symbol go as a request inside which nothing happens.
static COLD void encode_wide_alloc(tracer_encoder_t *self, tracer_size_t n_bytes, bool finaliser, uint32_t result) {
    tracer_encode_alloc_begin(self, n_bytes, finaliser);
    tracer_encode_end(self, result);
}

void tracer_encode_alloc(tracer_encoder_t *self, tracer_size_t n_bytes, bool finaliser, uint32_t result) {
    if (!LIKELY(is_narrow(self, n_bytes))) {
        encode_wide_alloc(self, n_bytes, finaliser, result);
        return;
    }
    uint32_t symbol = ((uint32_t)n_bytes << TRACER_NUMBER_SHIFT) + TRACER_OP_ALLOC + finaliser;
    encode_now(self, symbol, 0, result);
}

void tracer_encode_realloc(tracer_encoder_t *self, uint32_t block, tracer_size_t n_bytes, bool may_move, uint32_t result) {
    if (!LIKELY(is_narrow(self, n_bytes))) {
        tracer_encode_realloc_begin(self, block, n_bytes, may_move);
        tracer_encode_end(self, result);
        return;
    }
    uint32_t symbol = ((uint32_t)n_bytes << TRACER_NUMBER_SHIFT) + TRACER_NAMES_BLOCK + TRACER_OP_REALLOC + may_move;
    encode_now(self, symbol, block, result);
}

void tracer_encode_free(tracer_encoder_t *self, uint32_t block) {
    encode_now(self, TRACER_NAMES_BLOCK + TRACER_OP_FREE, block, TRACER_BLOCK_NULL);
}

// A record that is no event.
static COLD bool encode_uncounted(tracer_encoder_t *self, uint32_t symbol) {
    if (!encode_now(self, symbol, 0, TRACER_BLOCK_NULL)) {
        return false;
    }
    self->uncounted++;
    return true;
}

COLD void tracer_encode_op(tracer_encoder_t *self, uint32_t op, uint32_t number) {
    encode_uncounted(self, (number << TRACER_NUMBER_SHIFT) + op);
}

COLD void tracer_encode_switch_core(tracer_encoder_t *self, uint32_t core) {
    tracer_encode_op(self, TRACER_OP_CORE, core);
    self->core = core;
}

COLD void tracer_encode_switch_site(tracer_encoder_t *self, uint32_t site) {
    tracer_encode_op(self, TRACER_OP_SITE, site);
    self->site = site;
}

// --- Rare records -------------------------------------------------------------

COLD void tracer_encode_make_room(tracer_encoder_t *self, size_t bytes) {
    if (self->packet != NULL && tracer_packet_room(self) < bytes + tracer_packet_room_of_event(self)) {
        tracer_encode_flush(self);
    }
}

COLD bool tracer_encode_rare(tracer_encoder_t *self, uint32_t rare, size_t bytes) {
    tracer_encode_make_room(self, bytes);
    bool encoded = encode_uncounted(self, rare << TRACER_NUMBER_SHIFT | TRACER_OP_RARE);
    if ((TRACER_RARE_COUNTED >> rare) & 1) {
        if (encoded) {
            self->uncounted--;
        } else {
            self->events++;
            self->dropped++;
        }
    }
    return encoded;
}

COLD void tracer_encode_number(tracer_encoder_t *self, uint64_t number) {
    if (number >> 30 != 0) {
        tracer_range_tree(self, self->number_bits, TRACER_CLASS_ESCAPE, 5);
        tracer_encode_bits(self, number >> 32, 32);
        tracer_encode_bits(self, number, 32);
    } else {
        tracer_range_classed(self, self->number_bits, number);
    }
}

COLD void tracer_encode_text(tracer_encoder_t *self, const char *text, size_t length) {
    tracer_encode_number(self, length);
    for (size_t i = 0; i < length; i++) {
        tracer_encode_bits(self, (uint8_t)text[i], 8);
    }
}

COLD void tracer_encode_alloc_begin(tracer_encoder_t *self, tracer_size_t n_bytes, bool finaliser) {
    if (tracer_encode_rare(self, TRACER_RARE_ALLOC_BEGIN, 16)) {
        tracer_encode_number(self, n_bytes);
        tracer_encode_bits(self, finaliser, 1);
    }
}

COLD void tracer_encode_realloc_begin(tracer_encoder_t *self, uint32_t block, tracer_size_t n_bytes, bool may_move) {
    if (tracer_encode_rare(self, TRACER_RARE_REALLOC_BEGIN, 24)) {
        tracer_encode_block(self, block);
        tracer_encode_number(self, n_bytes);
        tracer_encode_bits(self, may_move, 1);
    }
}

COLD void tracer_encode_end(tracer_encoder_t *self, uint32_t result) {
    if (!tracer_encode_rare(self, TRACER_RARE_END, 16)) {
        return;
    }
    if (LIKELY(is_near(result))) {
        remember(self, result, self->left + self->left_over);
    }
    tracer_encode_bits(self, result == TRACER_BLOCK_NULL, 1);
    if (self->flags & TRACER_FLAG_RESULTS) {
        encode_result(self, result);
    }
}

// --- Setting up ---------------------------------------------------------------

COLD void tracer_encode_init(tracer_encoder_t *self, const tracer_sink_t *sink, uint8_t flags) {
    memset(self, 0, sizeof(*self));
    self->sink = sink;
    self->clock = sink->clock;
    self->flags = flags;
    uint32_t time = flags & TRACER_FLAG_TIME_MASK;
    if (time != TRACER_FLAG_TIME_PACKET) {
        bool is_coarse = time == TRACER_FLAG_TIME_16US;
        self->time_shift = is_coarse ? 4 : 0;
        self->time_bits = is_coarse ? TRACER_TIME_UNIT_16US : TRACER_TIME_UNIT_1US;
        self->time_escape = (1u << self->time_bits) - 1;
    }
    if (flags & TRACER_FLAG_RESULTS) {
        self->held_back = TRACER_HELD_BACK;
        self->left = 0 - TRACER_HELD_BACK;
    }
}
