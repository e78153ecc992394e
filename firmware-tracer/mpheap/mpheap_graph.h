// This file is part of mpheap, MIT licence.
//
// Snapshots of MicroPython's heap: the roots, as gc.c takes them, in its order.
//
//   gc_collect_start()   static roots: part of mp_state_ctx, which gc.c reads itself
//   gc_collect_root()    what the port gives: registers and stack of the core that
//                        collects, then whatever other cores or threads have
//
// Without MPHEAP_SNAPSHOTS none of this is compiled or linked, and
// gc_collect_root() is not wrapped.

#ifndef MPHEAP_GRAPH_H
#define MPHEAP_GRAPH_H

#ifndef MPHEAP_SNAPSHOTS
#define MPHEAP_SNAPSHOTS (1)
#endif

#if MPHEAP_SNAPSHOTS
#include "tracer_graph.h"

// Inside a collect that is recorded, before anything is marked: takes a
// snapshot if one is due.
void mpheap_snapshot_begin(void);

static inline void mpheap_snapshot_end(void) {
    tracer_snapshot_end();
}
#else
static inline void mpheap_snapshot_begin(void) {
}

static inline void mpheap_snapshot_end(void) {
}
#endif

#endif // MPHEAP_GRAPH_H
