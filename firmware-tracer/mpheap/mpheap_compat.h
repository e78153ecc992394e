// This file is part of mpheap, MIT licence.
//
// What differs between MicroPython's releases, v1.20 to today, and between its
// options: all of it is here, and the other files ask no version.

#ifndef MPHEAP_COMPAT_H
#define MPHEAP_COMPAT_H

#include <stddef.h>

#include "py/bc.h"
#include "py/gc.h"
#include "py/mpstate.h"
#include "py/objfun.h"
#include "py/runtime.h"

#define MPHEAP_RELEASE(major, minor) ((major) << 16 | (minor) << 8)

#if !defined(MICROPY_VERSION) || MICROPY_VERSION < MPHEAP_RELEASE(1, 20)
#error "mpheap needs MicroPython v1.20 or later"
#endif
#if !MICROPY_ENABLE_GC || !MICROPY_GC_ALLOC_THRESHOLD
#error "mpheap needs MICROPY_ENABLE_GC and MICROPY_GC_ALLOC_THRESHOLD"
#endif
#if MICROPY_GC_SPLIT_HEAP_AUTO
#error "mpheap cannot trace heaps that grow (MICROPY_GC_SPLIT_HEAP_AUTO)"
#endif
#if MICROPY_STACKLESS
#error "mpheap cannot tell the running function in MICROPY_STACKLESS builds"
#endif

// The last used block: since v1.21.
#if MICROPY_VERSION >= MPHEAP_RELEASE(1, 21)
#define MPHEAP_LAST_USED_BLOCK(area) ((uint32_t)(area)->gc_last_used_block)
#else
#define MPHEAP_LAST_USED_BLOCK(area) (TRACER_NONE)
#endif

// Weak references: since v1.28, and there the sweep's callbacks may allocate.
#ifndef MICROPY_PY_WEAKREF
#define MICROPY_PY_WEAKREF (0)
#endif

// The helper that allocates objects with a finaliser: since v1.23.
#define MPHEAP_HAS_FINALISER_HELPER \
    (MICROPY_ENABLE_FINALISER && MICROPY_VERSION >= MPHEAP_RELEASE(1, 23))

// The collector's mutex, where threads run at the same time: recursive since v1.25.
#if MICROPY_VERSION >= MPHEAP_RELEASE(1, 25)
#define MPHEAP_TRY_COLLECTOR_LOCK() (mp_thread_recursive_mutex_lock(&MP_STATE_MEM(gc_mutex), 0) != 0)
#define MPHEAP_COLLECTOR_UNLOCK() mp_thread_recursive_mutex_unlock(&MP_STATE_MEM(gc_mutex))
#else
#define MPHEAP_TRY_COLLECTOR_LOCK() (mp_thread_mutex_lock(&MP_STATE_MEM(gc_mutex), 0) != 0)
#define MPHEAP_COLLECTOR_UNLOCK() mp_thread_mutex_unlock(&MP_STATE_MEM(gc_mutex))
#endif

// Where in mp_state_ctx the words are that gc.c marks from by itself.
#ifndef MPHEAP_ROOTS_BEGIN
#define MPHEAP_ROOTS_BEGIN (offsetof(mp_state_ctx_t, thread.dict_locals))
#define MPHEAP_ROOTS_END (offsetof(mp_state_ctx_t, vm.qstr_last_chunk))
#endif

// Names in bytecode are indices into the module's table, or qstrs.
#if MICROPY_EMIT_BYTECODE_USES_QSTR_TABLE
#define MPHEAP_FILE_OF(function) ((function)->context->constants.qstr_table[0])
#define MPHEAP_NAME_OF(function, name) ((function)->context->constants.qstr_table[name])
#else
#define MPHEAP_FILE_OF(function) ((function)->context->constants.source_file)
#define MPHEAP_NAME_OF(function, name) ((qstr)(name))
#endif

// The collector and the virtual machine may be far away, in RAM: the compiler is
// to know, or the linker puts a slower way between.
#ifdef __ARM_ARCH_6M__
#define MPHEAP_FAR __attribute__((long_call))
#else
#define MPHEAP_FAR
#endif

#endif // MPHEAP_COMPAT_H
