// This file is part of mpheap, MIT licence.
//
// Sites: the Python line, and the function of the runtime, that asks for
// memory.
//
//   mp_execute_bytecode ──► ip ──┐   ┌──────────┐ hit: the site's number
//                                ├──►│  cache   ├─────────────────────────►
//   mpheap_callers.h ──► return ─┘   │ of 256   │ miss: file, line, function
//                        address     └──────────┘ from the bytecode ──► table
//                                                 of sites
//
// Which function runs is kept always, traced or not: a trace may begin deep
// inside calls. code_state->ip is current at each opcode, so the line is that of
// the opcode which allocates. Code dies in collects and other code takes its
// address, so the cache is forgotten at each, and at each keyframe, as readers
// that join there know no sites.
//
// Cost: RAM 12 bytes per cache entry and 16 per site; without MPHEAP_SITES
// none of this is compiled or linked.

#ifndef MPHEAP_SITES_H
#define MPHEAP_SITES_H

#include "mpheap_callers.h"
#include "mpheap_port.h"

#ifndef MPHEAP_SITES
#define MPHEAP_SITES (1)
#endif

void mpheap_sites_start(bool on);
// Sites are to be looked up, and described, again: code may have died and other
// code have taken its place, or a keyframe comes.
void mpheap_sites_forget_code(void);
// ... and names mean something else.
void mpheap_sites_forget(void);

#if MPHEAP_SITES
// A power of two.
#ifndef MPHEAP_SITE_CACHE
#define MPHEAP_SITE_CACHE (256)
#endif

// Where in the code, and who of the runtime asks.
typedef struct _mpheap_cached_site_t {
    const byte *ip;
    const void *asked_by;
    uint32_t number;
} mpheap_cached_site_t;

extern mpheap_cached_site_t mpheap_site_cache[MPHEAP_SITE_CACHE];
extern bool mpheap_sites_on;

static inline bool mpheap_has_sites(void) {
    return mpheap_sites_on;
}

static inline mpheap_cached_site_t *mpheap_cached_site(const byte *ip, const void *asked_by) {
    size_t hash = (size_t)ip + ((size_t)asked_by >> 1);
    return &mpheap_site_cache[hash % MPHEAP_SITE_CACHE];
}

uint32_t mpheap_site_slowly(const mp_code_state_t *code, mpheap_call_t call);

// The site of the request that this call makes; 0: not known. It is described
// in the trace when this returns.
static inline uint32_t mpheap_site(mpheap_call_t call) {
    const mp_code_state_t *code = mpheap_port_thread()->code;
    mpheap_step_out(&call, &mpheap_steps[0]);
    mpheap_step_out(&call, &mpheap_steps[1]);
    const mpheap_cached_site_t *cached = mpheap_cached_site(code->ip, call.back);
    if (__builtin_expect(cached->ip == code->ip && cached->asked_by == call.back, 1)) {
        return cached->number;
    }
    return mpheap_site_slowly(code, call);
}
#else
static inline bool mpheap_has_sites(void) {
    return false;
}

static inline uint32_t mpheap_site(mpheap_call_t call) {
    (void)call;
    return 0;
}
#endif

#endif // MPHEAP_SITES_H
