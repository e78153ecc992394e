// This file is part of mpheap, MIT licence.

#include "tracer_encode.h"

#include <string.h>

#include "tracer_encode_quick.h"

// Bytes an event and a run may need at most.
#define ROOM_EVENT (44)
#define ROOM_TIME (12)      // with what is held back of times, and their end
#define ROOM_RUN (12)

// Out of the way of the hot path: called often, called seldom (made for size).
#define WARM __attribute__((noinline))
#define COLD __attribute__((noinline, cold))

// --- Range coder ------------------------------------------------------------
//
// [low, low + range) narrows with every decision. Bytes of low that no later
// decision can change go out, except by a carry, which is added where it lies.

// The sum overflowed: one more in the bytes already written.
static COLD void carry(uint8_t *out) {
    while (++*--out == 0) {
    }
}

static inline uint32_t left_of(const tracer_encoder_t *self) {
    return self->left + self->held_back;
}

static inline uint32_t room_of_event(const tracer_encoder_t *self) {
    return self->time_escape == 0 ? ROOM_EVENT : ROOM_EVENT + ROOM_TIME;
}

// Is this record to be the packet's last one?
static inline void end_if_full(tracer_encoder_t *self) {
    if (self->out >= self->out_full) {
        self->left_over += left_of(self);
        self->left = 0 - self->held_back;
    }
}

WARM void tracer_encode_shift_out(tracer_encoder_t *self) {
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
    end_if_full(self);
}

static inline void set_range(tracer_encoder_t *self, uint32_t range) {
    uint32_t top = range >> TRACER_RANGE_TOP_BIT;
    OPAQUE(top);
    self->range = range;
    if (!LIKELY(top != 0)) {
        tracer_encode_shift_out(self);
    }
}

static inline void add_low(tracer_encoder_t *self, uint32_t more) {
    uint32_t low = self->low + more;
    self->low = low;
    if (low < more) {
        carry(self->out);
    }
}

static WARM void encode_bit(tracer_encoder_t *self, uint8_t *probability, uint32_t bit) {
    uint32_t range = self->range;
    uint32_t p = *probability;
    uint32_t bound = (range >> 8) * p;
    if (bit) {
        *probability = p + ((256 - p) >> TRACER_BIT_RATE);
        range = bound;
    } else {
        *probability = p - (p >> TRACER_BIT_RATE);
        range -= bound;
        add_low(self, bound);
    }
    set_range(self, range);
}

// `value` of `bits` bits, highest first; probabilities in a tree at `tree[1]`.
// As encode_bit again and again, with all that changes in registers.
static WARM void encode_tree(tracer_encoder_t *self, uint8_t *tree, uint32_t value, uint32_t bits) {
    uint32_t range = self->range;
    uint32_t low = self->low;
    uint32_t node = 1;
    value <<= 32 - bits;
    do {
        uint32_t p = tree[node];
        uint32_t bound = (range >> 8) * p;
        if ((int32_t)value < 0) {
            tree[node] = p + ((256 - p) >> TRACER_BIT_RATE);
            range = bound;
            node += node + 1;
        } else {
            tree[node] = p - (p >> TRACER_BIT_RATE);
            range -= bound;
            low += bound;
            if (low < bound) {
                carry(self->out);
            }
            node += node;
        }
        value <<= 1;
        if (range < TRACER_RANGE_TOP) {
            self->low = low;
            self->range = range;
            tracer_encode_shift_out(self);
            low = self->low;
            range = self->range;
        }
    } while (--bits != 0);
    self->low = low;
    self->range = range;
}

WARM void tracer_encode_bits(tracer_encoder_t *self, uint32_t value, uint32_t bits) {
    while (bits != 0) {
        uint32_t n = bits > 16 ? 16 : bits;
        bits -= n;
        uint32_t part = (value >> bits) & ((1u << n) - 1);
        uint32_t range = self->range >> n;
        add_low(self, range * part);
        set_range(self, range);
    }
}

static WARM uint32_t bit_length(uint32_t value) {
    uint32_t length = 0;
    while (value != 0) {
        value >>= 1;
        length++;
    }
    return length;
}

// Its length in bits as a class, then the bits below the highest.
static COLD void encode_classed(tracer_encoder_t *self, uint8_t *classes, uint32_t value) {
    uint32_t length = bit_length(value);
    encode_tree(self, classes, length, 5);
    if (length > 1) {
        tracer_encode_bits(self, value, length - 1);
    }
}

// --- Packets ----------------------------------------------------------------

static COLD void put_little(uint8_t *to, uint32_t value, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        to[i] = value;
        value >>= 8;
    }
}

static COLD bool open_packet(tracer_encoder_t *self, uint32_t type) {
    uint8_t *packet = self->sink->open(self->sink->self);
    self->packet = packet;
    if (packet == NULL) {
        return false;
    }
    uint32_t now = *self->clock;
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
static COLD bool open_events(tracer_encoder_t *self) {
    if (!open_packet(self, TRACER_TYPE_EVENTS)) {
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
    self->out_full = self->times_out - room_of_event(self);
    self->units = 1;
    self->last_index = TRACER_DICTIONARY_SIZE; // none
    memset(self->recent, 0, sizeof(self->recent));
    // A place without a result must not look like one. 0 would: for block 0 in
    // a packet's last records, and for the last block of all (2^20 - 1; with
    // `held_back`, 2^18 - 1) in its first. Theirs get a block that never comes there.
    self->recent[0] = (TRACER_RECENT_SIZE / 2) << 12;
    self->recent[TRACER_RECENT_SIZE - 1] = (TRACER_RECENT_SIZE / 2) << 12;
    memset(self->after, DOUBT_FULL, sizeof(self->after));
    memset(self->dictionary, 0, offsetof(tracer_encoder_t, index_bits) - offsetof(tracer_encoder_t, dictionary));
    memset(self->index_bits, TRACER_BIT_HALF, offsetof(tracer_encoder_t, known_bit) + 1 - offsetof(tracer_encoder_t, index_bits));
    return true;
}

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
    return TRACER_RECORDS_MAX - left_of(self) - self->left_over;
}

COLD uint32_t tracer_encode_events(const tracer_encoder_t *self) {
    return self->packet == NULL ? self->events : self->events + records_of(self) - self->uncounted;
}

// One byte names a number inside the range, which is 2^24 at least. The decoder
// reads zeros past the end.
static COLD void end_body(tracer_encoder_t *self) {
    add_low(self, TRACER_RANGE_TOP - 1);
    *self->out++ = self->low >> 24;
    while (self->out[-1] == 0) {
        self->out--;
    }
}

// Two bytes do so whatever follows: the times, of which the last units come first.
static COLD void end_body_with_times(tracer_encoder_t *self) {
    add_low(self, 0xffff);
    *self->out++ = self->low >> 24;
    *self->out++ = self->low >> 16;
    const uint8_t *end = self->packet + 2 + TRACER_PACKET_DATA_MAX - TRACER_CRC_BYTES;
    uint32_t padding = 0;
    for (; self->units != 1; padding += self->time_bits) {
        put_unit(self, 0, self->time_bits);
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
    if (!open_packet(self, type)) {
        return false;
    }
    memcpy(self->out, body, length);
    self->out += length;
    close_packet(self);
    return true;
}

static inline size_t room(const tracer_encoder_t *self) {
    return self->times_out - self->out;
}

// --- Events -------------------------------------------------------------------

// A symbol not in the dictionary, in full.
static COLD void encode_new(tracer_encoder_t *self, uint32_t symbol) {
    uint32_t op = symbol & TRACER_OP_MASK;
    uint32_t number = symbol >> TRACER_NUMBER_SHIFT;
    encode_tree(self, self->op_bits, op, 4);
    if (op < TRACER_OP_FREE || op > TRACER_OP_TICK) {
        uint32_t length = bit_length(number);
        encode_tree(self, self->number_bits, length, 5);
        if (length > 3) {
            tracer_encode_bits(self, number >> 2, length - 3);
            encode_tree(self, self->low_bits, number & 3, 2);
        } else if (length > 1) {
            tracer_encode_bits(self, number, length - 1);
        }
    }
    if (op >= TRACER_OP_REALLOC && op <= TRACER_OP_FREE) {
        uint32_t age = (symbol >> TRACER_AGE_SHIFT) & TRACER_AGE_FAR;
        uint32_t length = age == TRACER_AGE_FAR ? 7 : bit_length(age);
        encode_tree(self, self->age_bits, length, 3);
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
    encode_classed(self, self->number_bits, off << 1 ^ (uint32_t)((int32_t)off >> 31));
}

WARM void tracer_encode_times_out(tracer_encoder_t *self) {
    uint32_t units = self->units;
    uint8_t *to = self->times_out - UNITS_BITS / 8;
    self->times_out = to;
    to[0] = units;
    to[1] = units >> 8;
    to[2] = units >> 16;
    self->units = 1;
    self->out_full -= UNITS_BITS / 8;
    end_if_full(self);
}

WARM void tracer_encode_long_time(tracer_encoder_t *self, uint32_t value) {
    uint32_t bits = self->time_bits;
    uint32_t escape = self->time_escape;
    put_unit(self, escape, bits);
    value -= escape;
    uint32_t group;
    do {
        group = value % TRACER_TIME_MORE;
        value >>= TRACER_TIME_GROUP;
        group += value != 0 ? TRACER_TIME_MORE : 0;
        for (uint32_t shift = 4; shift != 0;) {
            shift -= bits;
            put_unit(self, group >> shift & escape, bits);
        }
    } while (value != 0);
}

// Opens the next packet. False: there is none, what comes is dropped.
static COLD bool next_packet(tracer_encoder_t *self) {
    tracer_encode_flush(self);
    if (!open_events(self)) {
        self->lost = true;
        return false;
    }
    return true;
}

static inline uint32_t hash(uint32_t symbol) {
    uint32_t factor = TRACER_HASH_FACTOR;
    OPAQUE(factor);
    return (symbol * factor) >> (32 - TRACER_DICTIONARY_BITS);
}

// A symbol that was not guessed: by its index, or in full.
static WARM void encode_unguessed(tracer_encoder_t *self, uint32_t symbol, uint32_t index) {
    bool known = self->dictionary[index] == symbol;
    encode_bit(self, &self->known_bit, known);
    if (known) {
        encode_tree(self, self->index_bits, index, TRACER_DICTIONARY_BITS);
    } else {
        self->dictionary[index] = symbol;
        encode_new(self, symbol);
    }
}

static COLD uint32_t failed(uint32_t symbol) {
    uint32_t op = symbol & TRACER_OP_MASK;
    return op <= TRACER_OP_ALLOC_FINALISER ? symbol + TRACER_OP_ALLOC_FAILED - TRACER_OP_ALLOC
        : op <= TRACER_OP_REALLOC_MOVE ? symbol + TRACER_OP_REALLOC_FAILED - TRACER_OP_REALLOC : symbol;
}

// The first record of a packet: none before it is recent.
static COLD uint32_t start_packet(tracer_encoder_t *self, uint32_t symbol) {
    self->left = 0 - self->held_back;
    if (!next_packet(self)) {
        bool counted = (symbol & TRACER_OP_MASK) <= TRACER_OP_FREE;
        self->events += counted;
        self->dropped += counted;
        return 0;
    }
    self->left--;
    if (symbol & (TRACER_AGE_FAR << TRACER_AGE_SHIFT)) {
        symbol |= TRACER_AGE_FAR << TRACER_AGE_SHIFT;
    }
    return symbol;
}

WARM bool tracer_encode_slowly(tracer_encoder_t *self, uint32_t symbol, uint32_t result, uint32_t block) {
    self->left--;
    if (!LIKELY((int32_t)left_of(self) >= 0)) {
        symbol = start_packet(self, symbol);
        if (symbol == 0) {
            return false;
        }
    }
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
    uint32_t miss = doubt != 3 ? range >> TRACER_MISS_SHIFT(3 - doubt) : range;
    if (guess % TRACER_DICTIONARY_SIZE == index && doubt != 3 && self->dictionary[index] == symbol) {
        if (doubt != 0) {
            *after = guess - DOUBT_ONE;
        }
        set_range(self, range - miss);
    } else {
        *after = (doubt >= 2 ? index : guess % TRACER_DICTIONARY_SIZE) + 2 * DOUBT_ONE;
        add_low(self, range - miss);
        set_range(self, miss);
        encode_unguessed(self, symbol, index);
    }
    if (!LIKELY((symbol >> TRACER_AGE_SHIFT & TRACER_AGE_FAR) != TRACER_AGE_FAR)) {
        tracer_encode_block(self, block);
    }
    if (self->time_escape != 0) {
        encode_time(self, index, self->time_escape);
    }
    if (!LIKELY((self->flags & TRACER_FLAG_RESULTS) == 0)) {
        encode_result(self, result);
    }
    return true;
}

COLD void tracer_encode_block(tracer_encoder_t *self, uint32_t block) {
    encode_classed(self, self->number_bits, block + 1);
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
    tracer_encode_slowly(self, symbol, result, 0);
}

void tracer_encode_realloc(tracer_encoder_t *self, uint32_t block, tracer_size_t n_bytes, bool may_move, uint32_t result) {
    if (!LIKELY(is_narrow(self, n_bytes))) {
        tracer_encode_realloc_begin(self, block, n_bytes, may_move);
        tracer_encode_end(self, result);
        return;
    }
    uint32_t age = age_of(self, block);
    uint32_t symbol = ((uint32_t)n_bytes << TRACER_NUMBER_SHIFT) + (age << TRACER_AGE_SHIFT) + TRACER_OP_REALLOC + may_move;
    tracer_encode_slowly(self, symbol, result, block);
}

void tracer_encode_free(tracer_encoder_t *self, uint32_t block) {
    uint32_t age = age_of(self, block);
    tracer_encode_slowly(self, (age << TRACER_AGE_SHIFT) + TRACER_OP_FREE, TRACER_BLOCK_NULL, block);
}

// A record that is no event.
static COLD bool encode_uncounted(tracer_encoder_t *self, uint32_t symbol) {
    if (!tracer_encode_slowly(self, symbol, TRACER_BLOCK_NULL, 0)) {
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
    if (self->packet != NULL && room(self) < bytes + room_of_event(self)) {
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
        encode_tree(self, self->number_bits, TRACER_CLASS_ESCAPE, 5);
        tracer_encode_bits(self, number >> 32, 32);
        tracer_encode_bits(self, number, 32);
    } else {
        encode_classed(self, self->number_bits, number);
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

// --- Tables -------------------------------------------------------------------

// A table is sent as one row of bits in runs of equal ones. Runs alternate,
// the first is of ones. A row that fills a packet goes on in the next, in a
// record of the same kind.

enum { FREE = 0, HEAD = 1, TAIL = 2, MARK = 3 };

COLD bool tracer_encode_runs_begin(tracer_encoder_t *self, uint32_t rare) {
    self->runs = rare;
    self->colour = 1;
    self->run = 0;
    return tracer_encode_rare(self, rare, ROOM_RUN);
}

static COLD void encode_run(tracer_encoder_t *self) {
    if (self->packet == NULL) {
        return; // its beginning was dropped
    }
    if (room(self) < 2 * ROOM_RUN + ROOM_TIME) {
        encode_tree(self, self->run_bits, TRACER_RUN_PAUSE, 5);
        if (!tracer_encode_rare(self, self->runs, ROOM_RUN)) {
            return;
        }
        if (self->colour == 0) {
            encode_tree(self, self->run_bits, 0, 5); // no ones
        }
    }
    encode_classed(self, self->run_bits, self->run);
}

static inline void add_to_run(tracer_encoder_t *self, uint32_t colour, uint32_t count) {
    if (colour != self->colour) {
        encode_run(self);
        self->colour = colour;
        self->run = 0;
    }
    self->run += count;
}

void tracer_encode_runs(tracer_encoder_t *self, uint32_t colour, uint32_t count) {
    add_to_run(self, colour, count);
}

COLD void tracer_encode_runs_end(tracer_encoder_t *self) {
    encode_run(self);
    if (self->packet != NULL) {
        encode_tree(self, self->run_bits, TRACER_RUN_END, 5);
    }
}

// Four free blocks or four tails, which have nothing to say about heads.
#define FOUR_FREE (0x00)
#define FOUR_TAILS (0xaa)
// One-block objects.
#define FOUR_HEADS (0x55)
#define FOUR_MARKS (0xff)

// How many bytes of the table, from `at` on, are of free blocks only.
static COLD uint32_t free_bytes(const uint8_t *table, uint32_t at, uint32_t end) {
    uint32_t from = at;
    while (at < end && table[at] == FOUR_FREE) {
        at++;
        while ((uintptr_t)(table + at) % sizeof(uint32_t) == 0 && at + sizeof(uint32_t) <= end) {
            uint32_t four;
            memcpy(&four, __builtin_assume_aligned(table + at, sizeof(four)), sizeof(four));
            if (four != 0) {
                break;
            }
            at += sizeof(four);
        }
    }
    return at - from;
}

void tracer_encode_survivors(tracer_encoder_t *self, const uint8_t *table, uint32_t blocks) {
    tracer_encode_runs_begin(self, TRACER_RARE_SURVIVORS);
    uint32_t bytes = blocks / 4;
    for (uint32_t at = 0; at < bytes; at++) {
        uint32_t four = table[at];
        if (four == FOUR_FREE) {
            at += free_bytes(table, at, bytes) - 1;
        } else if (four == FOUR_HEADS || four == FOUR_MARKS) {
            add_to_run(self, four == FOUR_MARKS, 4);
        } else if (four != FOUR_TAILS) {
            for (; four != 0; four >>= 2) {
                if (four & HEAD) {
                    add_to_run(self, (four & MARK) == MARK, 1);
                }
            }
        }
    }
    tracer_encode_runs_end(self);
}

void tracer_encode_blocks(tracer_encoder_t *self, const uint8_t *table, uint32_t blocks) {
    tracer_encode_runs_begin(self, TRACER_RARE_BLOCKS);
    uint32_t bytes = blocks / 4;
    for (uint32_t at = 0; at < bytes; at++) {
        uint32_t four = table[at];
        if (four == FOUR_FREE) {
            uint32_t free = free_bytes(table, at, bytes);
            add_to_run(self, 0, 4 * free);
            at += free - 1;
        } else {
            for (uint32_t i = 0; i < 4; i++, four >>= 2) {
                add_to_run(self, (four & MARK) != FREE, 1);
            }
        }
    }
    tracer_encode_runs_end(self);
}

void tracer_encode_table(tracer_encoder_t *self, const uint8_t *table, uint32_t blocks) {
    tracer_encode_blocks(self, table, blocks);
    tracer_encode_runs_begin(self, TRACER_RARE_HEADS);
    uint32_t bytes = blocks / 4;
    for (uint32_t at = 0; at < bytes; at++) {
        uint32_t four = table[at];
        if (four == FOUR_FREE) {
            at += free_bytes(table, at, bytes) - 1;
        } else if (four == FOUR_TAILS) {
            add_to_run(self, 0, 4);
        } else {
            for (; four != 0; four >>= 2) {
                if ((four & MARK) != FREE) {
                    add_to_run(self, four & HEAD, 1);
                }
            }
        }
    }
    tracer_encode_runs_end(self);
}

void tracer_encode_table_flags(tracer_encoder_t *self, uint32_t rare, const uint8_t *table, const uint8_t *flags, uint32_t blocks) {
    tracer_encode_runs_begin(self, rare);
    uint32_t bytes = blocks / 4;
    for (uint32_t at = 0; at < bytes; at++) {
        uint32_t four = table[at];
        if (four == FOUR_FREE) {
            at += free_bytes(table, at, bytes) - 1;
        } else if (four != FOUR_TAILS) {
            uint32_t bits = flags[at / 2] >> (at % 2 * 4);
            for (; four != 0; four >>= 2, bits >>= 1) {
                if (four & HEAD) {
                    add_to_run(self, bits & 1, 1);
                }
            }
        }
    }
    tracer_encode_runs_end(self);
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
