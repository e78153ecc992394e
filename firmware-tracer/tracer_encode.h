// This file is part of mpheap, MIT licence.
//
// Turns heap events into packets. See docs/trace-format.md for the bytes.
//
// The idea: a program's requests repeat. A dictionary of 64 symbols (what is
// asked, how much, which recent block) and a table that remembers which symbol
// followed the last four predict the next one; an adaptive binary range coder
// writes how sure that was. A right guess costs a few hundredths of a byte.
// Times go beside that, as small numbers from the packet's end downwards. All
// that is learnt is forgotten at each packet, so a packet decodes on its own.
//
// No allocation, no libc beyond memcpy and memset, not reentrant: the caller
// orders events (see tracer.c).

#ifndef MPHEAP_TRACER_ENCODE_H
#define MPHEAP_TRACER_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tracer_format.h"

#define TRACER_BLOCK_NULL (0xffffffffu)

// Makes `left` negative, so that the short path, which is for symbols and times,
// is not taken where results are sent too.
#define TRACER_HELD_BACK (1u << 30)

// How sizes are passed: as wide as the device's size_t.
typedef size_t tracer_size_t;

// Where packets go. Both are called with a packet complete or not begun.
typedef struct _tracer_sink_t {
    // A buffer of TRACER_PACKET_MAX bytes for the next packet, or NULL: then
    // events are counted and dropped until the next call gives one.
    uint8_t *(*open)(void *self);
    // `length` bytes of the buffer given last are a whole packet.
    void (*close)(void *self, size_t length);
    // CRC-32 (as in zlib) of `length` bytes; hardware may help.
    uint32_t (*crc32)(const uint8_t *data, size_t length);
    void *self;
    // Counts microseconds: a timer's register, or a variable.
    const volatile uint32_t *clock;
} tracer_sink_t;

// A request that is done, or a free: an event to be encoded.
typedef struct _tracer_note_t {
    uint32_t symbol;            // as in tracer_format.h; with NAMES_BLOCK, not the age
    uint32_t result;            // a block, or TRACER_BLOCK_NULL
    uint32_t block;             // of a resize or free
    uint32_t when;              // the clock
} tracer_note_t;

// In a note's symbol, where an age has its highest bit: `block` is to be named.
#define TRACER_NAMES_BLOCK_BIT (TRACER_AGE_SHIFT + 5)
#define TRACER_NAMES_BLOCK (1u << TRACER_NAMES_BLOCK_BIT)

typedef struct _tracer_encoder_t {
    // Hot. Where things are makes for short instructions: bytes within 31, words
    // within 124, tables within 255.
    uint32_t range;
    uint32_t low;
    uint32_t context;           // two bits of each of the last symbols, at the low end
    uint32_t left;              // records this packet may still take, less `held_back`
    uint32_t now;               // time of the last record, a multiple of its unit
    uint32_t units;             // of times, not written yet, the last one lowest; above them a 1
    uint8_t *out;               // next byte
    uint8_t time_escape;        // as the format has it; 0: no times
    uint8_t time_bits;
    uint8_t time_shift;
    uint8_t flags;              // TRACER_FLAG_*
    uint8_t *out_full;          // no record begins behind this
    uint8_t *times_out;         // times, written downwards, begin here
    uint32_t held_back;         // TRACER_HELD_BACK if results are sent
    uint32_t last_index;        // of the symbol before
    // Learnt within a packet. Cleared at its start.
    uint8_t after[TRACER_CONTEXTS];               // doubt << 6 | index
    uint32_t recent[TRACER_RECENT_SIZE];          // block << 12 | left
    uint32_t dictionary[TRACER_DICTIONARY_SIZE];  // symbols by index
    uint16_t times[TRACER_DICTIONARY_SIZE];       // before each symbol, the last time
    // Probabilities. Set to a half at its start.
    uint8_t index_bits[TRACER_DICTIONARY_SIZE];   // [0]: is it in the dictionary?
    uint8_t number_bits[32];
    uint8_t run_bits[32];
    uint8_t op_bits[16];
    uint8_t age_bits[8];
    uint8_t low_bits[4];
    // Less hot.
    uint8_t core;
    uint8_t sequence;
    uint8_t runs;               // the runs being written: rare record,
    uint8_t colour;             // colour
    uint32_t run;               // and length of the run at hand
    uint16_t left_over;         // records it could have taken more when it was full
    uint16_t uncounted;         // records in this packet that are no events
    uint32_t events;            // counted events before this packet
    uint32_t dropped;           // of these, those that found no packet
    uint16_t site;
    bool lost;                  // records found no packet
    uint32_t time_low;          // start of the last packet
    uint32_t time_high;
    uint32_t last_result;
    const tracer_sink_t *sink;
    const volatile uint32_t *clock;
    uint8_t *packet;            // NULL: none open
} tracer_encoder_t;

void tracer_encode_init(tracer_encoder_t *self, const tracer_sink_t *sink, uint8_t flags);

// Events; blocks as numbers. A whole event with its outcome:
void tracer_encode_alloc(tracer_encoder_t *self, tracer_size_t n_bytes, bool finaliser, uint32_t result);
void tracer_encode_realloc(tracer_encoder_t *self, uint32_t block, tracer_size_t n_bytes, bool may_move, uint32_t result);
void tracer_encode_free(tracer_encoder_t *self, uint32_t block);
// A row of them, up to the end of the packet; where it stopped. The first goes
// into the next packet if this one is full, or is dropped if there is none.
const tracer_note_t *tracer_encode_notes(tracer_encoder_t *self, const tracer_note_t *note, const tracer_note_t *end);
// TRACER_OP_TICK, _LOCK, _UNLOCK.
void tracer_encode_op(tracer_encoder_t *self, uint32_t op, uint32_t number);
// What follows is from another core, another site.
void tracer_encode_switch_core(tracer_encoder_t *self, uint32_t core);
void tracer_encode_switch_site(tracer_encoder_t *self, uint32_t site);

// A request inside which something else happens, before and after that.
void tracer_encode_alloc_begin(tracer_encoder_t *self, tracer_size_t n_bytes, bool finaliser);
void tracer_encode_realloc_begin(tracer_encoder_t *self, uint32_t block, tracer_size_t n_bytes, bool may_move);
void tracer_encode_end(tracer_encoder_t *self, uint32_t result);

// Sends what there is unless a rare record with so many bytes still fits in.
void tracer_encode_make_room(tracer_encoder_t *self, size_t bytes);
// A rare record, then its fields if this is true; they take at most `bytes`.
bool tracer_encode_rare(tracer_encoder_t *self, uint32_t rare, size_t bytes);
void tracer_encode_number(tracer_encoder_t *self, uint64_t number);  // up to 10 bytes
void tracer_encode_bits(tracer_encoder_t *self, uint32_t value, uint32_t bits);
void tracer_encode_block(tracer_encoder_t *self, uint32_t block);    // up to 8
void tracer_encode_text(tracer_encoder_t *self, const char *text, size_t length);

// Runs of equal bits; they may span packets.
bool tracer_encode_runs_begin(tracer_encoder_t *self, uint32_t rare);
void tracer_encode_runs(tracer_encoder_t *self, uint32_t colour, uint32_t count);
void tracer_encode_runs_end(tracer_encoder_t *self);

// Whole tables, as gc.c has them: two bits per block, lowest block lowest.
// Survivors are for between marking and sweeping: each head, marked or not.
void tracer_encode_survivors(tracer_encoder_t *self, const uint8_t *table, uint32_t blocks);
void tracer_encode_table(tracer_encoder_t *self, const uint8_t *table, uint32_t blocks);
// The first half of that: which blocks are used.
void tracer_encode_blocks(tracer_encoder_t *self, const uint8_t *table, uint32_t blocks);
// One bit per block in `flags`, sent for heads: TRACER_RARE_FINALISERS, _WEAKREFS.
void tracer_encode_table_flags(tracer_encoder_t *self, uint32_t rare, const uint8_t *table, const uint8_t *flags, uint32_t blocks);

// Counted events so far, dropped ones included.
uint32_t tracer_encode_events(const tracer_encoder_t *self);

// Sends what there is; the next event opens a new packet.
void tracer_encode_flush(tracer_encoder_t *self);

// A packet that is not events (about): closes the open one.
bool tracer_encode_raw(tracer_encoder_t *self, uint32_t type, const uint8_t *body, size_t length);

// CRC-32 in software, for ports without help: a table of 16.
uint32_t tracer_crc32(const uint8_t *data, size_t length);
// The same of what `crc` is the CRC of and of `data` behind it.
uint32_t tracer_crc32_more(uint32_t crc, const uint8_t *data, size_t length);

#endif // MPHEAP_TRACER_ENCODE_H
