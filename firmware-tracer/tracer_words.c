// This file is part of mpheap, MIT licence.

#include "tracer_words.h"

#include "tracer_hints.h"

COLD void tracer_words_byte(tracer_words_t *self, uint8_t byte) {
    if (self->length == TRACER_SLICE_MAX) {
        self->full(self);
    }
    self->slice[self->length++] = byte;
}

// Seven bits a byte, lowest first; the highest bit says that more follow.
COLD void tracer_words_number(tracer_words_t *self, tracer_word_t number) {
    while (number > 0x7f) {
        tracer_words_byte(self, (uint8_t)(number | 0x80));
        number >>= 7;
    }
    tracer_words_byte(self, (uint8_t)number);
}

// The pool that held the last pointer is tried first: it is that of most.
static inline bool is_in_pool(tracer_words_t *self, tracer_word_t word) {
    return (word >= self->pool && word < self->pool_end) || self->find(self, word);
}

static inline uint32_t class_of(tracer_words_t *self, tracer_word_t word) {
    tracer_word_t low_bits = ((tracer_word_t)1 << self->block_shift) - 1;
    return (word & low_bits) != 0 ? TRACER_WORD_UNALIGNED
        : word < self->lowest ? TRACER_WORD_BELOW
        : word >= self->highest || !is_in_pool(self, word) ? TRACER_WORD_ABOVE
        : TRACER_WORD_IN_POOL;
}

// Lists point to what was allocated in a row, so the last target says most.
static void encode_target(tracer_words_t *self, tracer_word_t word) {
    is_in_pool(self, word); // of the words of a group the last one's pool is at hand
    uint32_t target = self->first_block + (uint32_t)((word - self->pool) >> self->block_shift);
    int32_t step = (int32_t)(target - self->last_target);
    self->last_target = target;
    tracer_words_number(self, (uint32_t)step << 1 ^ (uint32_t)(step >> 31));
}

// It may point to a type.
static inline bool is_kind(tracer_word_t word) {
    return word != 0 && word % sizeof(word) == 0;
}

// The first word of an object.
static void encode_kind(tracer_words_t *self, tracer_kinds_t *kinds, tracer_word_t word) {
    if (!is_kind(word)) {
        tracer_words_byte(self, 0);
        return;
    }
    uint32_t slot = (uint32_t)(word / sizeof(word) ^ word / (sizeof(word) * TRACER_KINDS)) % TRACER_KINDS;
    if (kinds->words[slot] == word) {
        tracer_words_byte(self, (uint8_t)(1 + slot));
    } else {
        kinds->words[slot] = word;
        tracer_words_byte(self, (uint8_t)(1 + TRACER_KINDS + slot));
        tracer_words_number(self, word / sizeof(word));
    }
}

bool tracer_words_encode(tracer_words_t *self, const tracer_word_t *words, size_t n, tracer_kinds_t *kinds) {
    uint32_t before = TRACER_GROUP_POINTS; // no plain group
    size_t repeats = 0;
    bool counting = false;
    bool points = false;
    for (size_t at = 0; at < n; at += 4) {
        uint32_t group = 0;
        uint32_t in_pool = 0;
        size_t end = n - at < 4 ? n - at : 4;
        for (size_t i = 0; i < end; i++) {
            uint32_t class = class_of(self, words[at + i]);
            group |= class << (2 * i);
            in_pool += class == TRACER_WORD_IN_POOL;
        }
        if (counting && group == before) {
            repeats++;
            continue;
        }
        if (counting) {
            tracer_words_number(self, (tracer_word_t)repeats);
        }
        tracer_words_byte(self, (uint8_t)group);
        // What was twice in a row is counted from there on.
        counting = group == before;
        repeats = 0;
        before = in_pool == 0 ? group : TRACER_GROUP_POINTS;
        points |= in_pool != 0;
        if (at == 0 && kinds != NULL && (group & 3) != TRACER_WORD_IN_POOL) {
            encode_kind(self, kinds, words[0]);
        }
        for (size_t i = 0; in_pool != 0; i++) {
            if ((group >> (2 * i) & 3) == TRACER_WORD_IN_POOL) {
                encode_target(self, words[at + i]);
                in_pool--;
            }
        }
    }
    if (counting) {
        tracer_words_number(self, (tracer_word_t)repeats);
    }
    return points;
}

COLD void tracer_words_contents(tracer_words_t *self, const tracer_word_t *words, size_t n) {
    const uint8_t *bytes = (const uint8_t *)words;
    size_t at = is_kind(words[0]) ? sizeof(words[0]) : 0;
    size_t end = n * sizeof(words[0]);
    if (end > TRACER_CONTENTS_MAX) {
        end = TRACER_CONTENTS_MAX;
    }
    while (end > at && bytes[end - 1] == 0) {
        end--;
    }
    tracer_words_byte(self, (uint8_t)(end - at));
    while (at < end) {
        tracer_words_byte(self, bytes[at++]);
    }
}
