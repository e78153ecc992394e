// This file is part of mpheap, MIT licence.
//
// What words of memory are to the collector, as bytes: which are pointers into
// the heap, and to which block; of the others only how the pointer test ends.
// No data is copied but first words of objects that may be pointers to types,
// and where it is asked for the beginnings of those without a pointer.
// See docs/trace-format.md, section 10, for the bytes.
//
//   words:   0x10030a84 | 0x00000008 | 0x20003f40 | 7 | ...
//   bytes:   group of four: 2 bits each | kind of the first | target of the third
//
// Knows nothing of tables, rings or packets: bytes go out by `full` whenever
// there are as many as a packet takes. Not reentrant.

#ifndef MPHEAP_TRACER_WORDS_H
#define MPHEAP_TRACER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tracer_format.h"

// A word of the heap that is looked at; other than the machine's in tests.
#ifndef TRACER_WORD
#define TRACER_WORD uintptr_t
#endif
typedef TRACER_WORD tracer_word_t;

typedef struct _tracer_words_t {
    // Sends `length` bytes of `slice` and makes room; the first
    // TRACER_SLICE_HEADER of them are its own.
    void (*full)(struct _tracer_words_t *self);
    // True, and `pool`, `pool_end`, `first_block` are of the pool that holds
    // the word; false: none does. Asked only for words from `lowest` on and
    // below `highest`; with one pool that never comes.
    bool (*find)(struct _tracer_words_t *self, tracer_word_t word);
    tracer_word_t lowest;       // of all pools: the lowest address, the end of the highest
    tracer_word_t highest;
    tracer_word_t pool;         // one pool: address of its first block, and its end
    tracer_word_t pool_end;
    uint32_t first_block;       // number of its first block among those of all pools
    uint8_t block_shift;        // a block is 1 << that many bytes
    uint32_t last_target;       // block that the last pointer pointed to
    uint8_t *slice;             // of TRACER_SLICE_MAX bytes
    size_t length;
} tracer_words_t;

// First words seen before: kinds of objects are few.
typedef struct _tracer_kinds_t {
    tracer_word_t words[TRACER_KINDS];
} tracer_kinds_t;

void tracer_words_byte(tracer_words_t *self, uint8_t byte);
void tracer_words_number(tracer_words_t *self, tracer_word_t number);
// `n` words of an object, with its first word in `kinds`; or of anything else,
// with NULL. True if one of them points into a pool.
bool tracer_words_encode(tracer_words_t *self, const tracer_word_t *words, size_t n, tracer_kinds_t *kinds);
// The first bytes of an object of `n` words, none of which points into a pool,
// but for a first word that its kind told.
void tracer_words_contents(tracer_words_t *self, const tracer_word_t *words, size_t n);

#endif // MPHEAP_TRACER_WORDS_H
