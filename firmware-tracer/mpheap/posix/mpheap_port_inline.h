// This file is part of mpheap, MIT licence.
//
// The inline part of the unix port; see mpheap_port.h.

#ifndef MPHEAP_PORT_INLINE_H
#define MPHEAP_PORT_INLINE_H

#include <pthread.h>

// The port sweeps everything at its end, not at soft resets.
#define MPHEAP_PORT_EXITS_AFTER_SWEEP_ALL (1)

extern pthread_mutex_t mpheap_port_mutex;
extern __thread const mpheap_frame_t *mpheap_this_frame;

void mpheap_port_tick_clock(void);

// Recursive: a request may collect. A thread that waits here is scanned by the
// collector as it is.
static inline void mpheap_port_enter(void) {
    pthread_mutex_lock(&mpheap_port_mutex);
    mpheap_port_tick_clock();
}

static inline void mpheap_port_leave(void) {
    pthread_mutex_unlock(&mpheap_port_mutex);
}

static inline const mpheap_frame_t **mpheap_port_running(void) {
    return &mpheap_this_frame;
}

static inline void mpheap_port_no_frames(void) {
}

#endif // MPHEAP_PORT_INLINE_H
