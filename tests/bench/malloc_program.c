// A program of so many heap events for heaptrack to record: the peer's trace.
// A ring of blocks of mixed sizes; each step frees the oldest, allocates one.

#include <stdio.h>
#include <stdlib.h>

#define RING 4096

int main(int argc, char **argv) {
    long events = argc > 1 ? atol(argv[1]) : 1000000;
    static void *ring[RING];
    unsigned state = 1;
    for (long i = 0; i < events / 2; ++i) {
        state = state * 1664525u + 1013904223u;
        free(ring[i % RING]);
        ring[i % RING] = malloc(16 + (state >> 24));
        if (!ring[i % RING]) {
            return 1;
        }
    }
    return 0;
}
