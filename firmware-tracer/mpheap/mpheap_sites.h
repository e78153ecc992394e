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
// Which functions run is kept always, traced or not: a trace may begin deep
// inside calls. Each call has a frame on its own stack. code_state->ip is
// current at each opcode, so the line is that of the opcode which allocates.
// Code dies in collects and other code takes its address, so the cache is
// forgotten at each, and at each keyframe, as readers that join there know no
// sites.
//
// With a depth of more than one frame a site has a *caller*, another site, which
// has one in its turn: the line of each call. The cache is asked with a number
// made of the ips of all these frames; if it does not know, callers are looked
// up first, and are described first:
//
//   ip of main ──► site 3 ──┐
//   ip of step ─────────────┴► site 7 ──┐
//   ip of scale, return address ────────┴► site 8: "scale, called by 7"
//
// Cost: RAM 8 bytes per cache entry and 20 per site; without MPHEAP_SITES
// none of this is compiled or linked.

#ifndef MPHEAP_SITES_H
#define MPHEAP_SITES_H

#include "mpheap_callers.h"
#include "mpheap_port.h"

#ifndef MPHEAP_SITES
#define MPHEAP_SITES (1)
#endif

// A trace begins; `depth` frames for each site, 0: there are no sites.
#define MPHEAP_DEPTH_MAX (8)
void mpheap_sites_start(uint32_t depth);
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

// Where in the code (or in all code that runs); who of the runtime asks, and below that the site's number.
// A return address of Thumb code is odd, and no two functions that ask are 2 MB
// apart, which is all that Pico's flash has: so both are one word there.
#ifdef __ARM_ARCH_6M__
typedef uint32_t mpheap_asker_t;
#define MPHEAP_ASKER_SHIFT (11)
#else
typedef uint64_t mpheap_asker_t;
#define MPHEAP_ASKER_SHIFT (16)
#endif
// Higher numbers are looked up each time.
#define MPHEAP_CACHED_NUMBER_MAX ((1u << MPHEAP_ASKER_SHIFT) - 1)

// Written ip last, and read ip last: another core sees all of it, or no ip.
typedef struct _mpheap_cached_site_t {
    mpheap_asker_t asker;
    const byte *ip;
} mpheap_cached_site_t;

extern mpheap_cached_site_t mpheap_site_cache[MPHEAP_SITE_CACHE];
extern uint8_t mpheap_sites_depth;

static inline bool mpheap_has_sites(void) {
    return mpheap_sites_depth != 0;
}

// Of more than one frame.
static inline bool mpheap_has_stacks(void) {
    return mpheap_sites_depth > 1;
}

static inline mpheap_cached_site_t *mpheap_cached_site(const byte *ip, const void *asked_by) {
    size_t hash = (size_t)ip + ((size_t)asked_by >> 1);
    return &mpheap_site_cache[hash % MPHEAP_SITE_CACHE];
}

// The number, if it is so kept; else more than MPHEAP_CACHED_NUMBER_MAX.
static inline mpheap_asker_t mpheap_number_for(const mpheap_cached_site_t *cached, const void *asked_by) {
    return cached->asker ^ ((mpheap_asker_t)(uintptr_t)asked_by << MPHEAP_ASKER_SHIFT);
}

// Takes the steps that are taken most.
static inline void mpheap_step_out_shortly(mpheap_call_t *call) {
    mpheap_step_out(call, &mpheap_steps[0]);
    mpheap_step_out(call, &mpheap_steps[1]);
}

// The site of a request from there, after these steps, if it is in the cache;
// else 0 or more than MPHEAP_CACHED_NUMBER_MAX.
static inline mpheap_asker_t mpheap_site_at_hand(const void *asked_by, const byte *key) {
    const mpheap_cached_site_t *cached = mpheap_cached_site(key, asked_by);
    OPAQUE(cached);
    return LIKELY(cached->ip == key) ? mpheap_number_for(cached, asked_by) : 0;
}

// What so many frames are found by: the ip of a single one; of more a number
// that others have once in 2^32.
const byte *mpheap_key_of(const mpheap_frame_t *frame, uint32_t depth);

uint32_t mpheap_site_slowly(const mpheap_frame_t *frame, mpheap_call_t call);

// The site of the request that this call makes; 0: not known. It is described
// in the trace when this returns.
static inline uint32_t mpheap_site(mpheap_call_t call) {
    const mpheap_frame_t *frame = *mpheap_port_running();
    mpheap_step_out_shortly(&call);
    const byte *key = LIKELY(!mpheap_has_stacks()) ? frame->code->ip : mpheap_key_of(frame, mpheap_sites_depth);
    mpheap_asker_t number = mpheap_site_at_hand(call.back, key);
    return LIKELY(number - 1 < MPHEAP_CACHED_NUMBER_MAX) ? (uint32_t)number : mpheap_site_slowly(frame, call);
}
#else
static inline bool mpheap_has_sites(void) {
    return false;
}

static inline bool mpheap_has_stacks(void) {
    return false;
}

static inline void mpheap_step_out_shortly(mpheap_call_t *call) {
    (void)call;
}

static inline uint32_t mpheap_site_at_hand(const void *asked_by, const byte *key) {
    (void)asked_by;
    (void)key;
    return 0;
}

static inline uint32_t mpheap_site(mpheap_call_t call) {
    (void)call;
    return 0;
}
#endif

#endif // MPHEAP_SITES_H
