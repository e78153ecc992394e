// This file is part of mpheap, MIT licence.

#include "mpheap_sites.h"

#include <string.h>

static const mp_code_state_t no_code;
const mpheap_frame_t mpheap_no_frame = { &no_code, NULL };

#if MPHEAP_SITES

// A power of two.
#ifndef MPHEAP_SITE_TABLE
#ifdef __ARM_ARCH_6M__
#define MPHEAP_SITE_TABLE (256)
#else
#define MPHEAP_SITE_TABLE (4096)
#endif
#endif
#define PROBES (4)
#define NUMBER_MAX (0xffff)

typedef struct _place_t {
    const void *asked_by;       // NULL: it calls, and does not ask itself
    uint32_t line;
    qstr_short_t file;          // as in bytecode
    qstr_short_t function;
    uint16_t caller;            // the number of its site; 0: not told
} place_t;

// Numbers are given in order and never twice.
typedef struct _site_t {
    place_t place;
    uint16_t number;        // 0: none
    uint16_t described;     // low bits of the count of keyframes before
} site_t;

uint8_t mpheap_sites_depth;

mpheap_cached_site_t mpheap_site_cache[MPHEAP_SITE_CACHE];

static site_t sites[MPHEAP_SITE_TABLE];
static uint32_t last_number;

// --- The running functions ----------------------------------------------------------

MPHEAP_FAR mp_vm_return_kind_t __real_mp_execute_bytecode(mp_code_state_t *code, mp_obj_t inject);
mp_vm_return_kind_t __wrap_mp_execute_bytecode(mp_code_state_t *code, mp_obj_t inject);

// It returns in all cases: exceptions are a return value. An interrupt finds a
// frame that is whole.
mp_vm_return_kind_t __wrap_mp_execute_bytecode(mp_code_state_t *code, mp_obj_t inject) {
    const mpheap_frame_t **running = mpheap_port_running();
    const mpheap_frame_t frame = { code, *running };
    __atomic_signal_fence(__ATOMIC_RELEASE);
    *running = &frame;
    mp_vm_return_kind_t kind = __real_mp_execute_bytecode(code, inject);
    *running = frame.caller;
    return kind;
}

// --- From an ip to a place ----------------------------------------------------------

// The prelude of bytecode: sizes, the name, the arguments' names, line info.
static void decode(place_t *place, const mp_code_state_t *code) {
    const mp_obj_fun_bc_t *function = code->fun_bc;
    const byte *ip = function->bytecode;
    MP_BC_PRELUDE_SIG_DECODE(ip);
    MP_BC_PRELUDE_SIZE_DECODE(ip);
    const byte *line_info_top = ip + n_info;
    size_t offset = (size_t)(code->ip - (line_info_top + n_cell));
    mp_uint_t name = mp_decode_uint_value(ip);
    for (size_t i = 0; i < 1 + n_pos_args + n_kwonly_args; i++) {
        ip = mp_decode_uint_skip(ip);
    }
    place->file = (qstr_short_t)MPHEAP_FILE_OF(function);
    place->function = (qstr_short_t)MPHEAP_NAME_OF(function, name);
    place->line = (uint32_t)mp_bytecode_get_source_line(ip, line_info_top, offset);
}

// --- The table of sites ---------------------------------------------------------

static bool is_same(const place_t *a, const place_t *b) {
    return a->asked_by == b->asked_by && a->line == b->line && a->file == b->file
        && a->function == b->function && a->caller == b->caller;
}

static site_t *find_site(const place_t *place) {
    uint32_t hash = (place->line * 31 + place->function) * 31 + (uint32_t)((uintptr_t)place->asked_by >> 1);
    hash = (hash * 31 + place->caller) * 2654435761u >> 16;
    site_t *site = NULL;
    for (uint32_t i = 0; i < PROBES; i++) {
        site = &sites[(hash + i) % MPHEAP_SITE_TABLE];
        if (site->number == 0 || is_same(&site->place, place)) {
            return site;
        }
    }
    // All taken: one goes, and gets another number when it comes again.
    site = &sites[(hash + last_number % PROBES) % MPHEAP_SITE_TABLE];
    site->number = 0;
    return site;
}

static void describe(const site_t *site) {
    char runtime[2 + 2 * sizeof(uintptr_t) + 1] = "";
    const place_t *place = &site->place;
    if (place->asked_by != NULL) {
        char *at = runtime + sizeof(runtime) - 1;
        for (uintptr_t rest = mpheap_port_code_address(place->asked_by); rest != 0; rest >>= 4) {
            *--at = "0123456789abcdef"[rest & 15];
        }
        *--at = 'x';
        *--at = '0';
        memmove(runtime, at, (size_t)(runtime + sizeof(runtime) - at));
    }
    bool known = place->line != 0;
    const tracer_site_t description = {
        .number = site->number,
        .caller = place->caller,
        .line = place->line,
        .file = known ? qstr_str(place->file) : "",
        .function = known ? qstr_str(place->function) : "",
        .runtime = runtime,
    };
    tracer_describe_site(&description);
}

// Described since the last keyframe, unless one follows at once. NULL: there
// are no numbers any more.
static const site_t *site_of(const mp_code_state_t *code, const void *asked_by, uint32_t caller) {
    place_t place = { .asked_by = asked_by, .caller = (uint16_t)caller };
    if (code->ip != NULL) {
        decode(&place, code);
    }
    site_t *site = find_site(&place);
    if (site->number == 0) {
        if (last_number == NUMBER_MAX) {
            return NULL;
        }
        site->place = place;
        site->number = (uint16_t)++last_number;
        site->described = (uint16_t)(tracer_keyframes() - 1);
    }
    if (site->described != (uint16_t)tracer_keyframes()) {
        site->described = (uint16_t)tracer_keyframes();
        describe(site);
    }
    return site;
}

// --- The cache ----------------------------------------------------------------------

const byte *mpheap_key_of(const mpheap_frame_t *frame, uint32_t depth) {
    size_t factor = 2654435761u;
    OPAQUE(factor);
    const byte *ip = frame->code->ip;
    size_t key = (size_t)ip;
    for (; depth > 1 && ip != NULL; depth--) {
        frame = frame->caller;
        ip = frame->code->ip;
        key = key * factor + (size_t)ip;
    }
    return (const byte *)key;
}

static void keep(mpheap_cached_site_t *cached, const byte *key, const void *asked_by, uint32_t number) {
    volatile mpheap_cached_site_t *to = cached;
    to->ip = NULL;
    to->asker = 0;
    if (number != 0 && number <= MPHEAP_CACHED_NUMBER_MAX) {
        to->asker = ((mpheap_asker_t)(uintptr_t)asked_by << MPHEAP_ASKER_SHIFT) + number;
        to->ip = key;
    }
}

// Callers first. If a keyframe comes meanwhile, all are to be described again.
static uint32_t number_of(const mpheap_frame_t *frame, const void *asked_by, uint32_t depth) {
    const byte *key = mpheap_key_of(frame, depth);
    mpheap_cached_site_t *cached = mpheap_cached_site(key, asked_by);
    mpheap_asker_t at_hand = mpheap_number_for(cached, asked_by);
    if (cached->ip == key && at_hand - 1 < MPHEAP_CACHED_NUMBER_MAX) {
        return (uint32_t)at_hand;
    }
    bool is_called = depth > 1 && frame->code->ip != NULL && frame->caller->code->ip != NULL;
    const site_t *site;
    uint32_t keyframes;
    do {
        keyframes = tracer_keyframes();
        uint32_t caller = is_called ? number_of(frame->caller, NULL, depth - 1) : 0;
        site = site_of(frame->code, asked_by, caller);
    } while (keyframes != tracer_keyframes());
    uint32_t number = site != NULL ? site->number : 0;
    keep(cached, key, asked_by, number);
    return number;
}

// --- What hooks call ----------------------------------------------------------------

void mpheap_sites_start(uint32_t depth) {
    last_number = 0;
    mpheap_sites_depth = (uint8_t)depth;
    mpheap_sites_forget();
}

void mpheap_sites_forget_code(void) {
    memset(mpheap_site_cache, 0, sizeof(mpheap_site_cache));
}

void mpheap_sites_forget(void) {
    memset(sites, 0, sizeof(sites));
    mpheap_sites_forget_code();
}

// The address where a call comes from may be one of those that steps lead from:
// the cache never has these. The turn is held: the tables are of both cores.
uint32_t mpheap_site_slowly(const mpheap_frame_t *frame, mpheap_call_t call) {
    mpheap_step_out_fully(&call);
    tracer_take_turn();
    uint32_t number = number_of(frame, call.back, mpheap_sites_depth);
    tracer_give_turn();
    return number;
}

#else

void mpheap_sites_start(uint32_t depth) {
    (void)depth;
}

void mpheap_sites_forget_code(void) {
}

void mpheap_sites_forget(void) {
}

#endif // MPHEAP_SITES
