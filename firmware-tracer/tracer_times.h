// This file is part of mpheap, MIT licence.
//
// How times are distributed, for encoder and decoder alike: part of the format.
// Trained on golden/captures, smoothed so that no bucket is dear at any level.

#ifndef MPHEAP_TRACER_TIMES_H
#define MPHEAP_TRACER_TIMES_H

#include <stdint.h>

#include "tracer_format.h"

// A row per level: the share of all buckets below each bucket, in 256ths. The
// next entry is where a bucket ends; after the last one that is 0, for 256.
static const uint8_t tracer_time_shares[TRACER_TIME_LEVELS * TRACER_TIME_BUCKETS + 1] = {
    0, 129, 160, 188, 192, 197, 200, 203, 210, 223, 226, 232, 238, 247, 251, 254,
    0, 76, 138, 194, 201, 208, 212, 220, 225, 236, 244, 247, 252, 253, 254, 255,
    0, 120, 157, 173, 191, 203, 215, 230, 236, 240, 243, 246, 250, 253, 254, 255,
    0, 31, 53, 79, 101, 125, 173, 233, 239, 243, 244, 247, 250, 253, 254, 255,
    0, 34, 75, 82, 99, 139, 178, 222, 231, 235, 238, 244, 250, 253, 254, 255,
    0, 4, 67, 74, 82, 146, 183, 209, 223, 228, 233, 240, 247, 253, 254, 255,
    0, 4, 9, 118, 126, 137, 154, 181, 199, 214, 222, 233, 242, 253, 254, 255,
    0, 4, 13, 20, 28, 47, 64, 95, 135, 164, 181, 205, 227, 249, 252, 254,
    0, 3, 8, 11, 17, 26, 39, 55, 79, 121, 142, 169, 198, 247, 251, 254,
    0, 2, 4, 19, 27, 34, 46, 62, 77, 102, 132, 185, 201, 245, 250, 254,
    0, 14, 27, 28, 35, 42, 54, 69, 83, 97, 127, 185, 207, 238, 246, 252,
    0, 1, 2, 3, 5, 8, 12, 18, 35, 48, 68, 116, 165, 214, 234, 247,
    0, 1, 2, 3, 5, 7, 10, 17, 41, 52, 68, 92, 128, 180, 216, 240,
    0, 1, 2, 3, 4, 6, 9, 13, 18, 26, 38, 56, 83, 124, 188, 229,
    0, 1, 2, 3, 4, 6, 8, 11, 15, 21, 30, 44, 64, 95, 141, 210,
    0, 1, 2, 3, 4, 5, 7, 10, 14, 19, 26, 37, 54, 79, 116, 172,
    0,
};

// Values below 64 by bucket. Buckets from 4 on hold 2^(bucket / 2 - 1) values.
static const uint8_t tracer_time_buckets[64] = {
    0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7,
    8, 8, 8, 8, 8, 8, 8, 8, 9, 9, 9, 9, 9, 9, 9, 9,
    10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10,
    11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11,
};

#endif // MPHEAP_TRACER_TIMES_H
