// This file is part of mpheap, MIT licence.
//
// Constants of the trace format, shared by the device and the host. The format
// is described in docs/trace-format.md; nothing here is explained twice.
// C99 and C++, no includes, no code.

#ifndef MPHEAP_TRACER_FORMAT_H
#define MPHEAP_TRACER_FORMAT_H

#define TRACER_FORMAT_VERSION (1)

// --- Packets ----------------------------------------------------------------
//
//   00 | COBS( type flags sequence events records time [site] body crc ) | 00
//              1    1     1        4      2       6     2     ...  4
//
// All numbers little-endian.

#define TRACER_PACKET_MAX (256)      // both zero bytes included
#define TRACER_PACKET_DATA_MAX (TRACER_PACKET_MAX - 3)  // before COBS
#define TRACER_HEADER_BYTES (15)
#define TRACER_SITE_BYTES (2)        // more, with TRACER_FLAG_SITES
#define TRACER_CRC_BYTES (4)
#define TRACER_RECORDS_MAX (4095)    // records in one packet

#define TRACER_AT_TYPE (0)
#define TRACER_AT_FLAGS (1)
#define TRACER_AT_SEQUENCE (2)
#define TRACER_AT_EVENTS (3)         // counted events before this packet
#define TRACER_AT_RECORDS (7)
#define TRACER_AT_TIME (9)           // us, 48 bits, of the packet's start
#define TRACER_AT_SITE (15)

// Type byte: version in the high nibble, type in the low one.
enum {
    TRACER_TYPE_EVENTS = 1,          // body: range-coded records
    TRACER_TYPE_ABOUT = 2,           // body: firmware, options, areas
    TRACER_TYPE_SNAPSHOT = 3,        // body: a slice of a snapshot
    TRACER_TYPE_HOST = 8,            // written by the host: wall clock, port
};

// Flags byte of an events packet.
#define TRACER_FLAG_TIME_MASK (0x03)
#define TRACER_FLAG_TIME_PACKET (0)  // one time per packet
#define TRACER_FLAG_TIME_1US (1)
#define TRACER_FLAG_TIME_16US (2)
#define TRACER_FLAG_RESULTS (0x04)   // verify mode: results are sent
#define TRACER_FLAG_SITES (0x08)     // the header ends with the site in force
#define TRACER_FLAG_CORE (0x10)      // the first record is from core 1
#define TRACER_FLAG_LOST (0x20)      // records were dropped before this packet

// --- Range coder --------------------------------------------------------------

#define TRACER_RANGE_TOP_BIT (24)
#define TRACER_RANGE_TOP (1u << 24)  // range is kept at or above this
#define TRACER_BIT_HALF (128)        // probabilities: 8 bits, of a 1
#define TRACER_BIT_RATE (3)          // p moves 1/8 of the way
// A guess in trust 1, 2, 3 is wrong with a share of 1/2, 1/8, 1/32 of the range.
#define TRACER_MISS_SHIFT(trust) (2 * (trust) - 1)

// --- Symbols ------------------------------------------------------------------
//
// What an event says, in one word:
//
//   31                    10 9        4 3    0
//  | number (22 bits)       | age (6)  | op   |
//
// number: bytes requested (alloc, realloc) or the depth (lock, unlock). With
// TRACER_FLAG_SITES, of allocs and reallocs, site << 12 | bytes.
// age: the block named is the result of the record `age` records ago.

#define TRACER_NUMBER_SHIFT (10)
#define TRACER_NUMBER_BITS (22)
#define TRACER_SITED_BITS (12)       // of bytes, where sites are sent
#define TRACER_SITE_BITS (10)        // of the site; 0: the one in force
#define TRACER_AGE_SHIFT (4)
#define TRACER_AGE_NULL (0)
#define TRACER_AGE_MAX (62)
#define TRACER_AGE_FAR (63)          // the block number follows
#define TRACER_OP_MASK (15)

// FAILED: the result was NULL, which is no failure for 0 bytes.
enum {
    TRACER_OP_NONE = 0,
    TRACER_OP_ALLOC = 1,
    TRACER_OP_ALLOC_FINALISER = 2,
    TRACER_OP_ALLOC_FAILED = 3,
    TRACER_OP_ALLOC_FINALISER_FAILED = 4,
    TRACER_OP_REALLOC = 5,           // may not move
    TRACER_OP_REALLOC_MOVE = 6,
    TRACER_OP_REALLOC_FAILED = 7,
    TRACER_OP_REALLOC_MOVE_FAILED = 8,
    TRACER_OP_FREE = 9,
    TRACER_OP_TICK = 10,
    TRACER_OP_LOCK = 11,
    TRACER_OP_UNLOCK = 12,
    TRACER_OP_CORE = 13,             // later records are from core `number`
    TRACER_OP_RARE = 14,             // number is one of TRACER_RARE_*
    TRACER_OP_SITE = 15,             // later records are from site `number`
};

// Rare records: the symbol's number, then the fields, as in trace-format.md.
enum {
    TRACER_RARE_ALLOC_BEGIN = 0,     // something happens inside: bytes, finaliser
    TRACER_RARE_REALLOC_BEGIN = 1,   // block, bytes, move
    TRACER_RARE_END = 2,             // failed
    TRACER_RARE_COLLECT = 3,         // cause, amount
    TRACER_RARE_MARKED = 4,          // roots and stack are marked
    TRACER_RARE_SURVIVORS = 5,       // runs of dead and surviving heads
    TRACER_RARE_BLOCKS = 6,          // runs: each block, used or free
    TRACER_RARE_COLLECT_END = 7,     // digest
    TRACER_RARE_SWEEP_ALL = 8,
    TRACER_RARE_SWEEP_ALL_END = 9,
    TRACER_RARE_THRESHOLD = 10,      // blocks + 1, or 0: off
    TRACER_RARE_ENABLE = 11,
    TRACER_RARE_DISABLE = 12,
    TRACER_RARE_LOCK_STORE = 13,
    TRACER_RARE_WEAKREF = 14,        // block
    TRACER_RARE_INIT = 15,           // an area, everything afresh
    TRACER_RARE_AREA_ADDED = 16,
    TRACER_RARE_AREA_DROPPED = 17,
    TRACER_RARE_GROW_OFFER = 18,
    TRACER_RARE_GROW_TAKEN = 19,
    TRACER_RARE_CHECKPOINT = 20,     // digest and counters
    TRACER_RARE_LABEL = 21,          // text
    TRACER_RARE_SITE = 22,           // number, caller and line, three texts
    TRACER_RARE_STALL = 23,          // us the program waited for the line
    TRACER_RARE_MARK_OVERFLOW = 24,  // BLOCKS follow in place of SURVIVORS
    TRACER_RARE_FINISH = 25,         // the trace ends: complete
    TRACER_RARE_KEYFRAME = 26,       // counters; runs of each area follow
    TRACER_RARE_HEADS = 27,          // runs: each used block, head or tail
    TRACER_RARE_FINALISERS = 28,     // runs: each head, with finaliser or not
    TRACER_RARE_WEAKREFS = 29,       // runs: each head, with weak references
    TRACER_RARE_KEYFRAME_END = 30,   // digests
    TRACER_RARE_WAIT = 31,           // us this core waited for the other's turn
};

// In the second number of a SITE record, above the line: the site of the caller.
#define TRACER_CALLER_SHIFT (32)

// Those that count as events, as alloc, realloc and free do.
#define TRACER_RARE_COUNTED \
    (1u << TRACER_RARE_ALLOC_BEGIN | 1u << TRACER_RARE_REALLOC_BEGIN \
    | 1u << TRACER_RARE_COLLECT | 1u << TRACER_RARE_SWEEP_ALL)

// --- Snapshots --------------------------------------------------------------------
//
// A snapshot is a row of bytes, cut into slices; a slice is a packet's body:
//
//   number | index, last | bytes
//      1          2

#define TRACER_SLICE_HEADER (3)
#define TRACER_SLICE_MAX (TRACER_PACKET_DATA_MAX - TRACER_HEADER_BYTES - TRACER_CRC_BYTES)
#define TRACER_SLICE_LAST (0x8000)   // in the index
#define TRACER_SNAPSHOT_FORM (0)     // of the bytes; the first of them: 0 and
#define TRACER_SNAPSHOT_CONTENTS (1) // with contents of objects
#define TRACER_SNAPSHOT_AREAS (2)    // of a heap of several areas
#define TRACER_CONTENTS_MAX (32)     // bytes of an object that are sent

// What the pointer test says of a word.
enum {
    TRACER_WORD_UNALIGNED = 0,       // no multiple of the block size
    TRACER_WORD_BELOW = 1,           // all pools
    TRACER_WORD_ABOVE = 2,           // neither, and in no pool
    TRACER_WORD_IN_POOL = 3,         // its block follows
};
#define TRACER_GROUP_POINTS (256)    // no group of four words without a pointer
#define TRACER_KINDS (32)            // first words that are remembered

// Roots, in marking order. 0 is the end.
enum {
    TRACER_ROOTS_END = 0,
    TRACER_ROOTS_STATIC = 1,
    TRACER_ROOTS_STACK = 2,          // and registers, of the core that collects
    TRACER_ROOTS_OTHER = 3,          // other cores or threads
};

// --- Adaptive tables (reset at each packet) -------------------------------------

#define TRACER_DICTIONARY_BITS (6)
#define TRACER_DICTIONARY_SIZE (1 << TRACER_DICTIONARY_BITS)
#define TRACER_TRUST_SHIFT (TRACER_DICTIONARY_BITS)
#define TRACER_TRUST_ONE (1u << TRACER_TRUST_SHIFT)
#define TRACER_TRUST_FULL (3u << TRACER_TRUST_SHIFT)
#define TRACER_HASH_FACTOR (2654435761u)
#define TRACER_CONTEXT_SHIFT (2)
#define TRACER_CONTEXTS (128)
#define TRACER_RECENT_BITS (5)
#define TRACER_RECENT_SIZE (1 << TRACER_RECENT_BITS)
#define TRACER_BLOCK_NEAR_BITS (20)  // wider blocks are always far
#define TRACER_BLOCK_BITS (29)       // none is wider

#define TRACER_CLASS_ESCAPE (31)     // number classes: a raw 64-bit number
#define TRACER_RUN_PAUSE (30)        // run classes: goes on in the next packet
#define TRACER_RUN_END (31)

// --- Times -----------------------------------------------------------------------
//
// Small numbers, from the end of the body backwards: one unit of so many bits
// each, or the escape (all ones) and what is above it in groups of four bits.

// The time before a symbol is kept at its index, or at that xor this where the
// symbol before it was the same.
#define TRACER_TIME_REPEATED (32)
#define TRACER_TIME_UNIT_1US (4)     // bits of a unit
#define TRACER_TIME_UNIT_16US (2)
#define TRACER_TIME_GROUP (3)        // bits of the number in a group
#define TRACER_TIME_MORE (8)         // a group's highest bit: another one follows

#endif // MPHEAP_TRACER_FORMAT_H
