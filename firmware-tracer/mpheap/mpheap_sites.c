// This file is part of mpheap, MIT licence.

#include "mpheap_sites.h"

#include <string.h>

#include "mpheap_compat.h"

#if MPHEAP_SITES

// Both powers of two.
#ifndef MPHEAP_SITE_CACHE
#define MPHEAP_SITE_CACHE (256)
#endif
#ifndef MPHEAP_SITE_TABLE
#define MPHEAP_SITE_TABLE (256)
#endif
#define PROBES (4)
#define NUMBER_MAX (0xffff)

typedef struct _mpheap_frame_t {
    const mp_code_state_t *code;
    struct _mpheap_frame_t *caller;
} mpheap_frame_t;

// Where in the code, and who of the runtime asked.
typedef struct _cached_t {
    const byte *ip;
    const void *asked_by;
    uint32_t number;
} cached_t;

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

static cached_t cache[MPHEAP_SITE_CACHE];
static site_t sites[MPHEAP_SITE_TABLE];
static uint32_t last_number;

// --- Frames and callers -------------------------------------------------------------

mp_vm_return_kind_t __real_mp_execute_bytecode(mp_code_state_t *code, volatile mp_obj_t inject);
mp_vm_return_kind_t __wrap_mp_execute_bytecode(mp_code_state_t *code, volatile mp_obj_t inject);

// It returns in all cases: exceptions are a return value.
mp_vm_return_kind_t __wrap_mp_execute_bytecode(mp_code_state_t *code, volatile mp_obj_t inject) {
    mpheap_thread_t *thread = mpheap_port_thread();
    mpheap_frame_t frame = { code, thread->frame };
    thread->frame = &frame;
    mp_vm_return_kind_t kind = __real_mp_execute_bytecode(code, inject);
    thread->frame = frame.caller;
    return kind;
}

// Who calls m_malloc() and the like is who asks; unless it is a helper, which
// calls m_malloc() next.
static inline void note_asked(const void *caller) {
    if (mpheap_sites_on) {
        mpheap_thread_t *thread = mpheap_port_thread();
        const void *helped = thread->helped;
        thread->asked_by = helped != NULL ? helped : caller;
        thread->helped = NULL;
    }
}

static inline void note_helped(const void *caller) {
    if (mpheap_sites_on) {
        mpheap_port_thread()->helped = caller;
    }
}

// The hook of NAME, which has these parameters and is called with these
// arguments, notes its caller.
#define HOOK(note, name, parameters, arguments) \
    void *__real_##name parameters; \
    void *__wrap_##name parameters; \
    void *__wrap_##name parameters { \
        note(__builtin_return_address(0)); \
        return __real_##name arguments; \
    }

HOOK(note_asked, m_malloc, (size_t num_bytes), (num_bytes))
HOOK(note_asked, m_malloc0, (size_t num_bytes), (num_bytes))
HOOK(note_asked, m_malloc_maybe, (size_t num_bytes), (num_bytes))
HOOK(note_asked, m_realloc, (void *ptr, MPHEAP_OLD_SIZE_PARAMETER size_t num_bytes), (ptr, MPHEAP_OLD_SIZE num_bytes))
HOOK(note_asked, m_realloc_maybe, (void *ptr, MPHEAP_OLD_SIZE_PARAMETER size_t num_bytes, bool may_move),
    (ptr, MPHEAP_OLD_SIZE num_bytes, may_move))
#if MICROPY_ENABLE_FINALISER
HOOK(note_asked, m_malloc_with_finaliser, (size_t num_bytes), (num_bytes))
#endif
#if MICROPY_TRACKED_ALLOC
HOOK(note_asked, m_tracked_calloc, (size_t nmemb, size_t size), (nmemb, size))
#endif

HOOK(note_helped, mp_obj_malloc_helper, (size_t num_bytes, const mp_obj_type_t *type), (num_bytes, type))
#if MPHEAP_HAS_FINALISER_HELPER
HOOK(note_helped, mp_obj_malloc_with_finaliser_helper, (size_t num_bytes, const mp_obj_type_t *type), (num_bytes, type))
#endif

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
    if (code != NULL) {
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
    memset(cache, 0, sizeof(cache));
}

void mpheap_sites_forget(void) {
    memset(sites, 0, sizeof(sites));
    mpheap_sites_forget_code();
}

uint32_t mpheap_site(void) {
    const mpheap_thread_t *thread = mpheap_port_thread();
    const mpheap_frame_t *frame = thread->frame;
    const void *asked_by = thread->asked_by;
    const byte *ip = frame != NULL ? frame->code->ip : NULL;
    uint32_t hash = (uint32_t)((uintptr_t)ip * 5 ^ (uintptr_t)asked_by >> 1);
    cached_t *cached = &cache[(hash ^ hash >> 8) % MPHEAP_SITE_CACHE];
    if (cached->ip != ip || cached->asked_by != asked_by) {
        *cached = (cached_t) { ip, asked_by, number_of(frame != NULL ? frame->code : NULL, asked_by) };
    }
    return cached->number;
}

#else

void mpheap_sites_start(bool on) {
    (void)on;
}

void mpheap_sites_forget_code(void) {
}

void mpheap_sites_forget(void) {
}

uint32_t mpheap_site(void) {
    return 0;
}

#endif // MPHEAP_SITES
