// This file is part of mpheap, MIT licence.
//
// What hooks ask of the module.

#ifndef MPHEAP_MODMPHEAP_H
#define MPHEAP_MODMPHEAP_H

// Ends the trace as stop() does, but for the last collect, and silently.
void mpheap_finish(void);

#endif // MPHEAP_MODMPHEAP_H
