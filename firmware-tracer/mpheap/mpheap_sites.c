// This file is part of mpheap, MIT licence.

#include "mpheap_sites.h"

#include <string.h>

const mp_code_state_t mpheap_no_code;

#if MPHEAP_SITES

// A power of two.
#ifndef MPHEAP_SITE_TABLE
#define MPHEAP_SITE_TABLE (256)
#endif
#define PROBES (4)
#define NUMBER_MAX (0xffff)

typedef struct _place_t {
    qstr file;
    qstr function;
    uint32_t line;
    const void *asked_by;
} place_t;

// Numbers are given in order and never twice.
typedef struct _site_t {
    place_t place;
    uint16_t number;        // 0: none
    uint16_t described;     // low bits of the count of keyframes before
} site_t;

bool mpheap_sites_on;

mpheap_cached_site_t mpheap_site_cache[MPHEAP_SITE_CACHE];

static site_t sites[MPHEAP_SITE_TABLE];
static uint32_t last_number;

// --- The running function -----------------------------------------------------------

MPHEAP_FAR mp_vm_return_kind_t __real_mp_execute_bytecode(mp_code_state_t *code, mp_obj_t inject);
mp_vm_return_kind_t __wrap_mp_execute_bytecode(mp_code_state_t *code, mp_obj_t inject);

// It returns in all cases: exceptions are a return value.
mp_vm_return_kind_t __wrap_mp_execute_bytecode(mp_code_state_t *code, mp_obj_t inject) {
    const void **running = mpheap_port_running();
    const void *caller = *running;
    *running = code;
    mp_vm_return_kind_t kind = __real_mp_execute_bytecode(code, inject);
    *running = caller;
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
    place->file = MPHEAP_FILE_OF(function);
    place->function = MPHEAP_NAME_OF(function, name);
    place->line = (uint32_t)mp_bytecode_get_source_line(ip, line_info_top, offset);
}

// --- The table of sites ---------------------------------------------------------

static site_t *find_site(const place_t *place) {
    uint32_t hash = (place->line * 31 + (uint32_t)place->function) * 31 + (uint32_t)((uintptr_t)place->asked_by >> 1);
    hash = hash * 2654435761u >> 16;
    site_t *site = NULL;
    for (uint32_t i = 0; i < PROBES; i++) {
        site = &sites[(hash + i) % MPHEAP_SITE_TABLE];
        if (site->number == 0 || memcmp(&site->place, place, sizeof(*place)) == 0) {
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
    tracer_describe_site(site->number, place->line, known ? qstr_str(place->file) : "",
        known ? qstr_str(place->function) : "", runtime);
}

// A keyframe may follow the description at once, which is then to be repeated.
static void describe_after_keyframe(site_t *site) {
    while (site->described != (uint16_t)tracer_keyframes()) {
        site->described = (uint16_t)tracer_keyframes();
        describe(site);
    }
}

static uint32_t number_of(const mp_code_state_t *code, const void *asked_by) {
    place_t place;
    memset(&place, 0, sizeof(place)); // padding is compared too
    place.asked_by = asked_by;
    if (code->ip != NULL) {
        decode(&place, code);
    }
    site_t *site = find_site(&place);
    if (site->number == 0) {
        if (last_number == NUMBER_MAX) {
            return 0;
        }
        site->place = place;
        site->number = (uint16_t)++last_number;
        site->described = (uint16_t)(tracer_keyframes() - 1);
    }
    describe_after_keyframe(site);
    return site->number;
}

// --- What hooks call ----------------------------------------------------------------

void mpheap_sites_start(bool on) {
    last_number = 0;
    mpheap_sites_on = on;
    mpheap_sites_forget();
}

void mpheap_sites_forget_code(void) {
    memset(mpheap_site_cache, 0, sizeof(mpheap_site_cache));
}

void mpheap_sites_forget(void) {
    memset(sites, 0, sizeof(sites));
    mpheap_sites_forget_code();
}

static void keep(mpheap_cached_site_t *cached, const byte *ip, const void *asked_by, uint32_t number) {
    volatile mpheap_cached_site_t *to = cached;
    to->ip = NULL;
    if (number != 0 && number <= MPHEAP_CACHED_NUMBER_MAX) {
        to->asker = ((mpheap_asker_t)(uintptr_t)asked_by << MPHEAP_ASKER_SHIFT) + number;
        to->ip = ip;
    }
}

// The address where a call comes from may be one of those that steps lead from:
// the cache never has these. The turn is held: the tables are of both cores.
uint32_t mpheap_site_slowly(const mp_code_state_t *code, mpheap_call_t call) {
    mpheap_step_out_fully(&call);
    tracer_take_turn();
    mpheap_cached_site_t *cached = mpheap_cached_site(code->ip, call.back);
    mpheap_asker_t number = mpheap_number_for(cached, call.back);
    if (cached->ip != code->ip || number - 1 >= MPHEAP_CACHED_NUMBER_MAX) {
        number = number_of(code, call.back);
        keep(cached, code->ip, call.back, (uint32_t)number);
    }
    tracer_give_turn();
    return (uint32_t)number;
}

#else

void mpheap_sites_start(bool on) {
    (void)on;
}

void mpheap_sites_forget_code(void) {
}

void mpheap_sites_forget(void) {
}

#endif // MPHEAP_SITES
