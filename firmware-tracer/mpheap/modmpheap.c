// This file is part of mpheap, MIT licence.
//
// import mpheap: see docs/firmware.md.

#include <string.h>

#include "mpheap_graph.h"
#include "mpheap_heap.h"
#include "mpheap_hooks.h"
#include "mpheap_port.h"
#include "mpheap_sites.h"
#include "py/runtime.h"
#include "modmpheap.h"

#define BAUD_MIN (115200)
#define BAUD_MAX (3000000)
#define NO_GRANULE ((size_t)-1)

static size_t granule_blocks;   // the threshold that start() set
static size_t threshold_before;
static int line_error;          // what the line of the last trace came to

// --- Options ------------------------------------------------------------------------

typedef struct _choice_t {
    const char *name;
    uint8_t value;
} choice_t;

// The value of the choice so named; else ValueError with what there is.
static uint8_t choose(const char *option, mp_obj_t chosen, const choice_t *choices, size_t n) {
    const char *name = mp_obj_str_get_str(chosen);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(choices[i].name, name) == 0) {
            return choices[i].value;
        }
    }
    if (n == 2) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("mpheap: %s is %s or %s"), option, choices[0].name, choices[1].name);
    }
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("mpheap: %s is %s, %s or %s"), option,
        choices[0].name, choices[1].name, choices[2].name);
}

static uint8_t policy_of(mp_obj_t chosen) {
    static const choice_t policies[] = { { "stall", TRACER_STALL }, { "drop", TRACER_DROP } };
    return choose("policy", chosen, policies, MP_ARRAY_SIZE(policies));
}

static uint8_t time_of(mp_obj_t chosen) {
    static const choice_t times[] = {
        { "1us", TRACER_FLAG_TIME_1US }, { "16us", TRACER_FLAG_TIME_16US }, { "packet", TRACER_FLAG_TIME_PACKET },
    };
    return choose("time", chosen, times, MP_ARRAY_SIZE(times));
}

static mp_int_t in_range(const char *option, mp_int_t value, mp_int_t least, mp_int_t most) {
    if (value < least || value > most) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("mpheap: %s is %d to %d"), option, (int)least, (int)most);
    }
    return value;
}

// --- Starting and stopping ----------------------------------------------------

enum { ARG_uart, ARG_baud, ARG_policy, ARG_time, ARG_sites, ARG_verify, ARG_granule, ARG_path, ARG_tx, ARG_snapshots, ARG_contents };

static void set_granule(mp_int_t n_bytes) {
    threshold_before = MP_STATE_MEM(gc_alloc_threshold);
    granule_blocks = NO_GRANULE;
    if (n_bytes != 0) {
        granule_blocks = (size_t)n_bytes / MICROPY_BYTES_PER_GC_BLOCK;
        MP_STATE_MEM(gc_alloc_threshold) = granule_blocks;
    }
}

// The program may have set its own since.
static void restore_threshold(void) {
    if (granule_blocks != NO_GRANULE && MP_STATE_MEM(gc_alloc_threshold) == granule_blocks) {
        MP_STATE_MEM(gc_alloc_threshold) = threshold_before;
    }
}

static bool try_to_start(const tracer_setup_t *setup) {
    mpheap_port_enter();
    bool started = tracer_start(setup);
    mpheap_port_leave();
    return started;
}

static mp_obj_t start(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        { MP_QSTR_uart, MP_ARG_INT, {.u_int = 1} },
        { MP_QSTR_baud, MP_ARG_INT, {.u_int = 921600} },
        { MP_QSTR_policy, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_QSTR(MP_QSTR_stall)} },
        { MP_QSTR_time, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_QSTR(MP_QSTR_1us)} },
        { MP_QSTR_sites, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 1} },
        { MP_QSTR_verify, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false} },
        { MP_QSTR_granule, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0} },
        { MP_QSTR_path, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_tx, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1} },
        { MP_QSTR_snapshots, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0} },
        { MP_QSTR_contents, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    if (tracer_is_on()) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("mpheap: already started"));
    }
    if (!mpheap_hooks_are_linked()) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("mpheap: linked without its hooks; build without LTO"));
    }
    const mpheap_line_options_t options = {
        .path = args[ARG_path].u_obj == mp_const_none ? NULL : mp_obj_str_get_str(args[ARG_path].u_obj),
        .uart = (uint32_t)in_range("uart", args[ARG_uart].u_int, 0, 1),
        .baud = (uint32_t)in_range("baud", args[ARG_baud].u_int, BAUD_MIN, BAUD_MAX),
        .tx = (int32_t)args[ARG_tx].u_int,
    };
    tracer_setup_t setup = {
        .flags = time_of(args[ARG_time].u_obj),
        .policy = policy_of(args[ARG_policy].u_obj),
    };
    uint32_t depth = (uint32_t)in_range("sites", args[ARG_sites].u_int, 0, MPHEAP_DEPTH_MAX);
    if (depth != 0 && MPHEAP_SITES) {
        setup.flags |= TRACER_FLAG_SITES;
    }
    if (args[ARG_verify].u_bool) {
        setup.flags |= TRACER_FLAG_RESULTS;
    }
    mp_int_t granule = in_range("granule", args[ARG_granule].u_int, 0, 0x7fffffff);
    mp_int_t snapshots = in_range("snapshots", args[ARG_snapshots].u_int, 0, MPHEAP_SNAPSHOTS ? 0x7fffffff : 0);
    mpheap_port_open(&options, &setup);
    setup.heap = mpheap_heap(mpheap_port_clock_hz(), mpheap_port_baud(), (uint32_t)granule);
    line_error = 0;
    set_granule(granule);
    mpheap_sites_start(depth);
    #if MPHEAP_SNAPSHOTS
    tracer_snapshot_every((uint32_t)snapshots, args[ARG_contents].u_bool);
    #endif
    (void)snapshots;
    mpheap_hooks_mode(mpheap_has_sites() ? MPHEAP_SITES_TOO : MPHEAP_PLAIN);
    while (!try_to_start(&setup)) {
        mpheap_port_grace();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(start_obj, 0, start);

void mpheap_finish(void) {
    if (!tracer_is_on()) {
        return;
    }
    mpheap_port_enter();
    restore_threshold();
    mpheap_settings();
    tracer_stop();
    mpheap_hooks_mode(MPHEAP_OFF);
    mpheap_port_leave();
    line_error = mpheap_port_close();
}

// The last collect closes the lifetimes of what is garbage by now.
static mp_obj_t stop(void) {
    if (tracer_is_on()) {
        gc_collect();
        mpheap_finish();
        if (line_error != 0) {
            mp_raise_OSError(line_error);
        }
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(stop_obj, stop);

// --- While it runs ------------------------------------------------------------------

static mp_obj_t tick(void) {
    if (tracer_is_on()) {
        mpheap_port_enter();
        tracer_tick();
        tracer_poll();
        mpheap_port_leave();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(tick_obj, tick);

static mp_obj_t label(mp_obj_t text) {
    size_t length;
    const char *bytes = mp_obj_str_get_data(text, &length);
    if (tracer_is_on()) {
        mpheap_port_enter();
        tracer_label(bytes, length);
        tracer_poll();
        mpheap_port_leave();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(label_obj, label);

static mp_obj_t checkpoint(void) {
    if (tracer_is_on()) {
        mpheap_port_enter();
        tracer_want_keyframe();
        tracer_poll();
        mpheap_port_leave();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(checkpoint_obj, checkpoint);

#if MPHEAP_SNAPSHOTS
// Where the collector is given its roots, all of them are seen.
static mp_obj_t snapshot(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        { MP_QSTR_contents, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false} },
    };
    mp_arg_val_t contents;
    mp_arg_parse_all(n_args, pos_args, kw_args, 1, allowed, &contents);
    if (tracer_is_on()) {
        tracer_want_snapshot(contents.u_bool);
        gc_collect();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(snapshot_obj, 0, snapshot);
#endif

static void put(mp_obj_t dict, qstr key, uint32_t value) {
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(key), mp_obj_new_int_from_uint(value));
}

static mp_obj_t stats(void) {
    tracer_stats_t now;
    mpheap_port_enter();
    tracer_stats(&now);
    mpheap_port_leave();
    mp_obj_t dict = mp_obj_new_dict(9);
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(MP_QSTR_on), mp_obj_new_bool(tracer_is_on()));
    put(dict, MP_QSTR_events, now.events);
    put(dict, MP_QSTR_dropped, now.dropped);
    put(dict, MP_QSTR_packets, now.packets);
    put(dict, MP_QSTR_bytes, now.bytes);
    put(dict, MP_QSTR_stalled_us, now.stalled_us);
    put(dict, MP_QSTR_own_us, now.own_us);
    put(dict, MP_QSTR_keyframes, now.keyframes);
    put(dict, MP_QSTR_slots_most, now.slots_most);
    return dict;
}
static MP_DEFINE_CONST_FUN_OBJ_0(stats_obj, stats);

// --- The module ---------------------------------------------------------------------

static const mp_rom_map_elem_t globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_mpheap) },
    { MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&start_obj) },
    { MP_ROM_QSTR(MP_QSTR_stop), MP_ROM_PTR(&stop_obj) },
    { MP_ROM_QSTR(MP_QSTR_tick), MP_ROM_PTR(&tick_obj) },
    { MP_ROM_QSTR(MP_QSTR_label), MP_ROM_PTR(&label_obj) },
    { MP_ROM_QSTR(MP_QSTR_checkpoint), MP_ROM_PTR(&checkpoint_obj) },
    #if MPHEAP_SNAPSHOTS
    { MP_ROM_QSTR(MP_QSTR_snapshot), MP_ROM_PTR(&snapshot_obj) },
    #endif
    { MP_ROM_QSTR(MP_QSTR_stats), MP_ROM_PTR(&stats_obj) },
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t mpheap_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&globals,
};
MP_REGISTER_MODULE(MP_QSTR_mpheap, mpheap_module);
