// This file is part of mpheap, MIT licence.
//
// The stand-in for MicroPython: its names as far as the module's hooks use
// them, with a small heap (tests/emulator/demo/demo_heap.h) behind. Everything
// is ours; only the names, and what the functions promise, are MicroPython's.

#ifndef STANDIN_MPCONFIG_H
#define STANDIN_MPCONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MICROPY_VERSION (1 << 16 | 22 << 8 | 2)
#define MICROPY_VERSION_STRING "1.22.2"
#define MICROPY_PY_SYS_PLATFORM "stand-in"
#define MICROPY_ENABLE_GC (1)
#define MICROPY_ENABLE_FINALISER (1)
#define MICROPY_GC_ALLOC_THRESHOLD (1)
#define MICROPY_GC_SPLIT_HEAP (0)
#define MICROPY_BYTES_PER_GC_BLOCK (16)
#define MICROPY_ALLOC_GC_STACK_SIZE (64)
#define MICROPY_TRACKED_ALLOC (0)
#define MICROPY_MALLOC_USES_ALLOCATED_SIZE (0)
#define MICROPY_EMIT_BYTECODE_USES_QSTR_TABLE (1)
#define MICROPY_PY_THREAD (0)

typedef uint8_t byte;
typedef uintptr_t mp_uint_t;
typedef uint16_t qstr;
typedef uint16_t qstr_short_t;
typedef void *mp_obj_t;
typedef struct _mp_obj_type_t mp_obj_type_t;

#endif // STANDIN_MPCONFIG_H
