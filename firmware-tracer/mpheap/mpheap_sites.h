// This file is part of mpheap, MIT licence.
//
// Sites: the Python line, and the function of the runtime, that asks for
// memory.
//
//   frame ──► ip ──────────┐   ┌──────────┐ hit: the site's number
//   (mp_execute_bytecode)  ├──►│  cache   ├─────────────────────────►
//   m_malloc family ──► return │ of 256   │ miss: file, line, function
//                      address └──────────┘ from the bytecode ──► table of sites
//
// The frames are kept always, traced or not: a trace may begin deep inside
// calls. code_state->ip is current at each opcode, so the line is that of the
// opcode which allocates. Code dies in collects and other code takes its
// address, so the cache is forgotten at each, and at each keyframe, as readers
// that join there know no sites.
//
// Cost: RAM 12 bytes per cache entry and 16 per site; without MPHEAP_SITES
// none of this is compiled or linked.

#ifndef MPHEAP_SITES_H
#define MPHEAP_SITES_H

#include "mpheap_port.h"

#ifndef MPHEAP_SITES
#define MPHEAP_SITES (1)
#endif

#if MPHEAP_SITES
extern bool mpheap_sites_on;

static inline bool mpheap_has_sites(void) {
    return mpheap_sites_on;
}
#else
static inline bool mpheap_has_sites(void) {
    return false;
}
#endif

void mpheap_sites_start(bool on);
// The site of the request that this thread is about to make; 0: not known. It
// is described in the trace when this returns.
uint32_t mpheap_site(void);
// Sites are to be looked up, and described, again: code may have died and other
// code have taken its place, or a keyframe comes.
void mpheap_sites_forget_code(void);
// ... and names mean something else.
void mpheap_sites_forget(void);

#endif // MPHEAP_SITES_H
