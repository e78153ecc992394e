// This file is part of mpheap, MIT licence.
//
// The tables of the heap, as runs of equal bits.
//
// A table is sent as one row of bits in runs of equal ones. Runs alternate,
// the first is of ones. A row that fills a packet goes on in the next, in a
// record of the same kind.

#include "tracer_encode.h"

#include <string.h>

#include "tracer_packet.h"
#include "tracer_range.h"

// Bytes a run may need at most.
#define ROOM_RUN (12)

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
    if (tracer_packet_room(self) < 2 * ROOM_RUN + ROOM_TIME) {
        tracer_range_tree(self, self->run_bits, TRACER_RUN_PAUSE, 5);
        if (!tracer_encode_rare(self, self->runs, ROOM_RUN)) {
            return;
        }
        if (self->colour == 0) {
            tracer_range_tree(self, self->run_bits, 0, 5); // no ones
        }
    }
    tracer_range_classed(self, self->run_bits, self->run);
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
        tracer_range_tree(self, self->run_bits, TRACER_RUN_END, 5);
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

