// This file is part of mpheap, MIT licence.
//
// Snapshots: who points to whom in the heap when a collect begins.
//
// Taken inside a collect, which has the turn, before anything is marked:
//
//   tracer_collect_begin();
//   if (tracer_snapshot_begin()) {                    // objects
//       tracer_snapshot_roots(TRACER_ROOTS_STATIC, words, n);
//   }
//   ... marking; wherever the collector is given roots:
//       tracer_snapshot_roots(TRACER_ROOTS_STACK, words, n);
//   tracer_snapshot_end();
//   tracer_collect_marked(overflowed);
//
// in the order in which the collector sees them, so that its marking can be
// replayed word for word. Sent in slices of a packet each; a full ring is
// waited for, with interrupts on, under both policies (under DROP as long as a
// keyframe would). A line that takes nothing ends the snapshot, of which the
// host then believes nothing. All of it is the tracer's own time, which is
// taken out of the time line.
//
// Areas are sent one after the other, in the order of the list, and their blocks
// numbered through. Nothing of this is linked where it is not called.

#ifndef MPHEAP_TRACER_GRAPH_H
#define MPHEAP_TRACER_GRAPH_H

#include "tracer.h"

// With one collect in so many, the next one first; 0: only when asked for. With
// `contents` all snapshots have the beginnings of objects without pointers too.
void tracer_snapshot_every(uint32_t collects, bool contents);
// With the next collect.
void tracer_want_snapshot(bool contents);

// True if this collect has one.
bool tracer_snapshot_begin(void);
// These two do nothing where it has none.
void tracer_snapshot_roots(uint32_t kind, const void *words, size_t n);
void tracer_snapshot_end(void);

#endif // MPHEAP_TRACER_GRAPH_H
